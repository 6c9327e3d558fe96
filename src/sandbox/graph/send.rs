//! The `messages` edge: taking or refusing what the engine sends.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{ConnectInfo, Path, State as Shared};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde_json::{Value, json};

use super::check::{self, Asked, Send};
use super::{admitted, status, template};
use crate::sandbox::connection::Scissors;
use crate::sandbox::faults::{Kind, Target};
use crate::sandbox::people::{self, Introduction, PersonId};
use crate::sandbox::refusal::Refusal;
use crate::sandbox::requests::Seen;
use crate::sandbox::state::{Bucket, Inner, State};
use crate::sandbox::wamid::{self, Direction};

/// An answer that was promised never comes; the connection is given up after this.
const SILENCE: Duration = Duration::from_mins(2);

/// What the engine sees of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    Answered,
    Cut,
    Silent,
}

pub(super) async fn messages(
    Shared(state): Shared<Arc<State>>,
    ConnectInfo(scissors): ConnectInfo<Scissors>,
    Path((version, node)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let json: Value = serde_json::from_slice(&body).unwrap_or(Value::Null);
    let person = json["to"].as_str().or(json["recipient"].as_str()).map(str::to_owned);
    let slow = fault(&state, person.as_deref(), |kind| match kind {
        Kind::Slow { ms } => Some(*ms),
        _ => None,
    });
    if let Some(ms) = slow {
        tokio::time::sleep(Duration::from_millis(ms)).await;
    }
    let (ending, status, answer, retry_after) = match misbehave(&state, person.as_deref()) {
        Some(Bad::Cut) => (Ending::Cut, StatusCode::OK, Value::Null, None),
        Some(Bad::Status(status)) => {
            (Ending::Answered, StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY), Value::Null, None)
        }
        Some(Bad::Refusal(refusal)) => refused(refusal).await,
        None => match admitted(&state, &version, &headers).and_then(|()| take(&state, &node, &json)) {
            Ok(answer) => (ending(&state, person.as_deref()), StatusCode::OK, answer, None),
            Err(refusal) => refused(refusal).await,
        },
    };
    let seen = Seen {
        n: 0,
        at: state.now(),
        method: "POST".to_owned(),
        path: format!("/graph/{version}/{node}/messages"),
        bearer: headers.contains_key("authorization"),
        body: if json.is_null() { json!({ "bytes": body.len() }) } else { json },
        status: (ending == Ending::Answered).then(|| status.as_u16()),
        answer: answer.clone(),
    };
    state.inner.lock().requests.record(seen, state.options.requests_max);
    match ending {
        Ending::Answered if answer.is_null() => (status, "the gateway could not reach the server").into_response(),
        Ending::Answered => {
            let mut response = (status, Json(answer)).into_response();
            if let Some(value) = retry_after {
                response.headers_mut().insert(axum::http::header::RETRY_AFTER, value);
            }
            response
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

type Answer = (Ending, StatusCode, Value, Option<axum::http::HeaderValue>);

/// A refusal taken apart, so that it can be kept as well as sent.
async fn refused(refusal: Refusal) -> Answer {
    let response = refusal.into_response();
    let status = response.status();
    let retry_after = response.headers().get(axum::http::header::RETRY_AFTER).cloned();
    let bytes = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap_or_default();
    (Ending::Answered, status, serde_json::from_slice(&bytes).unwrap_or(Value::Null), retry_after)
}

fn fault<T>(state: &State, person: Option<&str>, pick: impl Fn(&Kind) -> Option<T>) -> Option<T> {
    state.inner.lock().faults.take(Target::Whatsapp, person, pick)
}

/// Misbehaviour in the place of an answer.
enum Bad {
    Cut,
    Status(u16),
    Refusal(Refusal),
}

fn misbehave(state: &State, person: Option<&str>) -> Option<Bad> {
    fault(state, person, |kind| match kind {
        Kind::Reset { before: true } => Some(Bad::Cut),
        Kind::Status { status } => Some(Bad::Status(*status)),
        Kind::BadToken => Some(Bad::Refusal(Refusal::new(190, "Session has expired"))),
        Kind::Refuse { code } => Some(Bad::Refusal(Refusal::new(*code, "ordered by /control/faults"))),
        Kind::Throttle { code, retry_after } => {
            let refusal = Refusal::new(*code, "ordered by /control/faults");
            Some(Bad::Refusal(Refusal { retry_after: *retry_after, ..refusal }))
        }
        _ => None,
    })
}

fn ending(state: &State, person: Option<&str>) -> Ending {
    let lost = fault(state, person, |kind| match kind {
        Kind::Reset { before: false } => Some(Ending::Cut),
        Kind::DropAnswer => Some(Ending::Silent),
        _ => None,
    });
    lost.unwrap_or(Ending::Answered)
}

/// Takes a message or says why not.
fn take(state: &Arc<State>, node: &str, json: &Value) -> Result<Value, Refusal> {
    let number = state.number(Some(node)).map_err(Refusal::parameter)?;
    if json.is_null() {
        return Err(Refusal::parameter("the body is not JSON"));
    }
    match check::check(json)? {
        Asked::MarkRead { message } if message.starts_with("wamid.") => Ok(json!({ "success": true })),
        Asked::MarkRead { .. } => Err(Refusal::parameter("message_id is not the id of a received message")),
        Asked::Send(send) => accept(state, number, &send, json),
    }
}

fn accept(state: &Arc<State>, number: usize, send: &Send, json: &Value) -> Result<Value, Refusal> {
    let options = &state.options;
    let now = state.now();
    let mut inner = state.inner.lock();
    let rate = options.number_rate.max(1);
    let throughput = inner.throughput.entry(number).or_insert_with(|| Bucket::full(rate, now));
    if !throughput.take(rate, Duration::from_secs(1) / rate, now) {
        return Err(Refusal::new(130_429, "Cloud API message throughput has been reached."));
    }
    let template = if send.kind == "template" { Some(&json["template"]) } else { None };
    let definition = template.map(|message| {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let (name, language) = (text(&message["name"]), text(&message["language"]["code"]));
        inner.templates.find(&state.number_at(number).waba_id, &name, &language).cloned()
    });
    if let (Some(message), Some(definition)) = (template, &definition) {
        template::fills(message, definition.as_ref())?;
    }
    let authentication = definition.flatten().is_some_and(|definition| definition.category == "AUTHENTICATION");
    if authentication && send.to.is_none() {
        return Err(Refusal::new(131_062, "authentication templates need a phone number"));
    }
    if let Some(id) = send.media.iter().find(|id| !inner.shelf.has(id)) {
        return Err(Refusal::parameter(format!("media id {id} does not exist: upload it first")));
    }
    let Some(person) = addressee(state, &mut inner, number, send)? else {
        // In the wild: a scoped id in `to` is answered like any other and never arrives.
        let input = send.to.clone().unwrap_or_default();
        return Ok(accepted(&input, None, &wamid::new(&input, Direction::FromBusiness)));
    };
    let pair = inner.pairs.entry((number, person)).or_insert_with(|| Bucket::full(options.pair_burst, now));
    if !pair.take(options.pair_burst, options.pair_refill, now) {
        return Err(Refusal::new(131_056, "too many messages from this number to this person: wait before the next"));
    }
    let code = failure(&mut inner, number, person, template.is_some(), state)?;
    let who = inner.people.get(person).clone();
    let id = wamid::new(who.any_id(), Direction::FromBusiness);
    if code.is_none() {
        let mut message = json.clone();
        message["id"] = json!(id);
        message["timestamp"] = json!(now.timestamp().to_string());
        message["from"] = json!(state.number_at(number).phone_number_id);
        inner.people.receive(person, message, options.inbox_messages_max);
    }
    drop(inner);
    let input = send.to.as_deref().or(send.recipient.as_deref()).unwrap_or_default();
    let answer = accepted(input, Some((&who, send)), &id);
    status::follow(state, number, who, &id, send, code);
    Ok(answer)
}

/// Whom the message goes to; nobody where a scoped id stands in `to`. A number nobody was introduced with gets a handset: people one writes to
/// first have phones too.
fn addressee(state: &State, inner: &mut Inner, number: usize, send: &Send) -> Result<Option<PersonId>, Refusal> {
    let full = |error: String| Refusal::new(131_000, error);
    match (&send.to, &send.recipient) {
        (Some(to), _) if people::is_scoped(to) => Ok(None),
        (Some(to), _) => {
            // Without `+` Meta puts the country code of the business before it.
            let country = state.number_at(number).display.get(..3).unwrap_or_default();
            let phone = if to.starts_with('+') { to.clone() } else { format!("+{country}{to}") };
            let who = Introduction { phone: Some(phone), ..Introduction::default() };
            inner.people.meet(who, state.options.people_max).map(Some).map_err(full)
        }
        (None, Some(id)) => {
            let found = inner.people.find(id);
            found.map(Some).ok_or_else(|| Refusal::new(131_026, "nobody has this business-scoped id"))
        }
        (None, None) => Err(Refusal::missing("to or recipient is required")),
    }
}

/// The code with which an accepted message will fail, if it will. A shut window shows later, unless a fault asks for it at once.
fn failure(
    inner: &mut Inner,
    number: usize,
    person: PersonId,
    is_template: bool,
    state: &State,
) -> Result<Option<i64>, Refusal> {
    let key = inner.people.get(person).any_id().to_owned();
    let ordered = inner.faults.take(Target::Whatsapp, Some(&key), |kind| match kind {
        Kind::FailLater { code } => Some(*code),
        _ => None,
    });
    if ordered.is_some() {
        return Ok(ordered);
    }
    let now = state.now();
    let open = inner
        .wrote
        .get(&(number, person))
        .is_some_and(|at| (now - *at).to_std().unwrap_or_default() < state.options.window);
    if is_template || open {
        return Ok(None);
    }
    let at_once =
        inner.faults.take(Target::Whatsapp, Some(&key), |kind| matches!(kind, Kind::WindowAtOnce).then_some(()));
    if at_once.is_some() {
        return Err(Refusal::new(
            131_047,
            "Message failed to send because more than 24 hours have passed since the customer last replied to this number.",
        ));
    }
    Ok(Some(131_047))
}

fn accepted(input: &str, who: Option<(&people::Person, &Send)>, id: &str) -> Value {
    let mut contact = json!({ "input": input });
    let mut message = json!({ "id": id });
    if let Some((person, send)) = who {
        if let Some(wa_id) = person.wa_id().filter(|_| send.to.is_some()) {
            contact["wa_id"] = json!(wa_id);
        }
        if let Some(user_id) = send.recipient.as_ref().and(person.user_id.as_ref()) {
            contact["user_id"] = json!(user_id);
        }
        if send.kind == "template" {
            message["message_status"] = json!("accepted");
        }
    }
    json!({ "messaging_product": "whatsapp", "contacts": [contact], "messages": [message] })
}
