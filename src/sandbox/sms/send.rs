//! What the engine sends: taken or refused, shown in a handset, and reported.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{ConnectInfo, Path, State as Shared};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde_json::{Value, json};

use super::gateway::{SmsCompany, SmsGateway};
use super::{
    Answer, Arrived, Asked, Fate, Report, UNREACHED, Wrong, hook, ids, infobip, read, refused, report, segments, taken,
};
use crate::sandbox::connection::Scissors;
use crate::sandbox::faults::{Kind, Target};
use crate::sandbox::requests::Seen;
use crate::sandbox::state::State;

/// An answer that was promised never comes; the connection is given up after this.
const SILENCE: Duration = Duration::from_mins(2);
const COPIES_MAX: u32 = 20;
/// A batch of reports that is not full goes after this.
const BATCH_LINGER: Duration = Duration::from_millis(300);

/// A request of the engine's.
pub(super) struct Request<'a> {
    /// Behind the gateway's name.
    pub(super) path: &'a str,
    pub(super) headers: &'a HeaderMap,
    pub(super) body: &'a Bytes,
}

impl Request<'_> {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    pub(super) fn is_form(&self) -> bool {
        self.header("content-type").is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"))
    }

    pub(super) fn field(&self, name: &str) -> Option<String> {
        url::form_urlencoded::parse(self.body).find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
    }
}

