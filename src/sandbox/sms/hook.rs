//! Webhooks on their way to the engine: once, or again and again, as the company does.

use std::sync::Arc;

use bytes::Bytes;
use serde::Serialize;
use tokio::time::Instant;

use super::gateway::{SmsCompany, SmsGateway};
use crate::sandbox::state::State;

/// One request of a company.
#[derive(Debug, Clone)]
pub(super) struct Hook {
    /// Path and query.
    pub(super) target: String,
    pub(super) headers: Vec<(&'static str, String)>,
    /// Empty: it is a GET.
    pub(super) body: Bytes,
}

/// What became of it.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Delivery {
    pub(super) status: Option<u16>,
    pub(super) attempts: u32,
}

impl Hook {
    pub(super) fn form(target: String, fields: &[(&str, &str)]) -> Self {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(fields);
        Self {
            target,
            headers: vec![("content-type", "application/x-www-form-urlencoded".to_owned())],
            body: form.finish().into(),
        }
    }

    pub(super) fn json(target: String, body: &serde_json::Value) -> Self {
        let headers = vec![("content-type", "application/json".to_owned())];
        Self { target, headers, body: body.to_string().into() }
    }
}

/// Delivers as the company does: Africa's Talking and Twilio once, the others until they are answered 2xx.
pub(super) async fn deliver(state: &Arc<State>, gateway: &SmsGateway, hook: &Hook) -> Delivery {
    let again = matches!(gateway.company, SmsCompany::Infobip | SmsCompany::Vonage);
    let give_up = Instant::now() + state.options.webhook_give_up;
    let (mut wait, most) = state.options.webhook_backoff;
    let mut delivery = Delivery { status: None, attempts: 0 };
    loop {
        delivery.status = attempt(state, hook).await;
        delivery.attempts += 1;
        let good = delivery.status.is_some_and(|status| (200..300).contains(&status));
        {
            let counts = &mut state.inner.lock().sms.counts;
            counts.attempts += 1;
            counts.delivered += u64::from(good);
            counts.lost += u64::from(!good && !again);
        }
        if good || !again || Instant::now() + wait > give_up {
            return delivery;
        }
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = state.stop.cancelled() => return delivery,
        }
        wait = (wait * 2).min(most);
    }
}

async fn attempt(state: &State, hook: &Hook) -> Option<u16> {
    let mut url = state.inner.lock().webhook_url.clone()?;
    let (path, query) =
        hook.target.split_once('?').map_or((hook.target.as_str(), None), |(path, query)| (path, Some(query)));
    url.set_path(path);
    url.set_query(query);
    let client = state.courier.client();
    let mut request = if hook.body.is_empty() { client.get(url) } else { client.post(url).body(hook.body.clone()) };
    for (name, value) in &hook.headers {
        request = request.header(*name, value);
    }
    let answer = request.send().await.ok()?;
    let status = answer.status().as_u16();
    let _ = answer.bytes().await;
    Some(status)
}
