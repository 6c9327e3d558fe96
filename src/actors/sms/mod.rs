//! SMS gateways in the engine: what their webhooks told goes through the one entrance, long messages put together first.

mod diary;
pub mod spool;
mod wire;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use url::Url;

use super::ingress::{Ingress, Taken};
use super::parts::PartIn;
use crate::channels::BadGateway;
use crate::channels::smpp::reassembly::PartText;
use crate::channels::smpp::text::Alphabet;
use crate::channels::sms::{Called, Gateway, Part, Update};
use crate::config::SmsGateway;
use crate::crypto::random;
use crate::domain::{Inbound, InboundKind, Message, MessageBody, Trace};
use crate::flows::Channel;

pub use spool::Spool;
pub use wire::SmsWire;

/// How long the parts of a long message wait for the missing ones.
const PARTS_WAIT: Duration = Duration::from_mins(2);

/// The configured gateways. Outlives incarnations.
#[derive(Debug)]
pub struct SmsGateways {
    by_name: BTreeMap<String, Arc<Gateway>>,
}

impl SmsGateways {
    /// Checks every gateway. `public_url` is where the world reaches this server.
    pub fn new(configured: &BTreeMap<String, SmsGateway>, public_url: Option<&Url>) -> Result<Self, BadGateway> {
        let mut by_name = BTreeMap::new();
        for (name, config) in configured {
            if let Some(gateway) = Gateway::new(name, config, public_url)? {
                by_name.insert(name.clone(), Arc::new(gateway));
            }
        }
        Ok(Self { by_name })
    }

    pub fn get(&self, name: &str) -> Option<&Arc<Gateway>> {
        self.by_name.get(name)
    }

    /// How long each gateway's parts of long messages are waited for.
    pub(super) fn parts_waits(&self) -> impl Iterator<Item = (String, Duration)> {
        self.by_name.keys().map(|name| (name.clone(), PARTS_WAIT))
    }

    pub fn all(&self) -> impl Iterator<Item = &Arc<Gateway>> {
        self.by_name.values()
    }

    /// Takes what requests of one gateway told, in their order. Only what is [`Taken::Safe`] may be acknowledged.
    pub async fn take(&self, ingress: &Ingress, gateway: &Gateway, requests: &[Called<'_>], trace: Trace) -> Taken {
        let (mut wholes, mut parts, mut unread) = (Vec::new(), Vec::new(), Vec::new());
        for called in requests {
            match gateway.read(called) {
                Ok(updates) => {
                    for update in updates {
                        match update {
                            Update::Whole(inbound) if inbound.provider_id.is_empty() => {
                                let provider_id = format!("told {:016x}", random::number());
                                wholes.push(Inbound { provider_id, ..inbound });
                            }
                            Update::Whole(inbound) => wholes.push(inbound),
                            Update::Part(part) => parts.push(part),
                        }
                    }
                }
                Err(unreadable) => unread.push((called.raw(), unreadable.to_string())),
            }
        }
        let mut taken = if wholes.is_empty() {
            Taken::Safe
        } else {
            ingress.take(Channel::Sms, gateway.name(), wholes, trace).await
        };
        for part in parts {
            taken = worse(taken, ingress.gather(part_in(gateway.name(), part), trace).await);
        }
        for (body, error) in unread {
            tracing::warn!(%trace, gateway = gateway.name(), error, "an SMS webhook cannot be read");
            taken = worse(taken, ingress.bury_body(Channel::Sms, gateway.name(), &body, &error).await);
        }
        taken
    }
}

/// A part as the gatherer knows it. Its words are text already, which UCS-2 can say whole.
fn part_in(gateway: &str, part: Part) -> PartIn {
    let Part { inbound, place } = part;
    let to = inbound.account.strip_prefix(gateway).map_or(inbound.account.as_str(), str::trim_start).to_owned();
    let (mut from, mut octets) = (String::new(), Vec::new());
    if let InboundKind::Message(Message { from: sender, body, .. }) = &inbound.kind {
        from = sender.phone.as_ref().map(|phone| phone.digits().to_owned()).unwrap_or_default();
        if let MessageBody::Text { text } = body {
            octets = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        }
    }
    let text = PartText { alphabet: Alphabet::Ucs2, octets };
    PartIn { gateway: gateway.to_owned(), from, to, place, text, wait: PARTS_WAIT }
}

fn worse(one: Taken, other: Taken) -> Taken {
    if one == Taken::Safe { other } else { one }
}
