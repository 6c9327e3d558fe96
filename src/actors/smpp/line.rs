//! One system id at one message centre: its connections, each begun again when it ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use parking_lot::{Mutex, RwLock};
use secrecy::{ExposeSecret as _, SecretString};
use tokio_util::sync::CancellationToken;

use super::Gateway;
use super::begun::AllBegun;
use super::repeats::{Lately, Repeats};
use super::ussd::Sessions;
use crate::actors::accounts::Account;
use crate::actors::ingress::Ingress;
use crate::actors::shared::World;
use crate::channels::smpp::{Binding, Bound, NotBound, Session, Submit, Submitted, Way, status};
use crate::config::Bind;
use crate::crypto::random;
use crate::resilience::Backoff;

/// How long until a connection that failed is tried again.
const AGAIN: Backoff = Backoff { first: Duration::from_millis(500), factor: 2, most: Duration::from_mins(1) };
/// A connection that lived this long counts as one that worked.
const LIVED: Duration = Duration::from_secs(10);

/// How long ending waits for messages in hand.
const IN_HAND_MAX: Duration = Duration::from_secs(5);

/// What a line needs of its incarnation.
#[derive(Debug, Clone)]
pub(super) struct Tools {
    pub world: Arc<World>,
    pub ingress: Ingress,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct LineName {
    pub gateway: String,
    pub system_id: String,
}

impl LineName {
    pub(super) fn of(account: &Account) -> Self {
        Self { gateway: account.app.clone(), system_id: account.parent_id.clone() }
    }
}

#[derive(Debug, Clone)]
pub(super) struct Login {
    pub password: SecretString,
}

impl Login {
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.password.expose_secret() == other.password.expose_secret()
    }
}

/// One session that stands.
#[derive(Debug)]
pub(super) struct Seat {
    pub way: Way,
    pub session: Arc<dyn Session>,
    pub lately: Mutex<Lately>,
}

/// See the module.
#[derive(Debug)]
pub(super) struct Line {
    pub name: LineName,
    pub gateway: Arc<Gateway>,
    pub login: Login,
    pub tools: Tools,
    seats: RwLock<Vec<Arc<Seat>>>,
    /// Whose turn it is to send.
    turn: AtomicUsize,
    /// Why the centre does not let us in, where somebody has to mend it.
    refused: Mutex<Option<(u32, String)>>,
    pub begun: Mutex<AllBegun>,
    pub repeats: Mutex<Repeats>,
    /// USSD sessions that are open.
    pub sessions: Mutex<Sessions>,
    /// Messages that came in and are not answered yet.
    pub in_hand: AtomicUsize,
    closed: CancellationToken,
}

impl Line {
    /// Begins all its connections.
    pub(super) fn begin(name: LineName, gateway: Arc<Gateway>, login: Login, tools: Tools) -> Arc<Self> {
        let line = Arc::new(Self {
            name,
            gateway,
            login,
            tools,
            seats: RwLock::default(),
            turn: AtomicUsize::new(0),
            refused: Mutex::default(),
            begun: Mutex::default(),
            repeats: Mutex::default(),
            sessions: Mutex::default(),
            in_hand: AtomicUsize::new(0),
            closed: CancellationToken::new(),
        });
        let ways: &[Way] = match line.gateway.settings.bind {
            Bind::Transceiver => &[Way::Both],
            Bind::Transmitter => &[Way::Sending],
            Bind::Receiver => &[Way::Receiving],
            Bind::Pair => &[Way::Sending, Way::Receiving],
        };
        for _ in 0..line.gateway.settings.connections {
            for way in ways {
                crate::actors::spawn(line.clone().keep(*way));
            }
        }
        line
    }

    /// A session that may send, in turn but for those whose window is full.
    pub(super) fn seat(&self) -> Option<Arc<Seat>> {
        let seats = self.seats.read();
        let sends = |seat: &&Arc<Seat>| seat.way != Way::Receiving && seat.session.is_open();
        let open: Vec<&Arc<Seat>> = seats.iter().filter(sends).collect();
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        let in_turn = (0..open.len()).map(|n| open[(turn + n) % open.len()]);
        in_turn.max_by_key(|seat| usize::from(seat.session.free() > 0)).cloned()
    }

