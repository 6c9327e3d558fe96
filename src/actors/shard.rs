//! A shard's router: the single sender that fixes the order of a conversation's events, and the only one that starts and stops its actor.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use ractor::{Actor, ActorId, ActorProcessingErr, ActorRef, SupervisionEvent};

use super::conversation::{ConversationActor, ConversationMessage, ConversationSetup};
use super::dead_letters::{Reason, bury_event};
use super::event::{Event, Verdict};
use super::shared::Shared;
use crate::domain::Conversation;

/// Events that may wait for one conversation; more are refused, since whoever sends so many comes again.
const WAITING_MAX: usize = 1024;
/// Sleep offers asked for in one sweep at least, so that stopping runs as a trickle: every actor's end takes a lock of the whole process.
const DOZE_LEAST: usize = 64;
/// The share of the idle that goes to sleep in one sweep where they are many: however fast strangers come, the awake stay bounded by what came
/// in a few sweeps.
const DOZE_SHARE: usize = 4;
/// Sweeps without an event after which a conversation is idle.
const IDLE_SWEEPS: u32 = 4;

#[derive(Debug)]
pub enum ShardMessage {
    /// An event for one of the shard's conversations, in the order it is to have.
    Deliver(Arc<Event>),
    /// The turn in flight is over.
    Finished { conversation: Conversation, verdict: Verdict },
    /// The actor has nothing to do; it has handled this many events.
    Sleepy { conversation: Conversation, handled: u64 },
    /// Look who has been idle.
    Sweep,
}

#[derive(Debug)]
pub struct ShardRouter;

#[derive(Debug)]
pub struct Routing {
    shared: Arc<Shared>,
    awake: HashMap<Conversation, Entry>,
    by_actor: HashMap<ActorId, Conversation>,
    /// Counts sweeps: an entry's idleness is measured in them.
    sweep: u32,
}

/// A conversation that is awake. Events wait here and not in the actor's mailbox: a panic must not take them along.
#[derive(Debug)]
struct Entry {
    actor: ActorRef<ConversationMessage>,
    current: Option<Arc<Event>>,
    waiting: VecDeque<Arc<Event>>,
    /// An event was refused because too many waited.
    full: bool,
    /// Events handed to this actor.
    handed: u64,
    /// The current event was handed out before, to an actor that died of it or of something else.
    second_try: bool,
    idle_since: u32,
    dozing: bool,
}

impl Actor for ShardRouter {
    type Msg = ShardMessage;
    type State = Routing;
    type Arguments = Arc<Shared>;

    async fn pre_start(&self, myself: ActorRef<Self::Msg>, shared: Arc<Shared>) -> Result<Routing, ActorProcessingErr> {
        let idle = Duration::from_millis(shared.world.settings.engine.idle_before_sleep_ms);
        myself.send_interval((idle / IDLE_SWEEPS).max(Duration::from_millis(5)), || ShardMessage::Sweep);
        Ok(Routing { shared, awake: HashMap::new(), by_actor: HashMap::new(), sweep: 0 })
    }

    async fn handle(
        &self,
        myself: ActorRef<Self::Msg>,
        message: Self::Msg,
        routing: &mut Routing,
    ) -> Result<(), ActorProcessingErr> {
        match message {
            ShardMessage::Deliver(event) => routing.deliver(&myself, event).await,
            ShardMessage::Finished { conversation, verdict } => routing.finished(conversation, verdict),
            ShardMessage::Sleepy { conversation, handled } => routing.sleepy(conversation, handled),
            ShardMessage::Sweep => routing.sweep(),
        }
        Ok(())
    }

    async fn handle_supervisor_evt(
        &self,
        myself: ActorRef<Self::Msg>,
        event: SupervisionEvent,
        routing: &mut Routing,
    ) -> Result<(), ActorProcessingErr> {
        match event {
            SupervisionEvent::ActorFailed(who, error) => {
                let Some(conversation) = routing.by_actor.remove(&who.get_id()) else { return Ok(()) };
                metrics::counter!("ganira_conversation_panics_total").increment(1);
                tracing::error!(conversation.id = conversation.contact.0, error, "a conversation's actor failed");
                routing.restart(&myself, conversation).await?;
            }
            SupervisionEvent::ActorTerminated(who, ..) => {
                routing.by_actor.remove(&who.get_id());
            }
            _ => {}
        }
        Ok(())
    }
}

impl Routing {
    async fn deliver(&mut self, myself: &ActorRef<ShardMessage>, event: Arc<Event>) {
        let conversation = event.conversation;
        if !self.awake.contains_key(&conversation) {
            match self.start(myself, conversation).await {
                Ok(actor) => {
                    let entry = Entry {
                        actor,
                        current: None,
                        waiting: VecDeque::new(),
                        full: false,
                        handed: 0,
                        second_try: false,
                        idle_since: self.sweep,
                        dozing: false,
                    };
                    self.awake.insert(conversation, entry);
                }
                Err(error) => {
                    tracing::error!(
                        conversation.id = conversation.contact.0,
                        error = %error,
                        "a conversation could not be started"
                    );
                    return event.settle(Verdict::Unavailable);
                }
            }
        }
        let Some(entry) = self.awake.get_mut(&conversation) else { return };
        #[cfg(feature = "planted-bugs")]
        if super::plant::Plant::DuplicateAckedEarly.grows()
            && entry.current.iter().chain(&entry.waiting).any(|under_way| under_way.id == event.id)
        {
            return settle(&event, Verdict::Duplicate);
        }
        // Once one is refused, all behind it are, until none waits: nothing may pass an event that comes again.
        entry.full |= entry.waiting.len() >= WAITING_MAX;
        if entry.full {
            return settle(&event, Verdict::Unavailable);
        }
        entry.waiting.push_back(event);
        entry.hand_next();
    }

