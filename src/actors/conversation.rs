//! A conversation that is awake: one actor, one turn in flight, its memory as new as the last commit.

use std::collections::BTreeMap;
use std::sync::Arc;

use ractor::{Actor, ActorProcessingErr, ActorRef};

use super::cache::Asleep;
use super::dead_letters::{Reason, bury_event, bury_unclaimed};
use super::event::{Event, EventKind, Verdict};
use super::lane::Settled;
use super::outbound::Courtesy;
use super::shard::ShardMessage;
use super::shared::Shared;
use super::snapshot::{Known, Snapshot, SnapshotError};
use super::turn::{self, Awake, TurnError};
use super::ussd::turn as keypad;
use crate::crypto::{CryptoError, TenantKey};
use crate::domain::{Conversation, Seq};
use crate::store::{StoreError, seals};

/// How often a turn may be run again because the truth was another than it assumed.
const RUNS_MAX: usize = 4;

#[derive(Debug)]
pub enum ConversationMessage {
    /// The one turn that is now in flight.
    Turn(Arc<Event>),
    /// Nothing has come for a while: offer to sleep.
    Doze,
}

/// What a conversation's actor is started with.
#[derive(Debug)]
pub struct ConversationSetup {
    pub conversation: Conversation,
    pub shared: Arc<Shared>,
    pub router: ActorRef<ShardMessage>,
}

#[derive(Debug)]
pub struct ConversationActor;

#[derive(Debug)]
pub struct Living {
    conversation: Conversation,
    shared: Arc<Shared>,
    router: ActorRef<ShardMessage>,
    memory: Option<Memory>,
    /// How many events this actor was handed.
    handled: u64,
}

/// What is known of the conversation since its last commit.
#[derive(Debug)]
struct Memory {
    seq: Seq,
    snapshot: Snapshot,
    wrapped_key: Arc<[u8]>,
}

impl Memory {
    fn open(&self, tenant: &TenantKey) -> Result<Awake<'_>, CryptoError> {
        let key = tenant.unwrap(seals::CONTACT_KEY, &self.wrapped_key)?;
        Ok(Awake { seq: self.seq, snapshot: &self.snapshot, key })
    }

    /// As it lies in the cache.
    fn sleep(&self, tenant: &TenantKey, conversation: Conversation) -> Result<Asleep, Trouble> {
        let sealed = self.snapshot.seal(&self.open(tenant)?.key, conversation, self.seq)?;
        Ok(Asleep { seq: self.seq, sealed: sealed.into(), wrapped_key: self.wrapped_key.clone() })
    }
}

impl Actor for ConversationActor {
    type Msg = ConversationMessage;
    type State = Living;
    type Arguments = ConversationSetup;

    async fn pre_start(&self, _: ActorRef<Self::Msg>, setup: Self::Arguments) -> Result<Living, ActorProcessingErr> {
        let ConversationSetup { conversation, shared, router } = setup;
        Ok(Living { conversation, shared, router, memory: None, handled: 0 })
    }

    async fn handle(
        &self,
        _: ActorRef<Self::Msg>,
        message: Self::Msg,
        living: &mut Living,
    ) -> Result<(), ActorProcessingErr> {
        match message {
            ConversationMessage::Turn(event) => {
                living.handled += 1;
                // Boxed, here and where a turn goes wrong: otherwise every idle actor would keep the room of a whole turn.
                let verdict = Box::pin(living.handle(&event)).await;
                let _ = living.router.cast(ShardMessage::Finished { conversation: living.conversation, verdict });
            }
            ConversationMessage::Doze => living.offer_to_sleep(),
        }
        Ok(())
    }
}

impl Living {
    async fn handle(&mut self, event: &Event) -> Verdict {
        if event.is_withdrawn() {
            return Verdict::Void;
        }
        let mut truths = BTreeMap::new();
        for _ in 0..RUNS_MAX {
            match self.run(event, &truths).await {
                Run::Over(verdict) => return verdict,
                Run::Again => {}
                Run::Refused(refusals) => truths.extend(refusals),
            }
        }
        Box::pin(self.bury(event, "its commit was refused again and again")).await
    }

