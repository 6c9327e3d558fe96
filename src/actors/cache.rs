//! Sealed snapshots of sleeping conversations, bounded in bytes. Worthless once the writer is fenced.

use std::sync::Arc;

use quick_cache::Weighter;
use quick_cache::sync::Cache;

use crate::domain::{Conversation, Seq};

/// What a conversation leaves behind when it goes to sleep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asleep {
    pub seq: Seq,
    pub sealed: Arc<[u8]>,
    pub wrapped_key: Arc<[u8]>,
}

/// Bytes an entry costs beside its two buffers: keys, counters, allocator.
const ENTRY_BYTES: u64 = 160;

#[derive(Debug, Clone)]
struct Bytes;

impl Weighter<Conversation, Asleep> for Bytes {
    fn weight(&self, _: &Conversation, asleep: &Asleep) -> u64 {
        asleep.sealed.len() as u64 + asleep.wrapped_key.len() as u64 + ENTRY_BYTES
    }
}

/// The cache. Shared by all shards of an incarnation.
#[derive(Debug)]
pub struct SnapshotCache(Cache<Conversation, Asleep, Bytes>);

impl SnapshotCache {
    pub fn new(bytes_max: u64) -> Self {
        let items = usize::try_from(bytes_max / 1024).unwrap_or(usize::MAX).max(16);
        Self(Cache::with_weighter(items, bytes_max, Bytes))
    }

    pub fn put(&self, conversation: Conversation, asleep: Asleep) {
        self.0.insert(conversation, asleep);
    }

    /// Takes it out: it is of no use to anybody once the conversation is awake.
    pub fn take(&self, conversation: Conversation) -> Option<Asleep> {
        self.0.remove(&conversation).map(|(_, asleep)| asleep)
    }

    pub fn bytes(&self) -> u64 {
        self.0.weight()
    }

    pub fn entries(&self) -> usize {
        self.0.len()
    }
}