    async fn start(
        &mut self,
        myself: &ActorRef<ShardMessage>,
        conversation: Conversation,
    ) -> Result<ActorRef<ConversationMessage>, Box<ractor::SpawnErr>> {
        let setup = ConversationSetup { conversation, shared: self.shared.clone(), router: myself.clone() };
        let (actor, _) = ConversationActor::spawn_linked(None, ConversationActor, setup, myself.get_cell())
            .await
            .map_err(Box::new)?;
        self.by_actor.insert(actor.get_id(), conversation);
        metrics::gauge!("ganira_conversations_awake").increment(1.0);
        Ok(actor)
    }

    fn finished(&mut self, conversation: Conversation, verdict: Verdict) {
        let Some(entry) = self.awake.get_mut(&conversation) else { return };
        if let Some(event) = entry.current.take() {
            settle(&event, verdict);
        }
        entry.second_try = false;
        entry.idle_since = self.sweep;
        if verdict == Verdict::Unavailable {
            // The event comes again, and what stood behind it must not have passed it by then.
            for behind in entry.waiting.drain(..) {
                settle(&behind, verdict);
            }
        }
        entry.hand_next();
    }

    /// Accepts the offer only if nothing was sent since. Otherwise the actor simply wakes its memory again.
    fn sleepy(&mut self, conversation: Conversation, handled: u64) {
        let Some(entry) = self.awake.get_mut(&conversation) else { return };
        entry.dozing = false;
        if entry.handed == handled && entry.current.is_none() && entry.waiting.is_empty() {
            entry.actor.stop(None);
            self.awake.remove(&conversation);
            metrics::gauge!("ganira_conversations_awake").decrement(1.0);
        }
    }

    fn sweep(&mut self) {
        self.sweep = self.sweep.wrapping_add(1);
        let sweep = self.sweep;
        let is_idle = |entry: &Entry| {
            entry.current.is_none() && !entry.dozing && sweep.wrapping_sub(entry.idle_since) >= IDLE_SWEEPS
        };
        let idle = self.awake.values().filter(|entry| is_idle(entry)).count();
        for entry in self.awake.values_mut().filter(|entry| is_idle(entry)).take(DOZE_LEAST.max(idle / DOZE_SHARE)) {
            entry.dozing = entry.actor.cast(ConversationMessage::Doze).is_ok();
        }
    }

    /// Starts the actor anew and hands it the event it died with, once. An event that kills twice is buried; the conversation goes on.
    async fn restart(
        &mut self,
        myself: &ActorRef<ShardMessage>,
        conversation: Conversation,
    ) -> Result<(), ActorProcessingErr> {
        metrics::gauge!("ganira_conversations_awake").decrement(1.0);
        let Some(mut entry) = self.awake.remove(&conversation) else { return Ok(()) };
        entry.actor = self.start(myself, conversation).await?;
        entry.handed = 0;
        entry.dozing = false;
        if let Some(event) = entry.current.take() {
            if entry.second_try {
                entry.second_try = false;
                bury_later(self.shared.clone(), event);
            } else {
                entry.second_try = true;
                entry.waiting.push_front(event);
            }
        }
        entry.hand_next();
        self.awake.insert(conversation, entry);
        Ok(())
    }
}

impl Entry {
    /// Hands the next waiting event out, if none is in flight.
    fn hand_next(&mut self) {
        if self.current.is_some() {
            return;
        }
        let Some(event) = self.waiting.pop_front() else {
            self.full = false;
            return;
        };
        self.handed += 1;
        self.current = Some(event.clone());
        // A dead actor is restarted by the supervision event that is on its way, with this event.
        let _ = self.actor.cast(ConversationMessage::Turn(event));
    }
}

fn settle(event: &Event, verdict: Verdict) {
    let word = match verdict {
        Verdict::Committed => "committed",
        Verdict::Duplicate => "duplicate",
        Verdict::Buried => "buried",
        Verdict::Void => "void",
        Verdict::Unavailable => "unavailable",
    };
    metrics::counter!("ganira_turns_total", "verdict" => word).increment(1);
    tracing::debug!(
        trace = %event.trace,
        conversation.id = event.conversation.contact.0,
        verdict = word,
        "a turn ended"
    );
    event.settle(verdict);
}

/// The router must not wait for the database: a neighbour's event would wait with it.
fn bury_later(shared: Arc<Shared>, event: Arc<Event>) {
    super::spawn(async move {
        let buried =
            bury_event(&shared.world, &event, Reason::Poison, "its turn killed the conversation's actor twice").await;
        settle(&event, if buried.is_ok() { Verdict::Buried } else { Verdict::Unavailable });
    });
}
