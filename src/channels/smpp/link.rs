//! A connection to a message centre: `rusmppc` over a socket of ours, so that no small PDU waits for another one (`TCP_NODELAY`) and an
//! unreadable one does not end the session.

use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures::stream::{self, BoxStream};
use futures::{Stream, StreamExt as _};
use rusmpp::pdus::{BindReceiver, BindTransceiver, BindTransmitter, DeliverSm, DeliverSmResp, SubmitSm};
use rusmpp::tlvs::{MessageSubmissionRequestTlvValue as Tlv, TlvValue};
use rusmpp::types::{COctetString, OctetString};
use rusmpp::values::{
    DataCoding, EsmClass, InterfaceVersion, ItsSessionInfo, Npi, RegisteredDelivery, ServiceType, Ton, UssdServiceOp,
};
use rusmpp::{Command, CommandStatus, Pdu};
use rusmppc::error::Error;
use rusmppc::{Client, ConnectionBuilder, Event};
use secrecy::ExposeSecret as _;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::sync::mpsc::{self, UnboundedReceiver};

use super::session::{Answer, Binding, Bound, Centre, Delivered, Heard, NotBound, Session, Submit, Submitted, Way};
use super::sieve::Sieve;
use super::status;

/// The longest PDU: a payload parameter of 64 KiB with everything around it.
pub const PDU_BYTES_MAX: usize = 68 * 1024;
/// How long closing in order may take.
const UNBIND_MAX: Duration = Duration::from_secs(2);
/// A header precedes the text (`esm_class`, section 5.2.12).
const HAS_HEADER: u8 = 0x40;

/// Where a message centre is, and how it is spoken to.
#[derive(Debug, Clone)]
pub struct TcpCentre {
    pub host: String,
    pub port: u16,
    /// `None`: no TLS.
    pub tls: Option<Arc<rustls::ClientConfig>>,
    pub system_type: String,
    pub address_range: String,
    pub window: usize,
    pub enquire_link: Duration,
    pub answer_timeout: Duration,
}

#[async_trait]
impl Centre for TcpCentre {
    async fn bind(&self, binding: &Binding) -> Result<Bound, NotBound> {
        let stream = tokio::time::timeout(self.answer_timeout, self.connect());
        let stream = stream.await.map_err(|_| NotBound::Unreachable("no connection in time".to_owned()))??;
        let (strange, strangers) = mpsc::unbounded_channel();
        let builder = ConnectionBuilder::new()
            .max_command_length(PDU_BYTES_MAX)
            .enquire_link_interval(self.enquire_link)
            .enquire_link_response_timeout(self.answer_timeout)
            .response_timeout(self.answer_timeout)
            .disable_interface_version_check();
        let (client, events) = builder.connected(Sieve::new(stream, PDU_BYTES_MAX, strange));
        self.ask(&client, binding).await?;
        Ok((Arc::new(Link { client, window: Semaphore::new(self.window) }), hears(events, strangers)))
    }
}

/// Anything that bytes go through.
trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Wire for T {}

impl TcpCentre {
    async fn connect(&self) -> Result<Box<dyn Wire>, NotBound> {
        let unreachable = |error: std::io::Error| NotBound::Unreachable(error.to_string());
        let stream = TcpStream::connect((self.host.as_str(), self.port)).await.map_err(unreachable)?;
        stream.set_nodelay(true).map_err(unreachable)?;
        let Some(tls) = &self.tls else { return Ok(Box::new(stream)) };
        let name = rustls::pki_types::ServerName::try_from(self.host.clone())
            .map_err(|error| NotBound::Unwritable(error.to_string()))?;
        let connector = tokio_rustls::TlsConnector::from(tls.clone());
        Ok(Box::new(connector.connect(name, stream).await.map_err(unreachable)?))
    }

