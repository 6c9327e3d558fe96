//! Sending: a dispatcher per channel account, which keeps order per contact, the pace of each limit, and the peace of a company in trouble.
//!
//! The decisions are those of the pure [`window`]; a dispatcher carries them out. Other parts of the engine hold an [`Outbound`].

mod attempt;
pub mod buckets;
mod dispatcher;
mod reading;
mod setup;
pub mod share;
mod supervisor;
pub mod window;
mod wire;

use std::sync::Arc;
use std::time::Duration;

use ractor::{Actor, ActorRef, SpawnErr};
use tokio::sync::oneshot;

pub use setup::{Refusals, Setup};
pub use window::Refusal;
pub use wire::{Courtesy, GraphWire, HttpSending, Sending, Wire, Wires};

use super::outgoing::Outgoing;
use crate::domain::{Conversation, DeliveryState, OutboxId};
use supervisor::{Supervisor, SupervisorMessage};

/// The entrance to the outbound side. Cheap to clone; no call waits for anything but [`Outbound::drain`].
#[derive(Debug, Clone)]
pub struct Outbound(ActorRef<SupervisorMessage>);

impl Outbound {
    /// Starts a dispatcher for each account there is. All of it ends when the fence falls.
    pub async fn start(setup: Setup) -> Result<Self, SpawnErr> {
        let fence = setup.fence.clone();
        let (actor, _) = Actor::spawn(None, Supervisor { setup: Arc::new(setup) }, ()).await?;
        let supervisor = actor.clone();
        super::spawn(async move {
            fence.fallen().await;
            supervisor.stop(None);
        });
        Ok(Self(actor))
    }

    /// The rows of one committed batch, in table order. To be called for every batch of a lane, in the order of the lane's batches, before
    /// the next one is committed: a row that comes after a later one of its lane is taken for known.
    pub fn committed(&self, rows: Vec<Outgoing>) {
        self.tell(SupervisorMessage::Committed(rows));
    }

    /// News of a message, once it is recorded.
    pub fn receipt(&self, id: OutboxId, state: DeliveryState) {
        self.tell(SupervisorMessage::Receipt(id, state));
    }

    /// Best effort; dropped under pressure.
    pub fn courtesy(&self, courtesy: Courtesy) {
        self.tell(SupervisorMessage::Courtesy(courtesy));
    }

    /// Accounts were read anew: new ones begin, repaired ones resume, stopped ones stop.
    pub fn refresh(&self) {
        self.tell(SupervisorMessage::Refresh);
    }

    /// A contact was erased: what waits for it in memory does not leave any more.
    pub fn forget(&self, conversation: Conversation) {
        self.tell(SupervisorMessage::Forget(conversation));
    }

    /// Begins no more attempts and waits for those in flight, at most `limit`. False: some were still in flight; they will be *unknown*.
    pub async fn drain(&self, limit: Duration) -> bool {
        let (answer, drained) = oneshot::channel();
        self.tell(SupervisorMessage::Drain(answer));
        matches!(tokio::time::timeout(limit, drained).await, Ok(Ok(())))
    }

    /// After the fence fell there is nobody to tell, and nothing to lose: the next incarnation reads the table.
    fn tell(&self, message: SupervisorMessage) {
        let _ = self.0.cast(message);
    }
}
