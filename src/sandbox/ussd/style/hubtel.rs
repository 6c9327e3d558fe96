//! Hubtel's programmable services: JSON with what was typed last, hops counted from 1, `ClientState` given back once.

use serde_json::{Value as Json, json};

use super::{Request, Screen};
use crate::sandbox::ussd::session::{End, Keys, Session};

pub(super) fn request(session: &Session, keys: &Keys) -> Request {
    let (kind, message) = match keys {
        Keys::Dialled(rest) if rest.is_empty() => ("initiation", session.code.clone()),
        Keys::Dialled(rest) => ("initiation", format!("{}*{rest}#", session.code.trim_end_matches('#'))),
        Keys::Typed(text) => ("response", text.clone()),
    };
    post(session, session.hops, kind, &message)
}

pub(super) fn read(session: &Session, text: &str) -> Result<Screen, String> {
    let answer: Json = serde_json::from_str(text).map_err(|error| format!("the answer is not JSON: {error}"))?;
    let text = answer["Message"].as_str().ok_or("Message is missing")?.to_owned();
    let ended = match answer["Type"].as_str() {
        Some("response") => false,
        Some("release") => true,
        _ => return Err(format!("Type is {}: expected response or release", answer["Type"])),
    };
    if !answer["Label"].is_string() {
        return Err("Label is missing".to_owned());
    }
    let given = answer["SessionId"].as_str();
    if given.is_some_and(|given| given != session.id) {
        return Err("SessionId is another session's".to_owned());
    }
    let client_state = answer["ClientState"].as_str().map(str::to_owned);
    Ok(Screen { text, ended, client_state })
}

pub(super) fn end(session: &Session, end: End) -> Option<Request> {
    let kind = match end {
        End::Finished => return None,
        End::Cancelled | End::Failed => "release",
        End::TimedOut => "timeout",
    };
    Some(post(session, session.hops + 1, kind, ""))
}

fn post(session: &Session, sequence: u64, kind: &str, message: &str) -> Request {
    let body = json!({
        "Sequence": sequence.to_string(), "Type": kind, "Message": message, "ServiceCode": session.code, "Operator": "mtn",
        "ClientState": session.client_state, "Mobile": session.phone.trim_start_matches('+'), "SessionId": session.id,
    });
    Request { content_type: "application/json; charset=utf-8", body: body.to_string() }
}
