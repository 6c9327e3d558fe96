//! The one bit that ends an incarnation: once fallen, nothing of it may act on what it remembers.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::store::WriterId;

/// Shared by all that acts for one incarnation. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Fence(CancellationToken);

impl Fence {
    /// A writer was refused: another incarnation owns the conversations.
    pub fn fall(&self, writer: WriterId) {
        if !self.0.is_cancelled() {
            tracing::warn!(writer.id = writer.0, "fenced: another incarnation owns the conversations now");
            metrics::counter!("ganira_fenced_total").increment(1);
        }
        self.0.cancel();
    }

    /// Ends the incarnation without a refusal: the engine stops.
    pub fn end(&self) {
        self.0.cancel();
    }

    pub fn has_fallen(&self) -> bool {
        self.0.is_cancelled()
    }

    /// Returns when it falls.
    pub async fn fallen(&self) {
        self.0.cancelled().await;
    }

    /// Waits; true if it fell meanwhile.
    pub async fn wait_or_fallen(&self, wait: Duration) -> bool {
        tokio::time::timeout(wait, self.0.cancelled()).await.is_ok()
    }
}
