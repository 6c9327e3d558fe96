//! One hop: the gateway asks the engine, within its budget, and shows the handset a screen or the operator's own words.

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use tokio::time::{Instant, sleep, timeout};

use super::gateway::UssdGateway;
use super::line::{callback, post};
use super::session::{End, Keys, Session};
use super::style::{Answered, Request, Screen};
use super::{SESSIONS_MAX, Seen, ending};
use crate::sandbox::faults::{Kind, Target};
use crate::sandbox::state::{Inner, State};

/// What a handset shows when the engine fails.
const OPERATOR_ERROR: &str = "Connection problem or invalid MMI code.";
/// What it shows for a session that is over.
const NO_SESSION: &str = "Your session has ended. Please dial again.";
pub(super) const COPIES_MAX: u32 = 20;

/// What a person sees after a key.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Shown {
    screen: String,
    ended: bool,
    /// Whether these are the operator's words, because the engine's were not taken or did not come.
    #[serde(skip_serializing_if = "Option::is_none")]
    operator: Option<String>,
    /// Whether the same request was answered by the same bytes as before, where it was sent again.
    #[serde(skip_serializing_if = "Option::is_none")]
    same: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<String>,
}

impl Shown {
    fn operator(screen: &str, why: impl Into<String>) -> Self {
        Self { screen: screen.to_owned(), ended: true, operator: Some(why.into()), same: None, session: None }
    }
}

/// Faults that were ordered for this hop.
struct Trouble {
    slow: Duration,
    status: Option<u16>,
    lost: bool,
    copies: u32,
    together: bool,
    time_out: bool,
}

/// A person dials: a session of hers that is still open is broken off first.
pub(super) async fn dial(state: &Arc<State>, phone: &str, code: &str, gateway: Option<&str>) -> Result<Shown, String> {
    cancel(state, phone);
    let session = {
        let mut inner = state.inner.lock();
        let ussd = &mut inner.ussd;
        let named = |of: &UssdGateway| gateway.is_none_or(|name| of.name == name);
        let fits = ussd.gateways.iter().enumerate().filter(|(_, of)| named(of));
        let found = fits.filter_map(|(at, of)| of.split(code).map(|(code, rest)| (at, code, rest)));
        // The first one among those with the longest code.
        let Some((at, code, rest)) = found.rev().max_by_key(|(_, code, _)| code.len()) else {
            if let Some(name) = gateway.filter(|name| !ussd.gateways.iter().any(|of| of.name == **name)) {
                let known: Vec<&str> = ussd.gateways.iter().map(|of| of.name.as_str()).collect();
                return Err(format!("no USSD gateway {name}: the sandbox has {}", known.join(", ")));
            }
            return Ok(Shown::operator(OPERATOR_ERROR, format!("no gateway has the code {code}")));
        };
        if ussd.sessions.len() >= SESSIONS_MAX {
            return Err(format!("{SESSIONS_MAX} sessions are open already"));
        }
        let session = Session::new(at, &ussd.gateways[at], phone, code);
        ussd.sessions.insert(phone.to_owned(), session.clone());
        (session.id, Keys::Dialled(rest))
    };
    ending::limit(state, phone, &session.0);
    ask(state, phone, session.1).await
}

/// She types an answer.
pub(super) async fn input(state: &Arc<State>, phone: &str, text: &str) -> Result<Shown, String> {
    ask(state, phone, Keys::Typed(text.to_owned())).await
}

/// She hangs up, or the network loses her. Tells whether a session was open.
pub(super) fn cancel(state: &Arc<State>, phone: &str) -> bool {
    let session = state.inner.lock().ussd.sessions.remove(phone);
    let open = session.is_some();
    if let Some(session) = session {
        ending::tell(state, &session, End::Cancelled);
    }
    open
}