    /// Submits by one session.
    pub(super) async fn submit(&self, seat: &Seat, submit: &Submit) -> Submitted {
        let sent = self.tools.world.clock.now();
        let submitted = seat.session.submit(submit).await;
        if matches!(submitted, Submitted::Taken(_) | Submitted::Refused(_)) {
            seat.lately.lock().proven(sent);
        }
        submitted
    }

    /// Why nothing can be sent until somebody acts.
    pub(super) fn refused(&self) -> Option<(u32, String)> {
        self.refused.lock().clone()
    }

    /// Ends all sessions and begins none any more. What is in hand is answered before.
    pub(super) async fn unbind(&self) {
        self.closed.cancel();
        let until = tokio::time::Instant::now() + IN_HAND_MAX;
        while self.in_hand.load(Ordering::Acquire) > 0 && tokio::time::Instant::now() < until {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let seats: Vec<_> = self.seats.write().drain(..).collect();
        futures::future::join_all(seats.iter().map(|seat| seat.session.unbind())).await;
    }

    pub(super) fn is_closed(&self) -> bool {
        self.closed.is_cancelled()
    }

    /// Keeps one connection.
    async fn keep(self: Arc<Self>, way: Way) {
        let Ok(centre) = &self.gateway.centre else { return };
        let password = self.login.password.clone();
        let binding = Binding { way, system_id: self.name.system_id.clone(), password };
        let mut failures = 0;
        loop {
            let begun = tokio::time::Instant::now();
            let bound = tokio::select! {
                biased;
                () = self.closed.cancelled() => return,
                bound = centre.bind(&binding) => bound,
            };
            match bound {
                Ok(bound) => {
                    self.serve(way, bound).await;
                    failures = if begun.elapsed() >= LIVED { 0 } else { failures + 1 };
                }
                Err(error) => {
                    self.note(&error);
                    failures += 1;
                }
            }
            let random = random::number() as f64 / u64::MAX as f64;
            let wait = AGAIN.wait(failures.min(16), random, None);
            if tokio::time::timeout(wait, self.closed.cancelled()).await.is_ok() {
                return;
            }
        }
    }

    /// One session from its bind to its end.
    async fn serve(self: &Arc<Self>, way: Way, (session, hears): Bound) {
        let gateway = self.gateway.name.as_str();
        tracing::info!(gateway, ?way, "bound to a message centre");
        self.refused.lock().take();
        let seat = Arc::new(Seat { way, session, lately: Mutex::default() });
        let is_late = {
            let mut seats = self.seats.write();
            let is_late = self.is_closed();
            if !is_late {
                seats.push(seat.clone());
            }
            is_late
        };
        if is_late {
            return seat.session.unbind().await;
        }
        metrics::gauge!("ganira_smpp_sessions", "gateway" => self.gateway.name.clone()).increment(1.0);
        self.hear(&seat, hears).await;
        metrics::gauge!("ganira_smpp_sessions", "gateway" => self.gateway.name.clone()).decrement(1.0);
        self.seats.write().retain(|other| !Arc::ptr_eq(other, &seat));
        if !self.is_closed() {
            metrics::counter!("ganira_smpp_sessions_lost_total").increment(1);
            tracing::warn!(gateway, ?way, "a connection to a message centre has ended, binding again");
        }
    }

    fn note(&self, error: &NotBound) {
        let gateway = self.gateway.name.as_str();
        let refused = match error {
            NotBound::Refused(code) => status::bind_refused(*code).map(|meaning| (*code, meaning.to_owned())),
            NotBound::Unwritable(why) => Some((0, why.clone())),
            NotBound::Unreachable(_) => None,
        };
        if refused.is_some() {
            tracing::error!(gateway, %error, "a message centre does not let us in until somebody acts");
        } else {
            tracing::warn!(gateway, %error, "a message centre cannot be bound to, trying again");
        }
        *self.refused.lock() = refused;
    }
}