    /// Runs the turn once.
    async fn run(&mut self, event: &Event, truths: &BTreeMap<u8, String>) -> Run {
        let known = match self.knows(event).await {
            Ok(known) => known,
            Err(trouble) => return Run::Over(Box::pin(self.troubled(event, trouble)).await),
        };
        let Some(known) = known else { return Run::Over(Verdict::Void) };
        if known == Known::Duplicate {
            metrics::counter!("ganira_duplicates_total").increment(1);
            let kept = self.memory.as_ref().map(|memory| &memory.snapshot.kept);
            if let Some(shown) = kept.and_then(|kept| keypad::again(&self.shared.world, event, kept)) {
                event.show(shown);
            }
            return Run::Over(Verdict::Duplicate);
        }
        let Some(memory) = &self.memory else { return Run::Over(Verdict::Void) };
        if matches!(event.kind, EventKind::HungUp { .. }) {
            let now = self.shared.world.clock.now();
            if !keypad::is_gone(&self.shared.world, event, &memory.snapshot.kept, now) {
                return Run::Over(Verdict::Void);
            }
        }
        if let EventKind::Alarm { due } = event.kind
            && memory.snapshot.kept.alarm != Some(due)
        {
            #[cfg(feature = "planted-bugs")]
            let goes_on = super::plant::Plant::TimerFiredByBoth.grows();
            #[cfg(not(feature = "planted-bugs"))]
            let goes_on = false;
            if !goes_on {
                return Run::Over(Verdict::Void);
            }
        }
        if truths.is_empty() {
            self.be_polite(event);
        }
        let worked = match memory.open(&event.account.tenant.key) {
            Ok(awake) => turn::work(&self.shared.world, &awake, event, truths).await,
            Err(error) => return Run::Over(Box::pin(self.troubled(event, error.into())).await),
        };
        let worked = match worked {
            Ok(worked) => worked,
            Err(TurnError::Store(error)) => return Run::Over(Box::pin(self.troubled(event, error.into())).await),
            Err(TurnError::Away) => return Run::Over(Verdict::Unavailable),
            Err(error) => return Run::Over(Box::pin(self.failed(event, &error)).await),
        };
        let turn::Worked { commit, after, armed, walked, unclaimed, shown } = worked;
        // Before the commit, which takes the job's row away: a letter written twice is one letter.
        if unclaimed && let Err(error) = Box::pin(bury_unclaimed(&self.shared.world, event)).await {
            return Run::Over(Box::pin(self.troubled(event, error.into())).await);
        }
        let has_jobs = !commit.row.jobs.is_empty();
        if !event.begin() {
            return Run::Over(Verdict::Void);
        }
        #[cfg(feature = "planted-bugs")]
        if super::plant::Plant::AckBeforeCommit.grows() {
            event.settle(Verdict::Committed);
        }
        match self.shared.lane_of(self.conversation).commit(commit).await {
            Settled::Committed => {
                self.remember(event, after);
                if let Some(shown) = shown {
                    event.show(shown);
                }
                if let Some((walked, counts)) = walked {
                    self.shared.world.funnel.add(walked, counts);
                }
                if let Some(due) = armed {
                    self.shared.timers.arm(due, self.conversation);
                }
                if has_jobs {
                    self.shared.jobs.wake();
                }
                Run::Over(Verdict::Committed)
            }
            Settled::Journaled => {
                self.memory = None;
                // Its screen stands in the table.
                if matches!(event.kind, EventKind::Hop { .. }) { Run::Again } else { Run::Over(Verdict::Duplicate) }
            }
            Settled::Gone => {
                self.memory = None;
                Run::Over(Verdict::Void)
            }
            Settled::Stale => {
                self.memory = None;
                Run::Again
            }
            Settled::Refused(refusals) => {
                metrics::counter!("ganira_turns_refused_total").increment(1);
                Run::Refused(refusals)
            }
            Settled::Poison(error) => Run::Over(Box::pin(self.bury(event, &error)).await),
            Settled::Blocked | Settled::Fenced => Run::Over(Verdict::Unavailable),
        }
    }

    /// What is known of the event, waking the conversation's memory first. `None`: the person was erased.
    async fn knows(&mut self, event: &Event) -> Result<Option<Known>, Trouble> {
        if self.memory.is_none() {
            self.memory = self.wake(event).await?;
        }
        let Some(memory) = &self.memory else { return Ok(None) };
        #[cfg(feature = "planted-bugs")]
        if super::plant::Plant::DedupeInMemory.grows() {
            let is_new = super::plant::is_new_here(event.id);
            return Ok(Some(if is_new { Known::New } else { Known::Duplicate }));
        }
        let known = memory.snapshot.ring.knows(event.id, event.occurred_at);
        if known != Known::AskJournal {
            return Ok(Some(known));
        }
        if event.kind.has_row() || keypad::is_new(&self.shared.world, event, &memory.snapshot.kept) {
            return Ok(Some(Known::New));
        }
        let before = event.day.pred_opt().unwrap_or(event.day);
        let days = if event.occurred_at.is_some() { vec![event.day] } else { vec![before, event.day] };
        let journaled = self.shared.world.store.journaled(event.conversation.tenant, event.id, &days).await?;
        Ok(Some(if journaled { Known::Duplicate } else { Known::New }))
    }

