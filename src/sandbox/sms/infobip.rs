//! Infobip: JSON, an `App` key, status groups, and many results in one webhook.

use serde_json::{Value, json};

use super::send::Request;
use super::{Answer, Asked, Fate, Hook, Report, Said, SmsGateway, Wrong, segments};

pub(super) fn read(gateway: &SmsGateway, request: &Request<'_>) -> Result<Asked, Wrong> {
    if request.path != "sms/2/text/advanced" {
        return Err(Wrong::Path);
    }
    if request.header("authorization") != Some(&format!("App {}", gateway.credential)) {
        return Err(Wrong::Credentials);
    }
    let body: Value = serde_json::from_slice(request.body).map_err(|_| Wrong::Missing("messages"))?;
    let message = &body["messages"][0];
    let text = |value: &Value, name| value[name].as_str().map(str::to_owned).ok_or(Wrong::Missing(name));
    let data = message["callbackData"].as_str().map(str::to_owned);
    if data.as_ref().is_some_and(|data| data.chars().count() > 4000) {
        return Err(Wrong::TooLong);
    }
    Ok(Asked {
        from: text(message, "from")?,
        to: text(&message["destinations"][0], "to")?,
        text: text(message, "text")?,
        opaque: data,
        reports_to: message["notifyUrl"].as_str().map(str::to_owned),
    })
}

pub(super) fn taken(asked: &Asked, ids: &[String]) -> Answer {
    message_answer(asked, ids.first(), &status(1, "PENDING", 26, "PENDING_ACCEPTED"))
}

fn message_answer(asked: &Asked, id: Option<&String>, status: &Value) -> Answer {
    let message = json!({ "to": asked.to, "messageId": id, "status": status });
    Answer { status: 200, body: json!({ "bulkId": "sandbox", "messages": [message] }) }
}

fn status(group: i64, group_name: &str, id: i64, name: &str) -> Value {
    json!({ "groupId": group, "groupName": group_name, "id": id, "name": name, "description": name })
}

pub(super) fn refused(wrong: Wrong) -> Answer {
    let exception = |status: u16, id: &str, text: &str| Answer {
        status,
        body: json!({ "requestError": { "serviceException": { "messageId": id, "text": text } } }),
    };
    let (id, name) = match wrong {
        Wrong::Path => return exception(404, "NOT_FOUND", "Requested URL not found"),
        Wrong::Credentials => return exception(401, "UNAUTHORIZED", "Invalid login details"),
        Wrong::Missing(_) => return exception(400, "BAD_REQUEST", "Bad Request"),
        Wrong::TooFast => return exception(429, "TOO_MANY_REQUESTS", "Too many requests"),
        Wrong::Sender => (11, "REJECTED_SOURCE"),
        Wrong::Receiver => (52, "REJECTED_INVALID_DESTINATION"),
        Wrong::TooLong => (25, "REJECTED_MESSAGE_TOO_LONG"),
        Wrong::Unwanted => (10, "REJECTED_DND"),
        Wrong::Ordered(code) => (code, "REJECTED_BY_ORDER"),
    };
    let message = json!({ "messageId": "none", "status": status(5, "REJECTED", id, name) });
    Answer { status: 200, body: json!({ "messages": [message] }) }
}

/// One of `results[]`.
pub(super) fn result(report: &Report<'_>) -> Value {
    let (state, error) = match report.fate {
        Fate::Sent => (status(1, "PENDING", 7, "PENDING_ENROUTE"), 0),
        Fate::Delivered => (status(3, "DELIVERED", 5, "DELIVERED_TO_HANDSET"), 0),
        Fate::Failed(code) => (status(2, "UNDELIVERABLE", code, "UNDELIVERABLE_BY_ORDER"), 27),
    };
    let name = if error == 0 { "NO_ERROR" } else { "EC_ABSENT_SUBSCRIBER" };
    let at = report.at.format("%Y-%m-%dT%H:%M:%S%.3f%z").to_string();
    let mut result = json!({
        "bulkId": "sandbox", "messageId": report.id, "to": report.asked.to, "from": report.asked.from,
        "sentAt": at, "doneAt": at, "smsCount": segments::count(&report.asked.text).0, "mccMnc": "63510",
        "price": { "pricePerMessage": 0.01, "currency": "EUR" }, "status": state,
        "error": { "groupId": 0, "groupName": "OK", "id": error, "name": name, "description": name, "permanent": false },
    });
    if let Some(opaque) = &report.asked.opaque {
        result["callbackData"] = json!(opaque);
    }
    result
}

pub(super) fn reports(gateway: &SmsGateway, results: &[Value]) -> Hook {
    authorized(gateway, Hook::json(gateway.status(), &json!({ "results": results })))
}

pub(super) fn message(gateway: &SmsGateway, said: &Said) -> Hook {
    let keyword = said.text.split_whitespace().next().unwrap_or_default().to_uppercase();
    let result = json!({
        "messageId": said.id, "from": said.from, "to": said.to.trim_start_matches('+'), "text": said.text,
        "cleanText": said.text, "keyword": keyword, "receivedAt": said.at.format("%Y-%m-%dT%H:%M:%S%.3f%z").to_string(),
        "smsCount": segments::count(&said.text).0, "price": { "pricePerMessage": 0, "currency": "EUR" },
        "callbackData": "callbackData",
    });
    let body = json!({ "results": [result], "messageCount": 1, "pendingMessageCount": 0 });
    authorized(gateway, Hook::json(gateway.inbound(), &body))
}

fn authorized(gateway: &SmsGateway, mut hook: Hook) -> Hook {
    hook.headers.extend(gateway.authorization.clone().map(|value| ("authorization", value)));
    hook
}