    async fn ask(&self, client: &Client, binding: &Binding) -> Result<(), NotBound> {
        let system_id = text(&binding.system_id, "system id").map_err(NotBound::Unwritable)?;
        let password = text(binding.password.expose_secret(), "password").map_err(NotBound::Unwritable)?;
        let system_type = text(&self.system_type, "system type").map_err(NotBound::Unwritable)?;
        let range = text(&self.address_range, "address range").map_err(NotBound::Unwritable)?;
        let version = InterfaceVersion::Smpp3_4;
        let (ton, npi) = (Ton::Unknown, Npi::Unknown);
        let answer = match binding.way {
            Way::Both => {
                let bind = BindTransceiver::new(system_id, password, system_type, version, ton, npi, range);
                client.bind_transceiver(bind).await.map(|_| ())
            }
            Way::Sending => {
                let bind = BindTransmitter::new(system_id, password, system_type, version, ton, npi, range);
                client.bind_transmitter(bind).await.map(|_| ())
            }
            Way::Receiving => {
                let bind = BindReceiver::new(system_id, password, system_type, version, ton, npi, range);
                client.bind_receiver(bind).await.map(|_| ())
            }
        };
        answer.map_err(|error| match error {
            Error::UnexpectedResponse { response } => NotBound::Refused(response.status().into()),
            error => NotBound::Unreachable(error.to_string()),
        })
    }
}

#[derive(Debug)]
struct Link {
    client: Client,
    window: Semaphore,
}

#[async_trait]
impl Session for Link {
    async fn submit(&self, submit: &Submit) -> Submitted {
        let pdu = match pdu(submit) {
            Ok(pdu) => pdu,
            Err(why) => return Submitted::Unwritable(why),
        };
        let Ok(_permit) = self.window.acquire().await else { return Submitted::NotSent };
        if !self.is_open() {
            return Submitted::NotSent;
        }
        match self.client.submit_sm(pdu).await {
            Ok(answer) => Submitted::Taken(answer.message_id().as_str().to_owned()),
            Err(Error::UnexpectedResponse { response }) if response.status() != CommandStatus::EsmeRok => {
                Submitted::Refused(response.status().into())
            }
            Err(_) => Submitted::Lost,
        }
    }

    async fn answer(&self, sequence: u32, answer: Answer) -> bool {
        let status = match answer {
            Answer::Safe => CommandStatus::EsmeRok,
            Answer::Later => CommandStatus::from(status::TEMPORARY),
        };
        self.client.status(status).deliver_sm_resp(sequence, DeliverSmResp::default()).await.is_ok()
    }

    async fn answer_unbind(&self, sequence: u32) {
        // Whether it is heard or not, the connection ends.
        let _ = self.client.unbind_resp(sequence).await;
        let _ = self.client.close_and_wait().await;
    }

    async fn refuse(&self, sequence: u32) {
        let _ = self.client.status(CommandStatus::EsmeRinvcmdid).generic_nack(sequence).await;
    }

    async fn unbind(&self) {
        let _ = tokio::time::timeout(UNBIND_MAX, self.client.unbind()).await;
        let _ = self.client.close_and_wait().await;
    }

    fn is_open(&self) -> bool {
        self.client.is_active()
    }

    fn free(&self) -> usize {
        self.window.available_permits()
    }
}

/// What the connection hears until it is closed.
fn hears(
    events: impl Stream<Item = Event> + Send + Unpin + 'static,
    mut strangers: UnboundedReceiver<Heard>,
) -> BoxStream<'static, Heard> {
    let events = events.filter_map(async |event| match event {
        Event::Incoming(command) => Some(read(&command)),
        Event::Error(error) => {
            tracing::debug!(%error, "a connection to a message centre ends");
            None
        }
    });
    // Both end with the connection.
    stream::select(events, stream::poll_fn(move |context| strangers.poll_recv(context))).boxed()
}

/// What a command of the centre tells.
pub fn read(command: &Command) -> Heard {
    let sequence = command.sequence_number();
    match command.pdu() {
        Some(Pdu::DeliverSm(message)) => Heard::Delivered { sequence, message: Box::new(delivered(message)) },
        Some(Pdu::Unbind) => Heard::Unbind { sequence },
        _ if command.id().is_response() => Heard::Late,
        _ => Heard::Other { sequence, what: format!("{:?}", command.id()) },
    }
}

