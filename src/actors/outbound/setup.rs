//! What dispatchers work with.

use std::fmt::Debug;
use std::sync::Arc;

use async_trait::async_trait;

use super::share::Permits;
use super::window::Refusal;
use super::wire::Wires;
use crate::actors::accounts::Accounts;
use crate::actors::facts_lane::Facts;
use crate::actors::fence::Fence;
use crate::channels::Transport;
use crate::config;
use crate::crypto::KeyedHash;
use crate::domain::{AccountId, Clock, OutboxId};
use crate::store::{Store, WriterId};

/// Hears of messages that will never go.
#[async_trait]
pub trait Refusals: Send + Sync + Debug + 'static {
    /// True once the flow's event about it is committed, or cannot matter any more. Only then the failure is recorded: were it the other way
    /// round, a crash in between would leave the flow waiting for news that never comes. The same refusal may be told twice.
    async fn refused(&self, id: OutboxId, account: AccountId, refusal: Refusal) -> bool;
}

/// Everything the outbound side needs of its incarnation.
#[derive(Debug)]
pub struct Setup {
    pub store: Arc<dyn Store>,
    pub accounts: Arc<Accounts>,
    pub facts: Facts,
    pub fence: Fence,
    pub hashes: KeyedHash,
    pub clock: Clock,
    pub wires: Arc<Wires>,
    pub transport: Transport,
    pub refusals: Arc<dyn Refusals>,
    pub settings: config::Outbound,
    /// The writers of this incarnation's commit lanes.
    pub lanes: Vec<WriterId>,
    /// Requests in flight over all accounts.
    pub permits: Permits,
}
