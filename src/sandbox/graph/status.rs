//! The statuses that follow an accepted message.

use std::sync::Arc;

use serde_json::{Value, json};

use super::check::Send;
use crate::crypto::random;
use crate::sandbox::faults::{Kind, Target};
use crate::sandbox::people::Person;
use crate::sandbox::refusal::Refusal;
use crate::sandbox::state::State;
use crate::sandbox::webhook;

/// Held back at most; beyond it the oldest go.
const HELD_MAX: usize = 100_000;

/// Lets the statuses of a message follow: the usual ones, or one failure.
pub(super) fn follow(state: &Arc<State>, number: usize, who: Person, id: &str, send: &Send, code: Option<i64>) {
    let mut words: Vec<String> = match code {
        Some(_) => vec!["failed".to_owned()],
        // A reaction is sent and no more.
        None if send.kind == "reaction" => state.options.statuses.iter().take(1).cloned().collect(),
        None => state.options.statuses.clone(),
    };
    let shuffle = |kind: &Kind| matches!(kind, Kind::ShuffleStatuses).then_some(());
    if state.inner.lock().faults.take(Target::Whatsapp, Some(who.any_id()), shuffle).is_some() {
        words.sort_by_cached_key(|_| random::number());
    }
    let (id, opaque, template) = (id.to_owned(), send.opaque.clone(), send.kind == "template");
    let task_state = Arc::clone(state);
    state.tasks.spawn(async move {
        for word in words {
            tokio::time::sleep(task_state.options.status_delay).await;
            if task_state.stop.is_cancelled() {
                return;
            }
            let status = wire(&task_state, &who, &id, opaque.as_deref(), &word, code, template);
            emit(&task_state, number, &who, status, word != "failed");
        }
    });
}

/// A status object as Meta writes it. Pricing comes with `sent` and with one of the later ones.
fn wire(
    state: &State,
    who: &Person,
    id: &str,
    opaque: Option<&str>,
    word: &str,
    code: Option<i64>,
    template: bool,
) -> Value {
    let mut status = json!({ "id": id, "status": word, "timestamp": state.now().timestamp().to_string() });
    if let Some(wa_id) = who.wa_id() {
        status["recipient_id"] = json!(wa_id);
    }
    if let Some(user_id) = &who.user_id {
        status["recipient_user_id"] = json!(user_id);
    }
    if let Some(opaque) = opaque {
        status["biz_opaque_callback_data"] = json!(opaque);
    }
    if matches!(word, "sent" | "delivered") {
        let (kind, category) = if template { ("regular", "utility") } else { ("free_customer_service", "service") };
        status["pricing"] = json!({ "billable": template, "pricing_model": "PMP", "type": kind, "category": category });
    }
    if let Some(code) = code {
        let refusal = Refusal::new(code, "see the error codes");
        let title = refusal.title();
        status["errors"] = json!([{
            "code": code, "title": title, "message": title, "error_data": { "details": refusal.details },
            "href": "/documentation/business-messaging/whatsapp/support/error-codes",
        }]);
    }
    status
}

/// Sends one status off, or lays it aside where a fault holds it back or gathers a batch.
fn emit(state: &Arc<State>, number: usize, who: &Person, status: Value, with_contact: bool) {
    let mut inner = state.inner.lock();
    let hold = inner.faults.all().iter().any(|fault| fault.kind == Kind::HoldStatuses);
    let batch = inner.faults.all().iter().find_map(|fault| match fault.kind {
        Kind::BatchStatuses { size } => Some(size.clamp(1, 1_000)),
        _ => None,
    });
    if !hold && batch.is_none() {
        drop(inner);
        let mut value = json!({ "statuses": [status] });
        if with_contact {
            value["contacts"] = json!([who.contact()]);
        }
        webhook::send(state, &webhook::body(state.number_at(number), "messages", value));
        return;
    }
    inner.held.push((number, status));
    let held = inner.held.len();
    if held > HELD_MAX {
        inner.held.remove(0);
    }
    drop(inner);
    match batch {
        Some(size) if held >= size => release(state, size),
        Some(size) if held == 1 => {
            let later = Arc::clone(state);
            state.tasks.spawn(async move {
                tokio::time::sleep(webhook::BATCH_LINGER).await;
                release(&later, size);
            });
        }
        _ => {}
    }
}

/// Sends everything laid aside, at most `size` statuses in a webhook.
pub(in crate::sandbox) fn release(state: &Arc<State>, size: usize) {
    let held = std::mem::take(&mut state.inner.lock().held);
    for number in 0..state.options.numbers.len() {
        let of_it: Vec<Value> = held.iter().filter(|(n, _)| *n == number).map(|(_, status)| status.clone()).collect();
        statuses(state, number, &of_it, size);
    }
}

/// Sends statuses, at most `size` in a webhook.
pub(in crate::sandbox) fn statuses(state: &Arc<State>, number: usize, all: &[Value], size: usize) {
    for batch in all.chunks(size.max(1)) {
        webhook::send(state, &webhook::body(state.number_at(number), "messages", json!({ "statuses": batch })));
    }
}
