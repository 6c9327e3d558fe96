//! The supervisor of the dispatchers: one for each account, begun again when it fails.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use ractor::{Actor, ActorCell, ActorProcessingErr, ActorRef, SupervisionEvent};
use tokio::sync::oneshot;

use super::dispatcher::{Dispatcher, Message};
use super::setup::Setup;
use super::window::Event;
use super::wire::Courtesy;
use crate::actors::outgoing::Outgoing;
use crate::domain::{AccountId, Conversation, DeliveryState, OutboxId, TenantId, Timestamp};
use crate::flows::Channel;

/// How long a failed dispatcher rests before it begins again from the table.
const BEGIN_AGAIN_AFTER: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub enum SupervisorMessage {
    Committed(Vec<Outgoing>),
    Receipt(OutboxId, DeliveryState),
    Courtesy(Courtesy),
    Refresh,
    Forget(Conversation),
    /// An account learned that its whole portfolio is too fast.
    PausePortfolio {
        account: AccountId,
        until: Timestamp,
    },
    Begin(AccountId),
    Drain(oneshot::Sender<()>),
}

#[derive(Debug)]
pub(super) struct Supervisor {
    pub setup: Arc<Setup>,
}

#[derive(Debug)]
pub(super) struct Running {
    actor: ActorRef<Message>,
    tenant: TenantId,
    channel: Channel,
}

#[derive(Debug, Default)]
pub(super) struct State {
    dispatchers: HashMap<AccountId, Running>,
    draining: bool,
}

impl Actor for Supervisor {
    type Msg = SupervisorMessage;
    type State = State;
    type Arguments = ();

    async fn pre_start(&self, _: ActorRef<SupervisorMessage>, (): ()) -> Result<State, ActorProcessingErr> {
        Ok(State::default())
    }

    async fn post_start(
        &self,
        myself: ActorRef<SupervisorMessage>,
        state: &mut State,
    ) -> Result<(), ActorProcessingErr> {
        self.begin_all(&myself, state).await;
        Ok(())
    }

    async fn handle(
        &self,
        myself: ActorRef<SupervisorMessage>,
        message: SupervisorMessage,
        state: &mut State,
    ) -> Result<(), ActorProcessingErr> {
        match message {
            SupervisorMessage::Committed(rows) => self.committed(rows, &myself, state).await,
            SupervisorMessage::Receipt(id, news) => {
                for running in of_tenant(state, id.conversation.tenant) {
                    tell(running, Message::Heard(Event::Receipt(id, news)));
                }
            }
            SupervisorMessage::Courtesy(courtesy) => {
                if let Some(running) = state.dispatchers.get(&courtesy.account.id) {
                    tell(running, Message::Courtesy(courtesy));
                }
            }
            SupervisorMessage::Refresh => {
                self.begin_all(&myself, state).await;
                for running in state.dispatchers.values() {
                    tell(running, Message::Refresh);
                }
            }
            SupervisorMessage::Forget(conversation) => {
                for running in of_tenant(state, conversation.tenant) {
                    tell(running, Message::Heard(Event::Forget(conversation.contact)));
                }
            }
            SupervisorMessage::PausePortfolio { account, until } => pause(state, account, until),
            SupervisorMessage::Begin(account) => self.begin(account, &myself, state).await,
            SupervisorMessage::Drain(answer) => drain(state, answer),
        }
        Ok(())
    }

    async fn handle_supervisor_evt(
        &self,
        myself: ActorRef<SupervisorMessage>,
        event: SupervisionEvent,
        state: &mut State,
    ) -> Result<(), ActorProcessingErr> {
        match event {
            SupervisionEvent::ActorFailed(actor, error) => {
                tracing::error!(%error, "a dispatcher failed and begins again");
                metrics::counter!("ganira_dispatchers_failed_total").increment(1);
                self.begin_again(&actor, &myself, state);
            }
            SupervisionEvent::ActorTerminated(actor, _, _) => self.begin_again(&actor, &myself, state),
            _ => {}
        }
        Ok(())
    }
}

impl Supervisor {
    async fn begin_all(&self, myself: &ActorRef<SupervisorMessage>, state: &mut State) {
        for account in self.setup.accounts.all() {
            self.begin(account.id, myself, state).await;
        }
    }

    /// Starts the account's dispatcher if it does not run. It reads what it has missed from the table.
    async fn begin(&self, id: AccountId, myself: &ActorRef<SupervisorMessage>, state: &mut State) {
        if state.draining || state.dispatchers.contains_key(&id) {
            return;
        }
        let Some(account) = self.setup.accounts.by_id(id) else { return };
        // A USSD screen is the answer to the request that asked for it: nothing is sent.
        if account.channel == Channel::Ussd {
            return;
        }
        let dispatcher = Dispatcher { account: id, setup: self.setup.clone(), supervisor: myself.clone() };
        match Actor::spawn_linked(None, dispatcher, (), myself.get_cell()).await {
            Ok((actor, _)) => {
                let running = Running { actor, tenant: account.tenant.id, channel: account.channel };
                state.dispatchers.insert(id, running);
            }
            Err(error) => tracing::error!(account.id = id.0, %error, "a dispatcher could not begin"),
        }
    }

    fn begin_again(&self, actor: &ActorCell, myself: &ActorRef<SupervisorMessage>, state: &mut State) {
        let failed = state.dispatchers.iter().find(|(_, running)| running.actor.get_id() == actor.get_id());
        let Some(account) = failed.map(|(account, _)| *account) else { return };
        state.dispatchers.remove(&account);
        if state.draining || self.setup.fence.has_fallen() {
            return;
        }
        let (fence, myself) = (self.setup.fence.clone(), myself.clone());
        crate::actors::spawn(async move {
            if !fence.wait_or_fallen(BEGIN_AGAIN_AFTER).await {
                let _ = myself.cast(SupervisorMessage::Begin(account));
            }
        });
    }

    /// Gives each account its rows of one batch, in their order.
    async fn committed(&self, rows: Vec<Outgoing>, myself: &ActorRef<SupervisorMessage>, state: &mut State) {
        let mut of_account: HashMap<AccountId, Vec<Outgoing>> = HashMap::new();
        for row in rows {
            of_account.entry(row.account).or_default().push(row);
        }
        for (account, rows) in of_account {
            self.begin(account, myself, state).await;
            if let Some(running) = state.dispatchers.get(&account) {
                tell(running, Message::Heard(Event::Committed(rows)));
            }
        }
    }
}

/// To one that has failed meanwhile it does not matter: its successor reads the table.
fn tell(running: &Running, message: Message) {
    let _ = running.actor.cast(message);
}

fn of_tenant(state: &State, tenant: TenantId) -> impl Iterator<Item = &Running> {
    state.dispatchers.values().filter(move |running| running.tenant == tenant)
}

/// The accounts of one tenant on one channel share a portfolio; other tenants are not made to wait.
fn pause(state: &State, account: AccountId, until: Timestamp) {
    let Some(first) = state.dispatchers.get(&account) else { return };
    for running in of_tenant(state, first.tenant).filter(|running| running.channel == first.channel) {
        tell(running, Message::Heard(Event::PauseUntil(until)));
    }
}

fn drain(state: &mut State, answer: oneshot::Sender<()>) {
    state.draining = true;
    let mut all = Vec::new();
    for running in state.dispatchers.values() {
        let (sender, drained) = oneshot::channel();
        tell(running, Message::Drain(sender));
        all.push(drained);
    }
    crate::actors::spawn(async move {
        for drained in all {
            // One that failed has nothing in flight that we could wait for.
            let _ = drained.await;
        }
        let _ = answer.send(());
    });
}