/// The gateway sends the last hop of an open or ended session again.
pub(super) async fn again(state: &Arc<State>, phone: &str) -> Result<Shown, String> {
    let (session, gateway, request) = {
        let inner = state.inner.lock();
        let session = inner.ussd.sessions.get(phone).cloned().ok_or("she has no session")?;
        let gateway = inner.ussd.gateways[session.gateway].clone();
        let request = session.last_request.clone().ok_or("nothing was asked in her session")?;
        (session, gateway, request)
    };
    let answered = send(state, &gateway, &session, &request, Duration::ZERO).await;
    let same = answered.as_ref().is_ok_and(|answered| answered.body == session.last_answer.as_bytes());
    let screen = answered.and_then(|answered| gateway.style.read(&session, &answered));
    Ok(Shown { same: Some(same), ..show(&session, &screen) })
}

async fn ask(state: &Arc<State>, phone: &str, keys: Keys) -> Result<Shown, String> {
    let Some((gateway, session, request, trouble)) = begin(state, phone, &keys)? else {
        return Ok(Shown::operator(NO_SESSION, "she has no session"));
    };
    let answers = answers(state, &gateway, &session, &request, &trouble).await;
    let same = (answers.len() > 1).then(|| {
        let bodies: Vec<_> = answers.iter().map(|answer| answer.as_ref().ok().map(|answer| &answer.body)).collect();
        bodies.windows(2).all(|pair| pair[0].is_some() && pair[0] == pair[1])
    });
    let answer = answers.into_iter().next_back().unwrap_or_else(|| Err("nothing was sent".to_owned()));
    let answer = if trouble.lost { Err("the answer was lost on its way".to_owned()) } else { answer };
    let body = answer.as_ref().map(|answer| String::from_utf8_lossy(&answer.body).into_owned()).unwrap_or_default();
    let screen = answer.and_then(|answered| gateway.style.read(&session, &answered));
    settle(state, &session, body, &screen, trouble.time_out);
    Ok(Shown { same, ..show(&session, &screen) })
}

type Begun = (UssdGateway, Session, Request, Trouble);

/// Takes the keys up. `None` where there is no session.
fn begin(state: &State, phone: &str, keys: &Keys) -> Result<Option<Begun>, String> {
    let now = state.now();
    let mut inner = state.inner.lock();
    let Inner { ussd, faults, .. } = &mut *inner;
    let Some(session) = ussd.sessions.get_mut(phone) else { return Ok(None) };
    if session.asking {
        return Err("her handset still waits for a screen".to_owned());
    }
    session.asking = true;
    session.take(keys);
    let gateway = ussd.gateways[session.gateway].clone();
    let request = gateway.style.request(session, keys, now);
    session.last_request = Some(request.clone());
    let mut take = |pick: fn(&Kind) -> Option<Kind>| faults.take(Target::Ussd, Some(phone), pick);
    let of = |kind: Option<Kind>| kind.is_some();
    let trouble = Trouble {
        slow: match take(|kind| matches!(kind, Kind::Slow { .. }).then(|| kind.clone())) {
            Some(Kind::Slow { ms }) => Duration::from_millis(ms),
            _ => Duration::ZERO,
        },
        status: match take(|kind| matches!(kind, Kind::Status { .. }).then(|| kind.clone())) {
            Some(Kind::Status { status }) => Some(status),
            _ => None,
        },
        lost: of(take(|kind| matches!(kind, Kind::DropAnswer).then(|| kind.clone()))),
        time_out: of(take(|kind| matches!(kind, Kind::TimeOut).then(|| kind.clone()))),
        ..match take(|kind| matches!(kind, Kind::DuplicateHops { .. }).then(|| kind.clone())) {
            Some(Kind::DuplicateHops { copies, together }) => Trouble::copies(copies.clamp(1, COPIES_MAX), together),
            _ => Trouble::copies(1, false),
        }
    };
    Ok(Some((gateway, session.clone(), request, trouble)))
}

