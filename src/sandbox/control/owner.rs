//! What neither a person nor the engine does: the owner's own app, Meta's reviewers, Meta's machines.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State as Shared};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};

use super::person::Patience;
use super::{Answer, Trouble, read};
use crate::crypto::random;
use crate::sandbox::graph;
use crate::sandbox::people;
use crate::sandbox::state::State;
use crate::sandbox::templates::Status;
use crate::sandbox::wamid::{self, Direction};
use crate::sandbox::webhook::{self, Signing};

#[derive(Deserialize)]
struct Echo {
    /// The customer: a phone or a scoped id.
    to: String,
    /// The business number; the first if absent.
    from: Option<String>,
    text: String,
}

/// The owner writes to a customer in her own WhatsApp Business app.
pub(super) async fn echo(Shared(state): Shared<Arc<State>>, Query(patience): Query<Patience>, body: Bytes) -> Answer {
    let echo: Echo = read(&body, r#"{"to":"+250780000001","text":"It is me"}"#)?;
    let number = state.number(echo.from.as_deref())?;
    let key = people::key(&echo.to);
    let id = wamid::new(key.trim_start_matches('+'), Direction::FromBusiness);
    let mut message = json!({
        "from": state.number_at(number).display, "id": id, "timestamp": state.now().timestamp().to_string(),
        "type": "text", "text": { "body": echo.text },
    });
    let to = if people::is_scoped(&key) { "to_user_id" } else { "to" };
    message[to] = json!(key.trim_start_matches('+'));
    let body = webhook::body(state.number_at(number), "smb_message_echoes", json!({ "message_echoes": [message] }));
    if !patience.waits() {
        webhook::send(&state, &body);
        return Ok(Json(json!({ "id": id })));
    }
    let delivery = webhook::send_and_wait(&state, body).await;
    Ok(Json(json!({ "id": id, "webhook": delivery })))
}

#[derive(Deserialize)]
pub(super) struct Raw {
    /// `as_meta` (the default), `wrongly` or `not_at_all`.
    sign: Option<String>,
}

/// Posts the body of this call once, byte for byte, and answers with the status it was given.
pub(super) async fn raw(Shared(state): Shared<Arc<State>>, Query(raw): Query<Raw>, body: Bytes) -> Answer {
    let signing = match raw.sign.as_deref() {
        None | Some("as_meta") => Signing::AsMeta,
        Some("wrongly") => Signing::Wrongly,
        Some("not_at_all") => Signing::NotAtAll,
        Some(other) => return Err(Trouble::bad(format!("sign={other} is unknown: as_meta, wrongly or not_at_all"))),
    };
    let status = webhook::attempt(&state, &body, signing).await;
    Ok(Json(json!({ "webhook": { "status": status, "attempts": 1 } })))
}

#[derive(Deserialize, Default)]
struct Handshake {
    webhook_url: Option<url::Url>,
    verify_token: Option<String>,
}

/// Sets (or keeps) the webhook's address and verifies it as Meta does.
pub(super) async fn handshake(Shared(state): Shared<Arc<State>>, body: Bytes) -> Answer {
    let ask: Handshake = if body.is_empty() {
        Handshake::default()
    } else {
        read(&body, r#"{"webhook_url":"http://127.0.0.1:8080/webhooks/whatsapp"}"#)?
    };
    let url = ask.webhook_url.or_else(|| state.inner.lock().webhook_url.clone());
    let mut url = url.ok_or_else(|| Trouble::bad("no webhook_url is known: give one"))?;
    let bare = url.clone();
    let challenge = random::number().to_string();
    let token = ask.verify_token.unwrap_or_else(|| state.options.verify_token.clone());
    url.query_pairs_mut()
        .append_pair("hub.mode", "subscribe")
        .append_pair("hub.challenge", &challenge)
        .append_pair("hub.verify_token", &token);
    let failed = |error: reqwest::Error| Trouble::bad(format!("the webhook did not answer: {}", error.without_url()));
    // Meta was seen to give up after 6 seconds.
    let answer =
        state.courier.client().get(url).timeout(std::time::Duration::from_secs(6)).send().await.map_err(failed)?;
    let status = answer.status().as_u16();
    let verified = status == 200 && answer.text().await.map_err(failed)? == challenge;
    if verified {
        state.inner.lock().webhook_url = Some(bare);
    }
    Ok(Json(json!({ "verified": verified, "status": status })))
}

#[derive(Deserialize)]
struct Template {
    waba: Option<String>,
    name: String,
    language: String,
    status: Status,
    /// Also defines the template, with the management API's `components` and `category`.
    components: Option<Value>,
    category: Option<String>,
}

/// A reviewer decides on a template (or puts one there); a webhook tells.
pub(super) async fn template(Shared(state): Shared<Arc<State>>, body: Bytes) -> Answer {
    let ask: Template = read(&body, r#"{"name":"reminder","language":"en","status":"APPROVED"}"#)?;
    let number = state.options.numbers.first().ok_or_else(|| Trouble::bad("the sandbox has no business numbers"))?;
    let waba = ask.waba.unwrap_or_else(|| number.waba_id.clone());
    let shown = {
        let mut inner = state.inner.lock();
        if let Some(components) = ask.components {
            let category = ask.category.unwrap_or_else(|| "UTILITY".to_owned());
            let definition =
                json!({ "name": ask.name, "language": ask.language, "category": category, "components": components });
            inner.templates.define(&waba, &definition, ask.status).map_err(|refusal| Trouble::bad(refusal.details))?;
        }
        let found = inner.templates.set_status(&waba, &ask.name, &ask.language, ask.status);
        let missing =
            || Trouble::absent(format!("no template {} in {}: give components to make one", ask.name, ask.language));
        found.ok_or_else(missing)?.show()
    };
    let value = json!({
        "event": ask.status, "message_template_id": shown["id"], "message_template_name": ask.name,
        "message_template_language": ask.language, "reason": "NONE",
    });
    let time = state.now().timestamp();
    webhook::send(&state, &webhook::account_body(&waba, time, "message_template_status_update", &value));
    Ok(Json(shown))
}

#[derive(Deserialize)]
#[expect(clippy::struct_field_names, reason = "the field has the wire's name")]
struct Statuses {
    /// The business number; the first if absent.
    from: Option<String>,
    /// Status objects as webhooks have them.
    statuses: Vec<Value>,
    /// How many in one webhook.
    batch: Option<usize>,
}

/// Sends any statuses, in any order, as often as wanted.
pub(super) async fn statuses(Shared(state): Shared<Arc<State>>, body: Bytes) -> Answer {
    let example =
        r#"{"statuses":[{"id":"wamid…","status":"read","timestamp":"1763630000","recipient_id":"250780000001"}]}"#;
    let ask: Statuses = read(&body, example)?;
    let number = state.number(ask.from.as_deref())?;
    graph::statuses(&state, number, &ask.statuses, ask.batch.unwrap_or(1_000));
    Ok(Json(json!({ "statuses": ask.statuses.len() })))
}

/// How webhooks fare.
pub(super) async fn webhooks(Shared(state): Shared<Arc<State>>) -> Json<Value> {
    let mut counts = state.courier.counts();
    let inner = state.inner.lock();
    counts["url"] = json!(inner.webhook_url);
    counts["held_statuses"] = json!(inner.held.len());
    Json(counts)
}
