//! The living part: supervision, mailboxes, waiting. No rules of flows, no SQL, no wire formats.

pub mod accounts;
pub mod facts_lane;
pub mod fence;
pub mod outbound;
pub mod outgoing;

use std::future::Future;

/// The one place that starts a task: every task of the engine begins here.
#[expect(clippy::disallowed_methods, reason = "this is the one place")]
pub(crate) fn spawn<T: Send + 'static>(task: impl Future<Output = T> + Send + 'static) -> tokio::task::JoinHandle<T> {
    tokio::spawn(task)
}
