//! The living part: supervision, mailboxes, waiting. No rules of flows, no SQL, no wire formats.
//!
//! An [`engine::Engine`] lives through incarnations; each has one tree: the root, 256 shard routers, a conversation actor for whoever is
//! awake; beside it the lanes, the dispatchers, timers, jobs and housekeeping, all of which end when the incarnation's fence falls.

pub mod accounts;
pub mod admission;
pub mod cache;
pub mod conversation;
pub mod dead_letters;
pub mod directory;
mod doors;
pub mod engine;
pub mod event;
pub mod facts_lane;
mod fall_back;
pub mod fence;
pub mod funnel;
pub mod ingress;
pub mod jobs;
pub mod keeping;
pub mod lane;
pub mod library;
pub mod maintenance;
mod orders;
pub mod outbound;
pub mod outgoing;
mod parts;
#[cfg(feature = "planted-bugs")]
pub mod plant;
pub mod root;
pub mod senders;
pub mod shard;
pub mod shared;
pub mod smpp;
pub mod sms;
pub mod snapshot;
pub mod timers;
pub mod turn;
pub mod ussd;

pub use engine::{Engine, EngineSetup, Phase};

use std::future::Future;

/// The one place that starts a task: every task of the engine begins here.
#[expect(clippy::disallowed_methods, reason = "this is the one place")]
pub(crate) fn spawn<T: Send + 'static>(task: impl Future<Output = T> + Send + 'static) -> tokio::task::JoinHandle<T> {
    tokio::spawn(task)
}
