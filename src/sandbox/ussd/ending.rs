//! How sessions end otherwise than by the engine's last screen, and how gateways tell of every end.

use std::sync::Arc;

use tokio::time::{Instant, sleep, timeout};

use super::Seen;
use super::gateway::UssdGateway;
use super::hop::COPIES_MAX;
use super::line::{callback, post};
use super::session::{End, Session};
use super::style::Request;
use crate::sandbox::faults::{Kind, Target};
use crate::sandbox::state::State;

/// The session's whole time.
pub(super) fn limit(state: &Arc<State>, phone: &str, id: &str) {
    let (state, phone, id) = (Arc::clone(state), phone.to_owned(), id.to_owned());
    let total = {
        let inner = state.inner.lock();
        inner.ussd.sessions.get(&phone).map(|session| inner.ussd.gateways[session.gateway].total)
    };
    let Some(total) = total else { return };
    let stop = state.stop.clone();
    state.tasks.clone().spawn(async move {
        tokio::select! {
            () = sleep(total) => time_out_of(&state, &phone, &id, None),
            () = stop.cancelled() => {}
        }
    });
}

/// Ends a session that waited too long: since hop `hops`, or altogether.
pub(super) fn time_out_of(state: &Arc<State>, phone: &str, id: &str, hops: Option<u64>) {
    let ended = {
        let mut inner = state.inner.lock();
        let sessions = &mut inner.ussd.sessions;
        let due = sessions
            .get(phone)
            .is_some_and(|session| session.id == id && hops.is_none_or(|hops| session.hops == hops && !session.asking));
        if due { sessions.remove(phone) } else { None }
    };
    if let Some(session) = ended {
        tell(state, &session, End::TimedOut);
    }
}

/// Tells the engine that a session ended, where its gateway does. Nobody waits for it.
pub(super) fn tell(state: &Arc<State>, session: &Session, end: End) {
    let (gateway, copies) = {
        let mut inner = state.inner.lock();
        let none = inner
            .faults
            .take(Target::Ussd, Some(&session.phone), |kind| matches!(kind, Kind::NoEndEvents).then_some(()));
        let copies = inner.faults.take(Target::Ussd, Some(&session.phone), |kind| match kind {
            Kind::DuplicateWebhooks { copies } => Some(*copies),
            _ => None,
        });
        let copies = if none.is_some() { 0 } else { copies.unwrap_or(1).min(COPIES_MAX) };
        (inner.ussd.gateways[session.gateway].clone(), copies)
    };
    let Some(request) = gateway.style.end(session, end, state.now()) else { return };
    for _ in 0..copies {
        let (state, gateway, session, request) = (Arc::clone(state), gateway.clone(), session.clone(), request.clone());
        state.tasks.clone().spawn(async move { tell_once(&state, gateway, session, request).await });
    }
}

async fn tell_once(state: &State, gateway: UssdGateway, session: Session, request: Request) {
    let began = Instant::now();
    let answer = match gateway.end_url.clone().map_or_else(|| callback(state, &gateway), Ok) {
        Ok(url) => timeout(gateway.budget, post(state, url, &request)).await,
        Err(why) => Ok(Err(why)),
    };
    let answer = answer.unwrap_or_else(|_| Err("no answer came in time".to_owned()));
    let refused = match &answer {
        Ok(answered) if answered.status == 200 => None,
        Ok(answered) => Some(format!("the status is {}", answered.status)),
        Err(why) => Some(why.clone()),
    };
    let answered = answer.as_ref().ok();
    let seen = Seen {
        n: 0,
        at: state.now(),
        gateway: gateway.name,
        session: session.id,
        of: session.phone,
        what: "end",
        request: request.body,
        status: answered.map(|answered| answered.status),
        answer: answered.map(|answered| String::from_utf8_lossy(&answered.body).into_owned()),
        ms: began.elapsed().as_millis() as u64,
        refused,
    };
    state.inner.lock().ussd.record(seen);
}
