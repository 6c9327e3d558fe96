//! A message centre: SMPP 3.4 by the `smpp34` server, which is of another code base than our client. It checks binds, hands messages to
//! handsets, sends receipts, plays phones that write (also long messages, in parts and out of order) and that dial USSD codes, and misbehaves
//! on command.

mod alphabet;
mod centre;
mod control;
mod front;
mod handset;
mod misbehave;
mod submitted;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use smpp34::SmppServer;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub(super) use control::router;

use centre::{Centre, Inner};
use front::Front;

/// How a centre writes message ids. A number is kept; these are its writings.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdForm {
    /// `0000001a`
    #[default]
    Hex8,
    /// `1A`
    HexCapitals,
    /// `26`
    Decimal,
    /// `0000000026`
    Decimal10,
}

impl IdForm {
    fn write(self, number: u64) -> String {
        match self {
            Self::Hex8 => format!("{number:08x}"),
            Self::HexCapitals => format!("{number:X}"),
            Self::Decimal => number.to_string(),
            Self::Decimal10 => format!("{number:010}"),
        }
    }
}

/// How a message centre is set up.
#[derive(Debug, Clone)]
pub struct SmscOptions {
    pub listen: SocketAddr,
    /// System ids and their passwords.
    pub logins: Vec<(String, String)>,
    /// How long a handset takes to receive.
    pub receipt_delay: Duration,
    /// How ids are written in the answer to a submit, and in receipts.
    pub submit_ids: IdForm,
    pub receipt_ids: IdForm,
    /// The number of the first message.
    pub first_id: u64,
    /// Receipts carry `receipted_message_id` and `message_state` beside their text.
    pub receipt_parameters: bool,
    /// How long an answer of ours may take before a message is sent again.
    pub answer_timeout: Duration,
    /// How long until what was not taken is sent again.
    pub again_after: Duration,
}

impl Default for SmscOptions {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 2775)),
            logins: vec![("ganira".to_owned(), "secret".to_owned())],
            receipt_delay: Duration::from_millis(20),
            submit_ids: IdForm::Hex8,
            receipt_ids: IdForm::Hex8,
            // As large as those of a centre that has worked for a while: small numbers look alike in hexadecimal and decimal.
            first_id: 4_988_768,
            receipt_parameters: true,
            answer_timeout: Duration::from_secs(5),
            again_after: Duration::from_millis(100),
        }
    }
}

/// A running message centre. Dropping it stops it.
#[derive(Debug)]
pub(super) struct Smsc {
    centre: Arc<Centre>,
    addr: SocketAddr,
}

impl Smsc {
    /// Listens; port 0 takes a free one.
    pub(super) async fn start(
        options: SmscOptions,
        tasks: TaskTracker,
        stop: CancellationToken,
    ) -> std::io::Result<Self> {
        let front = Front::listen(options.listen, stop.clone()).await?;
        let addr = front.addr();
        let centre = Arc::new_cyclic(|me| Centre {
            me: me.clone(),
            inner: Mutex::new(Inner::new(options.first_id)),
            options,
            front: front.clone(),
            tasks: tasks.clone(),
            stop: stop.clone(),
        });
        let server = serve(&centre).await?;
        front.lead_to(server.1);
        tasks.spawn(async move {
            front.run().await;
            let mut server = server.0;
            server.stop().await;
        });
        Ok(Self { centre, addr })
    }

    pub(super) fn addr(&self) -> SocketAddr {
        self.addr
    }
}

/// The server chooses no port itself and does not tell which one it has: one that was free a moment ago is tried, and another if it is not.
async fn serve(centre: &Arc<Centre>) -> std::io::Result<(SmppServer, SocketAddr)> {
    const ENQUIRE_LINK_MS: u64 = 30_000;
    const INACTIVITY_MS: u64 = 300_000;
    const BIND_MS: u64 = 5_000;
    const BUFFER: usize = 8 * 1024;
    let answer_ms = centre.options.answer_timeout.as_millis() as u64;
    for _ in 0..20 {
        let addr = std::net::TcpListener::bind(("127.0.0.1", 0))?.local_addr()?;
        let mut server = SmppServer::new_with_default_timers(
            addr.ip(),
            addr.port(),
            centre.clone(),
            BIND_MS,
            ENQUIRE_LINK_MS,
            INACTIVITY_MS,
            answer_ms,
            BUFFER,
        );
        server.start().await;
        if server.is_alive() {
            return Ok((server, addr));
        }
    }
    Err(std::io::ErrorKind::AddrInUse.into())
}