    /// From the cache, else from the table.
    async fn wake(&self, event: &Event) -> Result<Option<Memory>, Trouble> {
        let kept = self.shared.snapshots.take(self.conversation);
        #[cfg(feature = "planted-bugs")]
        let kept = super::plant::left(&self.shared.world, self.conversation).or(kept);
        let asleep = if let Some(asleep) = kept {
            asleep
        } else {
            let Some(loaded) = self.shared.directory.load(self.conversation).await? else { return Ok(None) };
            let Some(wrapped) = loaded.wrapped_key else { return Ok(None) };
            Asleep { seq: loaded.seq, sealed: loaded.snapshot.into(), wrapped_key: wrapped.into() }
        };
        let key = event.account.tenant.key.unwrap(seals::CONTACT_KEY, &asleep.wrapped_key)?;
        let snapshot = Snapshot::open(&key, self.conversation, asleep.seq, &asleep.sealed)?;
        Ok(Some(Memory { seq: asleep.seq, snapshot, wrapped_key: asleep.wrapped_key }))
    }

    fn remember(&mut self, event: &Event, after: Snapshot) {
        if matches!(event.kind, EventKind::Erase) {
            self.memory = None;
            self.shared.directory.forget(self.conversation);
            self.shared.outbound.forget(self.conversation);
        } else if let Some(memory) = &mut self.memory {
            memory.seq = memory.seq.next();
            memory.snapshot = after;
            #[cfg(feature = "planted-bugs")]
            super::plant::leave(&self.shared.world, self.conversation, || {
                memory.sleep(&event.account.tenant.key, self.conversation).ok()
            });
        }
    }

    /// Blue ticks and "typing…": best effort, dropped under pressure.
    fn be_polite(&self, event: &Event) {
        if event.account.stopped_reason.is_none()
            && let EventKind::Message { provider_id, .. } | EventKind::Code { provider_id, .. } = &event.kind
        {
            let read = Courtesy { account: event.account.clone(), message: provider_id.clone(), typing: true };
            self.shared.outbound.courtesy(read);
        }
    }

    async fn failed(&mut self, event: &Event, error: &TurnError) -> Verdict {
        self.bury(event, &error.to_string()).await
    }

    async fn troubled(&mut self, event: &Event, trouble: Trouble) -> Verdict {
        match trouble {
            Trouble::Snapshot(SnapshotError::Unreadable(error)) => self.bury(event, &error.to_string()).await,
            other => {
                tracing::error!(
                    trace = %event.trace,
                    conversation.id = self.conversation.contact.0,
                    error = &other as &dyn std::error::Error,
                    "a conversation could not be woken"
                );
                Verdict::Unavailable
            }
        }
    }

    async fn bury(&mut self, event: &Event, error: &str) -> Verdict {
        let memory = self.memory.take();
        match bury_event(&self.shared.world, event, Reason::Poison, error).await {
            Ok(()) => {
                if let Some(memory) = memory.filter(|_| event.kind.has_row()) {
                    self.dismiss(event, &memory).await;
                }
                Verdict::Buried
            }
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "a dead letter could not be written");
                Verdict::Unavailable
            }
        }
    }

    /// Takes the row of a buried alarm or job out of its table, or it would come back for ever.
    async fn dismiss(&self, event: &Event, memory: &Memory) {
        let Ok(awake) = memory.open(&event.account.tenant.key) else { return };
        let Ok(worked) = turn::dismiss(&self.shared.world, &awake, event) else { return };
        let settled = self.shared.lane_of(self.conversation).commit(worked.commit).await;
        if settled != Settled::Committed {
            tracing::error!(trace = %event.trace, ?settled, "the row of a buried event could not be taken away");
        }
    }

    /// Leaves the sealed snapshot where the next waking finds it, and names the last event handled: the router knows if it sent more.
    fn offer_to_sleep(&mut self) {
        let tenant = self.shared.world.accounts.tenant(self.conversation.tenant);
        if let (Some(memory), Some(tenant)) = (self.memory.take(), tenant)
            && !self.shared.fence.has_fallen()
            // Where it cannot be sealed, the next waking finds it in the table.
            && let Ok(asleep) = memory.sleep(&tenant.key, self.conversation)
        {
            self.shared.snapshots.put(self.conversation, asleep);
        }
        let offer = ShardMessage::Sleepy { conversation: self.conversation, handled: self.handled };
        let _ = self.router.cast(offer);
    }
}

/// How one run of a turn ended.
enum Run {
    Over(Verdict),
    /// The memory was stale: load and run again.
    Again,
    /// Guards failed: run again with the truth.
    Refused(Vec<(u8, String)>),
}

/// Why a conversation could not be woken.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Key(#[from] CryptoError),
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
}
