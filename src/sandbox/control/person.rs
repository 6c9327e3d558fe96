//! A person writes: her message goes into a webhook, and the window to her opens.

use std::sync::Arc;

use axum::Json;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, Trouble};
use crate::sandbox::people::{self, Introduction, PersonId};
use crate::sandbox::state::State;
use crate::sandbox::wamid::{self, Direction};
use crate::sandbox::webhook;

/// Who writes to which number; part of every call that plays a person.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Who {
    /// A phone, or the scoped id of a person without one.
    pub(super) from: String,
    /// The business number by its id or its digits; the first if absent.
    #[serde(default)]
    pub(super) to: Option<String>,
    #[serde(default)]
    user_id: Option<String>,
    #[serde(default)]
    username: Option<String>,
    #[serde(default)]
    name: Option<String>,
    /// The id of the message this one answers.
    #[serde(default)]
    reply_to: Option<String>,
}

/// `?wait=1` answers when the webhook was taken.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
pub(super) struct Patience {
    #[serde(default)]
    wait: Option<u8>,
}

impl Patience {
    pub(super) fn waits(self) -> bool {
        self.wait.is_some_and(|wait| wait != 0)
    }
}

/// Finds or makes the person, and the number she writes to.
pub(super) fn meet(state: &State, who: &Who) -> Result<(usize, PersonId), Trouble> {
    let number = state.number(who.to.as_deref())?;
    let scoped = people::is_scoped(who.from.trim());
    if !scoped && !(7..=15).contains(&(people::key(&who.from).len() - 1)) {
        return Err(Trouble::bad("from must be a phone such as +250780000001, or a scoped id such as RW.1349"));
    }
    let introduction = Introduction {
        phone: (!scoped).then(|| who.from.clone()),
        user_id: if scoped { Some(who.from.trim().to_owned()) } else { who.user_id.clone() },
        username: who.username.clone(),
        name: who.name.clone(),
    };
    let person = state.inner.lock().people.meet(introduction, state.options.people_max)?;
    Ok((number, person))
}

/// Lets a person send `message` (its kind, and its body under the kind's name).
pub(super) async fn write(state: &Arc<State>, who: &Who, patience: Patience, mut message: Value) -> Answer {
    let (number, person) = meet(state, who)?;
    let now = state.now();
    let (id, contact) = {
        let mut inner = state.inner.lock();
        inner.wrote.insert((number, person), now);
        let person = inner.people.get(person);
        if let Some(wa_id) = person.wa_id() {
            message["from"] = json!(wa_id);
        }
        if let Some(user_id) = &person.user_id {
            message["from_user_id"] = json!(user_id);
        }
        (wamid::new(person.any_id(), Direction::FromPerson), person.contact())
    };
    message["id"] = json!(id);
    message["timestamp"] = json!(now.timestamp().to_string());
    if let Some(reply_to) = &who.reply_to {
        message["context"] = json!({ "from": state.number_at(number).display, "id": reply_to });
    }
    let value = json!({ "contacts": [contact], "messages": [message] });
    let body = webhook::body(state.number_at(number), "messages", value);
    if !patience.waits() {
        webhook::send(state, &body);
        return Ok(Json(json!({ "id": id })));
    }
    let delivery = webhook::send_and_wait(state, body).await;
    Ok(Json(json!({ "id": id, "webhook": delivery })))
}
