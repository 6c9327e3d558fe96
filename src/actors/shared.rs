//! What everything of one incarnation shares: handles only, cheap to clone as one pointer.

use std::fmt::Debug;
use std::sync::Arc;

use async_trait::async_trait;

use super::accounts::Accounts;
use super::cache::SnapshotCache;
use super::directory::Directory;
use super::facts_lane::Facts;
use super::fence::Fence;
use super::funnel::Funnel;
use super::jobs::Jobs;
use super::lane::Lane;
use super::outbound::{Outbound, Wires};
use super::parts::Parts;
use super::smpp::Centres;
use super::sms::{SmsGateways, Spool};
use super::timers::Timers;
use super::ussd::Gateways;
use crate::crypto::{CryptoError, DataKey, KeyRing, KeyedHash, Place};
use crate::domain::{Clock, Conversation, Shard};
use crate::flows::Question;
use crate::operations::{Answered, Asker, Operations};
use crate::store::Store;

/// The one door through which a turn's questions are answered. [`Operations`] is what stands behind it in life.
#[async_trait]
pub trait Answering: Send + Sync + Debug + 'static {
    async fn answer(&self, asker: &Asker<'_>, questions: &[Question]) -> Vec<Answered>;
}

#[async_trait]
impl Answering for Operations {
    async fn answer(&self, asker: &Asker<'_>, questions: &[Question]) -> Vec<Answered> {
        Self::answer(self, asker, questions).await
    }
}

/// What outlives an incarnation: the world the engine lives in.
#[derive(Debug)]
pub struct World {
    pub store: Arc<dyn Store>,
    pub operations: Arc<dyn Answering>,
    pub accounts: Arc<Accounts>,
    pub ussd: Gateways,
    pub funnel: Funnel,
    pub ring: KeyRing,
    /// Seals what belongs to nobody.
    pub system_key: DataKey,
    pub hashes: KeyedHash,
    pub clock: Clock,
    /// The companies' SMS gateways.
    pub sms: SmsGateways,
    pub spool: Arc<Spool>,
    pub settings: crate::config::Config,
}

impl World {
    pub fn seal_by_system(&self, table: &'static str, row: &[u8], plain: &[u8]) -> Vec<u8> {
        self.system_key.seal(Place { tenant: 0, table, row }, plain)
    }

    pub fn open_by_system(&self, table: &'static str, row: &[u8], sealed: &[u8]) -> Result<Vec<u8>, CryptoError> {
        self.system_key.open(Place { tenant: 0, table, row }, sealed)
    }
}

/// One incarnation: everything in it is worthless once its fence falls.
#[derive(Debug)]
pub struct Shared {
    pub world: Arc<World>,
    pub fence: Fence,
    pub snapshots: SnapshotCache,
    pub directory: Directory,
    pub lanes: Vec<Lane>,
    pub facts: Facts,
    pub outbound: Outbound,
    pub wires: Arc<Wires>,
    pub centres: Centres,
    pub(super) parts: Parts,
    pub timers: Timers,
    pub jobs: Jobs,
}

impl Shared {
    /// A shard keeps its lane.
    pub fn lane(&self, shard: Shard) -> &Lane {
        &self.lanes[usize::from(shard.0) % self.lanes.len()]
    }

    pub fn lane_of(&self, conversation: Conversation) -> &Lane {
        self.lane(conversation.shard())
    }
}
