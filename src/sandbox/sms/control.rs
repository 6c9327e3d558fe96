//! Playing the people with handsets, and looking into them.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State as Shared};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Said, SmsCompany, SmsGateway, hook, message};
use crate::crypto::random;
use crate::sandbox::control::{Answer, Trouble, read};
use crate::sandbox::state::State;

#[derive(Deserialize)]
struct Say {
    /// A phone, `+250780000001`.
    from: String,
    text: String,
    /// The number or short code it goes to; the gateway's first if absent.
    to: Option<String>,
    /// The gateway by its name; the first that has the number if absent.
    gateway: Option<String>,
    /// The company's id of the message, where the test wants to say it twice.
    id: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Patience {
    #[serde(default)]
    wait: Option<u8>,
}

/// `POST /control/sms/say[?wait=1]`: a person writes; with `wait` the answer tells how her message was taken.
pub(super) async fn say(Shared(state): Shared<Arc<State>>, Query(patience): Query<Patience>, body: Bytes) -> Answer {
    let say: Say = read(&body, r#"{"from":"+250780000001","text":"Muraho","to":"7711"}"#)?;
    let gateway = gateway(&state, say.gateway.as_deref(), say.to.as_deref())?;
    let from: String = say.from.chars().filter(char::is_ascii_digit).collect();
    if !(7..=15).contains(&from.len()) {
        return Err(Trouble::bad("from must be a phone such as +250780000001"));
    }
    let to = say.to.or_else(|| gateway.numbers.first().cloned()).unwrap_or_default();
    let id = say.id.unwrap_or_else(|| id_of(gateway.company));
    let said = Said { id: id.clone(), from, to, text: say.text, at: state.now() };
    let hooks = message(&gateway, &said);
    if patience.wait.unwrap_or(0) == 0 {
        for hook in hooks {
            let (task_state, gateway) = (Arc::clone(&state), gateway.clone());
            state.tasks.spawn(async move { hook::deliver(&task_state, &gateway, &hook).await });
        }
        return Ok(Json(json!({ "id": id, "gateway": gateway.name })));
    }
    let delivered = hooks.iter().map(|hook| hook::deliver(&state, &gateway, hook));
    let deliveries = futures::future::join_all(delivered).await;
    let worst = deliveries.iter().find(|delivery| delivery.status != Some(200)).or(deliveries.first());
    Ok(Json(json!({ "id": id, "gateway": gateway.name, "webhook": worst, "parts": deliveries.len() })))
}

fn gateway(state: &State, name: Option<&str>, number: Option<&str>) -> Result<SmsGateway, Trouble> {
    let inner = state.inner.lock();
    let gateways = &inner.sms.gateways;
    let fits = |gateway: &&SmsGateway| {
        name.is_none_or(|name| gateway.name == name) && number.is_none_or(|number| gateway.owns(number))
    };
    gateways.iter().find(fits).cloned().ok_or_else(|| {
        let known: Vec<String> =
            gateways.iter().map(|gateway| format!("{} ({})", gateway.name, gateway.numbers.join(", "))).collect();
        Trouble::absent(format!("no such SMS gateway or number; the sandbox has {}", known.join("; ")))
    })
}

fn id_of(company: SmsCompany) -> String {
    match company {
        SmsCompany::AfricasTalking => uuid::Uuid::new_v4().to_string(),
        SmsCompany::Twilio => format!("SM{}", random::hex_token::<16>()),
        SmsCompany::Infobip => random::hex_token::<16>(),
        SmsCompany::Vonage => random::hex_token::<8>().to_uppercase(),
    }
}

#[derive(Deserialize)]
pub(super) struct Of {
    of: Option<String>,
}

/// What a handset received by SMS, in order.
pub(super) async fn inbox(Shared(state): Shared<Arc<State>>, Query(Of { of }): Query<Of>) -> Answer {
    let of = of.ok_or_else(|| Trouble::bad("whose? Ask /control/sms/inbox?of=+250780000001"))?;
    let digits: String = of.chars().filter(char::is_ascii_digit).collect();
    let inner = state.inner.lock();
    let messages: Vec<&super::Arrived> =
        inner.sms.inboxes.get(&digits).map(|inbox| inbox.iter().collect()).unwrap_or_default();
    Ok(Json(json!(messages)))
}

/// How many webhooks were delivered and lost.
pub(super) async fn webhooks(Shared(state): Shared<Arc<State>>) -> Json<Value> {
    Json(json!(state.inner.lock().sms.counts))
}
