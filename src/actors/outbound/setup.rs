//! What dispatchers work with.

use std::fmt::Debug;
use std::sync::Arc;

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

/// Hears of messages that will never go. That the row has failed is recorded by then.
pub trait Refusals: Send + Sync + Debug + 'static {
    /// Must not block.
    fn refused(&self, id: OutboxId, account: AccountId, refusal: Refusal);
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
    pub wires: Wires,
    pub transport: Transport,
    pub refusals: Arc<dyn Refusals>,
    pub settings: config::Outbound,
    /// The writers of this incarnation's commit lanes.
    pub lanes: Vec<WriterId>,
    /// Requests in flight over all accounts.
    pub permits: Permits,
}