impl Trouble {
    fn copies(copies: u32, together: bool) -> Self {
        Self { slow: Duration::ZERO, status: None, lost: false, copies, together, time_out: false }
    }
}

type Answer = Result<Answered, String>;

/// The request, as often as it is sent.
async fn answers(
    state: &Arc<State>,
    gateway: &UssdGateway,
    session: &Session,
    request: &Request,
    trouble: &Trouble,
) -> Vec<Answer> {
    if let Some(status) = trouble.status {
        return vec![Err(format!("the network answered {status} in the engine's place"))];
    }
    let once = || send(state, gateway, session, request, trouble.slow);
    if trouble.together {
        return futures::future::join_all((0..trouble.copies).map(|_| once())).await;
    }
    let mut answers = Vec::new();
    for _ in 0..trouble.copies {
        answers.push(once().await);
    }
    answers
}

/// Asks the engine once, within the budget.
async fn send(
    state: &Arc<State>,
    gateway: &UssdGateway,
    session: &Session,
    request: &Request,
    slow: Duration,
) -> Answer {
    let began = Instant::now();
    let asked = async {
        sleep(slow).await;
        post(state, callback(state, gateway)?, request).await
    };
    let late = || format!("no answer came within {} ms", gateway.budget.as_millis());
    let answer = timeout(gateway.budget, asked).await.unwrap_or_else(|_| Err(late()));
    let read = answer.as_ref().map_err(Clone::clone).and_then(|answered| gateway.style.read(session, answered));
    let seen = Seen {
        n: 0,
        at: state.now(),
        gateway: gateway.name.clone(),
        session: session.id.clone(),
        of: session.phone.clone(),
        what: "hop",
        request: request.body.clone(),
        status: answer.as_ref().ok().map(|answered| answered.status),
        answer: answer.as_ref().ok().map(|answered| String::from_utf8_lossy(&answered.body).into_owned()),
        ms: began.elapsed().as_millis() as u64,
        refused: read.err(),
    };
    state.inner.lock().ussd.record(seen);
    answer
}

fn show(session: &Session, screen: &Result<Screen, String>) -> Shown {
    let id = Some(session.id.clone());
    match screen {
        Ok(Screen { text: screen, ended, .. }) => {
            Shown { screen: screen.clone(), ended: *ended, operator: None, same: None, session: id }
        }
        Err(why) => Shown { session: id, ..Shown::operator(OPERATOR_ERROR, why) },
    }
}

/// After a screen: the session goes on and waits for a key, or it has ended.
fn settle(state: &Arc<State>, asked: &Session, body: String, screen: &Result<Screen, String>, time_out: bool) {
    let mut inner = state.inner.lock();
    let idle = inner.ussd.gateways[asked.gateway].idle;
    // She may have hung up, or dialled anew, while the engine was thinking.
    let Some(session) = inner.ussd.sessions.get_mut(&asked.phone).filter(|session| session.id == asked.id) else {
        return;
    };
    session.asking = false;
    session.last_answer = body;
    let end = match screen {
        Err(_) => Some(End::Failed),
        Ok(screen) => {
            session.client_state = screen.client_state.clone().unwrap_or_default();
            match (screen.ended, time_out) {
                (true, _) => Some(End::Finished),
                (false, true) => Some(End::TimedOut),
                (false, false) => None,
            }
        }
    };
    let (phone, id, hops) = (session.phone.clone(), session.id.clone(), session.hops);
    match end {
        None => {
            drop(inner);
            let state = Arc::clone(state);
            let stop = state.stop.clone();
            state.tasks.clone().spawn(async move {
                tokio::select! {
                    () = sleep(idle) => ending::time_out_of(&state, &phone, &id, Some(hops)),
                    () = stop.cancelled() => {}
                }
            });
        }
        Some(end) => {
            let session = inner.ussd.sessions.remove(&phone);
            drop(inner);
            if let Some(session) = session {
                ending::tell(state, &session, end);
            }
        }
    }
}
