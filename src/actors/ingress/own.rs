//! Events of the engine's own, by the same entrance as those of people.

use std::sync::Arc;

use bytes::Bytes;

use super::Ingress;
use crate::actors::accounts::Account;
use crate::actors::event::{EventKind, JobResult, NewEvent, Verdict};
#[cfg(feature = "planted-bugs")]
use crate::actors::plant::Plant;
use crate::domain::{Conversation, EventId, OutboxId, Timestamp, Trace};
use crate::flows::{Channel, Purpose, Row};

impl Ingress {
    /// The alarm row of a conversation came due.
    pub async fn alarm(&self, conversation: Conversation, due: Timestamp) -> Verdict {
        let id =
            self.event_id(&[b"alarm", &conversation.contact.0.to_be_bytes(), &due.timestamp_micros().to_be_bytes()]);
        #[cfg(feature = "planted-bugs")]
        let id = if Plant::TimerFiredByBoth.grows() { EventId(crate::crypto::random::array()) } else { id };
        self.internal(id, conversation, None, EventKind::Alarm { due }).await
    }

    /// A job ended.
    pub async fn job_done(&self, job: OutboxId, account: &Arc<Account>, result: JobResult) -> Verdict {
        let id = self.event_id(&[b"job", job.to_string().as_bytes()]);
        self.internal(id, job.conversation, Some(account.clone()), EventKind::JobDone { job, result }).await
    }

    /// News for a person. The same `news` id again changes nothing, as long as the journal of its first day is there.
    pub async fn news(&self, conversation: Conversation, news: &str, name: String, payload: Row) -> Verdict {
        let id = self.event_id(&[b"news", &conversation.contact.0.to_be_bytes(), news.as_bytes()]);
        self.internal(id, conversation, None, EventKind::News { name, payload }).await
    }

    /// Staff give a person back (`there`), or nobody of them is there for her.
    pub async fn handed_back(&self, conversation: Conversation, there: bool, request: i64) -> Verdict {
        let id = self.event_id(&[b"handed_back", &request.to_be_bytes()]);
        self.internal(id, conversation, None, EventKind::HandedBack { there }).await
    }

    /// Where the person wants to be written to.
    pub async fn prefers(
        &self,
        conversation: Conversation,
        purpose: Option<Purpose>,
        channel: Option<Channel>,
        request: i64,
    ) -> Verdict {
        let id = self.event_id(&[b"prefers", &request.to_be_bytes()]);
        self.internal(id, conversation, None, EventKind::Prefers { purpose, channel }).await
    }

    /// A message of ours will never go.
    pub async fn send_failed(&self, of: OutboxId, account: &Arc<Account>, reason: &'static str) -> Verdict {
        let id = self.event_id(&[b"refused", of.to_string().as_bytes()]);
        self.internal(id, of.conversation, Some(account.clone()), EventKind::SendFailed { of, reason }).await
    }

    /// Forget the person.
    pub async fn erase(&self, conversation: Conversation, request: i64) -> Verdict {
        let id = self.event_id(&[b"erase", &request.to_be_bytes()]);
        self.internal(id, conversation, None, EventKind::Erase).await
    }

    pub(super) async fn internal(
        &self,
        id: EventId,
        conversation: Conversation,
        account: Option<Arc<Account>>,
        kind: EventKind,
    ) -> Verdict {
        let Some(account) = account.or_else(|| self.any_account(conversation)) else { return Verdict::Void };
        let raw = Bytes::from(format!("{kind:?}"));
        let received_at = self.now();
        let trace = Trace(crate::crypto::random::number());
        let new = NewEvent { id, occurred_at: None, received_at, account, conversation, kind, raw, trace };
        self.route(new).await.verdict().await
    }

    /// Events of the engine's own need a door to speak through; the conversation's snapshot knows the right one.
    fn any_account(&self, conversation: Conversation) -> Option<Arc<Account>> {
        self.0.shared.world.accounts.of_tenant(conversation.tenant)
    }

    /// Once in a while, and nobody waits for it.
    pub(super) fn tell_to_slow_down(&self, conversation: Conversation, account: &Arc<Account>) {
        let now = self.now();
        if !self.0.admission.tell_now(conversation, now) {
            return;
        }
        let id =
            self.event_id(&[b"slow", &conversation.contact.0.to_be_bytes(), &now.timestamp_micros().to_be_bytes()]);
        let (ingress, account) = (self.clone(), account.clone());
        crate::actors::spawn(
            async move { ingress.internal(id, conversation, Some(account), EventKind::SlowDown).await },
        );
    }
}
