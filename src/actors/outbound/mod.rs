//! Sending.

use std::sync::Arc;

use super::accounts::Account;
use super::facts_lane::Facts;
use super::fence::Fence;
use super::outgoing::Outgoing;
use super::shared::World;
use crate::channels::Refused;
use crate::channels::transport::Transport;
use crate::domain::{AccountId, DeliveryState, OutboxId};

/// Best effort: marks a message as read and shows that somebody types.
#[derive(Debug, Clone)]
pub struct Courtesy {
    pub account: Arc<Account>,
    pub message: String,
    pub typing: bool,
}

#[async_trait::async_trait]
pub trait Refusals: Send + Sync + std::fmt::Debug {
    /// A message will never go. Returns true once the flow's event about it is safe; only then the failure is recorded.
    async fn refused(&self, id: OutboxId, account: &Arc<Account>, reason: Refused) -> bool;
}

#[derive(Debug)]
pub struct OutboundSetup {
    pub world: Arc<World>,
    pub facts: Facts,
    pub fence: Fence,
    pub transport: Transport,
    pub refusals: Arc<dyn Refusals>,
}

#[derive(Debug, Clone)]
pub struct Outbound;

pub fn start(_: OutboundSetup) -> Outbound {
    Outbound
}

pub fn whatsapp_account(
    account: &Account,
    settings: &crate::config::Config,
) -> Result<crate::channels::whatsapp::Account, crate::channels::whatsapp::NotAnAccount> {
    let none = secrecy::SecretString::from(String::new());
    let token = account.credential.as_ref().unwrap_or(&none);
    crate::channels::whatsapp::Account::new(
        settings.whatsapp.graph_url.as_str(),
        &settings.whatsapp.graph_version,
        &account.external_id,
        token,
    )
}

impl Outbound {
    pub fn committed(&self, _rows: Vec<Outgoing>) {}
    pub fn receipt(&self, _account: AccountId, _id: OutboxId, _state: DeliveryState) {}
    pub fn courtesy(&self, _courtesy: Courtesy) {}
    pub fn refresh(&self) {}
    pub async fn drain(&self) {}
}