fn delivered(message: &DeliverSm) -> Delivered {
    let mut delivered = Delivered {
        service_type: message.service_type.value().as_str().to_owned(),
        from: message.source_addr.as_str().to_owned(),
        from_ton: message.source_addr_ton.into(),
        to: message.destination_addr.as_str().to_owned(),
        esm_class: message.esm_class.into(),
        data_coding: message.data_coding.into(),
        octets: message.short_message().clone().into_bytes(),
        ..Delivered::default()
    };
    for value in message.tlvs().iter().filter_map(|tlv| tlv.value()) {
        match value {
            TlvValue::MessagePayload(payload) => delivered.octets = payload.value.clone().into_bytes(),
            TlvValue::SarMsgRefNum(reference) => delivered.sar_reference = Some(*reference),
            TlvValue::SarTotalSegments(total) => delivered.sar_total = Some(*total),
            TlvValue::SarSegmentSeqnum(number) => delivered.sar_number = Some(*number),
            TlvValue::ReceiptedMessageId(id) => delivered.receipted_id = Some(id.as_str().to_owned()),
            TlvValue::MessageState(state) => delivered.message_state = Some((*state).into()),
            TlvValue::NetworkErrorCode(error) => delivered.network_error = Some(error.error_code),
            TlvValue::UssdServiceOp(op) => delivered.ussd.service_op = Some((*op).into()),
            TlvValue::ItsSessionInfo(info) => {
                delivered.ussd.session_info = Some([info.session_number, info.sequence_number]);
            }
            TlvValue::UserMessageReference(reference) => {
                delivered.ussd.user_message_reference = Some(reference.value);
            }
            _ => {}
        }
    }
    delivered
}

fn pdu(submit: &Submit) -> Result<SubmitSm, String> {
    let part = &submit.part;
    // From a number: the default value has a bit set that is no default.
    let esm_class = EsmClass::from(if part.has_header { HAS_HEADER } else { 0 });
    let mut pdu = SubmitSm::builder()
        .service_type(ServiceType::new(text(&submit.service_type, "service type")?))
        .source_addr_ton(Ton::from(submit.source.ton))
        .source_addr_npi(Npi::from(submit.source.npi))
        .source_addr(text(&submit.source.digits, "sender")?)
        .dest_addr_ton(Ton::from(submit.dest.ton))
        .dest_addr_npi(Npi::from(submit.dest.npi))
        .destination_addr(text(&submit.dest.digits, "recipient")?)
        .esm_class(esm_class)
        .registered_delivery(RegisteredDelivery::from(u8::from(submit.receipt)))
        .data_coding(DataCoding::from(submit.data_coding))
        .short_message(OctetString::from_slice(&part.octets).map_err(|error| format!("the text: {error}"))?);
    if let Some(reference) = submit.reference {
        pdu = pdu.push_tlv(Tlv::UserMessageReference(reference.into()));
    }
    if let Some(piece) = part.sar {
        pdu = pdu
            .push_tlv(Tlv::SarMsgRefNum(piece.reference))
            .push_tlv(Tlv::SarTotalSegments(piece.total))
            .push_tlv(Tlv::SarSegmentSeqnum(piece.number));
    }
    if let Some(marks) = submit.ussd {
        if let Some(op) = marks.service_op {
            pdu = pdu.push_tlv(Tlv::UssdServiceOp(UssdServiceOp::from(op)));
        }
        if let Some([number, sequence]) = marks.session_info {
            pdu = pdu.push_tlv(Tlv::ItsSessionInfo(ItsSessionInfo::new(number, sequence)));
        }
        if let Some(reference) = marks.user_message_reference {
            pdu = pdu.push_tlv(Tlv::UserMessageReference(reference.into()));
        }
    }
    Ok(pdu.build())
}

fn text<const MIN: usize, const MAX: usize>(text: &str, what: &str) -> Result<COctetString<MIN, MAX>, String> {
    COctetString::from_str(text).map_err(|error| format!("the {what}: {error}"))
}