pub(super) async fn send(
    Shared(state): Shared<Arc<State>>,
    ConnectInfo(scissors): ConnectInfo<Scissors>,
    Path((name, path)): Path<(String, String)>,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let gateway = state.inner.lock().sms.gateway(&name);
    let Some(gateway) = gateway.filter(|_| method == Method::POST) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let request = Request { path: &path, headers: &headers, body: &body };
    let read = read(&gateway, &request);
    let phone = read.as_ref().ok().map(|asked| asked.to.clone());
    if let Some(ms) =
        fault(&state, phone.as_deref(), |kind| if let Kind::Slow { ms } = kind { Some(*ms) } else { None })
    {
        tokio::time::sleep(Duration::from_millis(ms)).await;
    }
    let (answer, ending) = match misbehave(&state, phone.as_deref()) {
        Some(Bad::Cut) => (Answer { status: 0, body: Value::Null }, Ending::Cut),
        Some(Bad::Status(status)) => (Answer { status, body: Value::Null }, Ending::Answered),
        Some(Bad::Wrong(wrong)) => (refused(&gateway, wrong), Ending::Answered),
        None => match read {
            Ok(asked) => (accept(&state, &gateway, asked).await, ending(&state, phone.as_deref())),
            Err(wrong) => (refused(&gateway, wrong), Ending::Answered),
        },
    };
    record(&state, &format!("/sms/{name}/{path}"), &request, &answer, ending);
    match ending {
        Ending::Answered if answer.body.is_null() => (
            StatusCode::from_u16(answer.status).unwrap_or(StatusCode::BAD_GATEWAY),
            "the gateway could not reach the server",
        )
            .into_response(),
        Ending::Answered => {
            let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
            match answer.body {
                Value::String(text) => (status, text).into_response(),
                body => (status, Json(body)).into_response(),
            }
        }
        Ending::Cut | Ending::Silent => {
            if ending == Ending::Silent {
                tokio::time::sleep(SILENCE).await;
            }
            scissors.cut();
            std::future::pending().await
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    Answered,
    Cut,
    Silent,
}

/// Misbehaviour in the place of an answer.
enum Bad {
    Cut,
    Status(u16),
    Wrong(Wrong),
}

fn fault<T>(state: &State, phone: Option<&str>, pick: impl Fn(&Kind) -> Option<T>) -> Option<T> {
    state.inner.lock().faults.take(Target::Sms, phone, pick)
}

fn misbehave(state: &State, phone: Option<&str>) -> Option<Bad> {
    fault(state, phone, |kind| match kind {
        Kind::Reset { before: true } => Some(Bad::Cut),
        Kind::Status { status } => Some(Bad::Status(*status)),
        Kind::BadToken => Some(Bad::Wrong(Wrong::Credentials)),
        Kind::Refuse { code } => Some(Bad::Wrong(Wrong::Ordered(*code))),
        Kind::Throttle { .. } => Some(Bad::Wrong(Wrong::TooFast)),
        _ => None,
    })
}

fn ending(state: &State, phone: Option<&str>) -> Ending {
    let lost = fault(state, phone, |kind| match kind {
        Kind::Reset { before: false } => Some(Ending::Cut),
        Kind::DropAnswer => Some(Ending::Silent),
        _ => None,
    });
    lost.unwrap_or(Ending::Answered)
}

/// Shows the message in its handset and lets its reports follow; with an order for early reports they are delivered before the answer.
async fn accept(state: &Arc<State>, gateway: &SmsGateway, asked: Asked) -> Answer {
    let ids = ids(gateway, &asked);
    let (segments, encoding) = segments::count(&asked.text);
    let arrived = Arrived {
        id: ids.first().cloned().unwrap_or_default(),
        gateway: gateway.name.clone(),
        from: asked.from.clone(),
        to: format!("+{}", asked.to),
        text: asked.text.clone(),
        segments,
        encoding,
        at: state.now(),
    };
    let (unreached, phone) = (asked.to.ends_with(UNREACHED), asked.to.clone());
    if !unreached {
        state.inner.lock().sms.arrive(&phone, arrived);
    }
    let ordered =
        fault(state, Some(&phone), |kind| if let Kind::FailLater { code } = kind { Some(*code) } else { None });
    let fate = match ordered {
        Some(code) => Fate::Failed(code),
        None if unreached => Fate::Failed(unreached_code(gateway.company)),
        None => Fate::Delivered,
    };
    let early = fault(state, Some(&phone), |kind| matches!(kind, Kind::EarlyReports).then_some(()));
    let answer = taken(gateway, &asked, &ids);
    let following = follow(Arc::clone(state), gateway.clone(), asked, ids, fate);
    if early.is_some() {
        following.await;
    } else {
        state.tasks.spawn(following);
    }
    answer
}

/// The code with which a company says that a phone is off.
fn unreached_code(company: SmsCompany) -> i64 {
    match company {
        SmsCompany::AfricasTalking => 1009,
        SmsCompany::Twilio => 30_003,
        SmsCompany::Infobip => 9,
        SmsCompany::Vonage => 2,
    }
}

/// The reports of a message: sent, then its fate, part by part.
async fn follow(state: Arc<State>, gateway: SmsGateway, asked: Asked, ids: Vec<String>, fate: Fate) {
    let copies = fault(&state, Some(&asked.to), |kind| {
        if let Kind::DuplicateWebhooks { copies } = kind { Some(*copies) } else { None }
    });
    for step in [Fate::Sent, fate] {
        for id in &ids {
            tokio::time::sleep(state.options.status_delay).await;
            if state.stop.is_cancelled() {
                return;
            }
            let report = Report { asked: &asked, id, fate: step, at: state.now() };
            for _ in 0..copies.unwrap_or(1).clamp(1, COPIES_MAX) {
                emit(&state, &gateway, &report).await;
            }
        }
    }
}

/// Delivers one report, or gathers it where Infobip is ordered to send batches.
async fn emit(state: &Arc<State>, gateway: &SmsGateway, one: &Report<'_>) {
    let batch = state.inner.lock().faults.all().iter().find_map(|fault| match fault.kind {
        Kind::BatchStatuses { size } if fault.target == Target::Sms => Some(size.max(1)),
        _ => None,
    });
    let Some(size) = batch.filter(|_| gateway.company == SmsCompany::Infobip) else {
        let hook = report(gateway, one);
        hook::deliver(state, gateway, &hook).await;
        return;
    };
    let held = {
        let mut inner = state.inner.lock();
        let gathered = inner.sms.gathered.entry(gateway.name.clone()).or_default();
        gathered.push(infobip::result(one));
        gathered.len()
    };
    if held >= size {
        release(state, gateway).await;
    } else if held == 1 {
        let (state, gateway) = (Arc::clone(state), gateway.clone());
        let tasks = state.tasks.clone();
        tasks.spawn(async move {
            tokio::time::sleep(BATCH_LINGER).await;
            release(&state, &gateway).await;
        });
    }
}

async fn release(state: &Arc<State>, gateway: &SmsGateway) {
    let results = state.inner.lock().sms.gathered.remove(&gateway.name).unwrap_or_default();
    if !results.is_empty() {
        hook::deliver(state, gateway, &infobip::reports(gateway, &results)).await;
    }
}

fn record(state: &State, path: &str, request: &Request<'_>, answer: &Answer, ending: Ending) {
    let fields: serde_json::Map<String, Value> = url::form_urlencoded::parse(request.body)
        .filter(|(name, _)| !matches!(name.as_ref(), "api_secret"))
        .map(|(name, value)| (name.into_owned(), json!(value)))
        .collect();
    let body = if request.is_form() {
        Value::Object(fields)
    } else {
        serde_json::from_slice(request.body).unwrap_or_default()
    };
    let seen = Seen {
        n: 0,
        at: state.now(),
        method: "POST".to_owned(),
        path: path.to_owned(),
        bearer: request.headers.contains_key("authorization"),
        body,
        status: (ending == Ending::Answered).then_some(answer.status),
        answer: answer.body.clone(),
    };
    state.inner.lock().requests.record(seen, state.options.requests_max);
}
