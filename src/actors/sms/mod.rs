//! SMS gateways in the engine: what their webhooks told goes through the one entrance, long messages put together first.

pub mod parts;
pub mod spool;
mod wire;

use std::collections::BTreeMap;
use std::sync::Arc;

use url::Url;

use super::ingress::{Ingress, Taken};
use crate::channels::sms::{BadGateway, Called, Gateway, Update};
use crate::config::SmsGateway;
use crate::crypto::random;
use crate::domain::{Inbound, Trace};
use crate::flows::Channel;

pub use parts::Parts;
pub use spool::Spool;
pub use wire::SmsWire;

/// The configured gateways, and what their requests share. Outlives incarnations.
#[derive(Debug)]
pub struct SmsGateways {
    by_name: BTreeMap<String, Arc<Gateway>>,
    pub parts: Parts,
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
        Ok(Self { by_name, parts: Parts::default() })
    }

    pub fn get(&self, name: &str) -> Option<&Arc<Gateway>> {
        self.by_name.get(name)
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
        let gathered = parts.into_iter().map(|part| self.parts.take(ingress, gateway.name(), part, trace));
        for one in futures::future::join_all(gathered).await {
            taken = worse(taken, one);
        }
        for (body, error) in unread {
            tracing::warn!(%trace, gateway = gateway.name(), error, "an SMS webhook cannot be read");
            taken = worse(taken, ingress.bury_body(Channel::Sms, gateway.name(), &body, &error).await);
        }
        taken
    }
}

fn worse(one: Taken, other: Taken) -> Taken {
    if one == Taken::Safe { other } else { one }
}
