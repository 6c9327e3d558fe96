//! A person taps: an option of a message in her handset, found by its id.

use std::sync::Arc;

use axum::extract::{Query, State as Shared};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};

use super::person::{Patience, Who, meet, write};
use super::{Answer, Trouble, read};
use crate::sandbox::state::State;

#[derive(Deserialize)]
struct Tap {
    #[serde(flatten)]
    who: Who,
    /// The id of a button or a row, or the payload (or text) of a template's button.
    id: String,
}

pub(super) async fn tap(Shared(state): Shared<Arc<State>>, Query(patience): Query<Patience>, body: Bytes) -> Answer {
    let Tap { who, id } = read(&body, r#"{"from":"+250780000001","id":"yes"}"#)?;
    let reply = find(&state, &who, &id)?;
    write(&state, &who, patience, reply).await
}

/// The reply to the latest message that has this option.
fn find(state: &State, who: &Who, id: &str) -> Result<Value, Trouble> {
    let (number, person) = meet(state, who)?;
    let inner = state.inner.lock();
    let from = &state.number_at(number).phone_number_id;
    let inbox = &inner.people.get(person).inbox;
    let of_number = || inbox.iter().rev().filter(|message| message["from"] == from.as_str());
    for message in of_number() {
        if let Some(option) = options(state, &inner, message).into_iter().find(|option| option.id == id) {
            let mut reply = option.reply;
            reply["context"] = json!({ "from": state.number_at(number).display, "id": message["id"] });
            return Ok(reply);
        }
    }
    let latest = of_number().map(|message| options(state, &inner, message)).find(|options| !options.is_empty());
    let there: Vec<String> = latest.into_iter().flatten().map(|option| option.id).collect();
    Err(Trouble::absent(match there.len() {
        0 => format!("{} has received nothing that can be tapped", who.from),
        _ => format!("{} has no option {id:?}; the latest message offers {there:?}", who.from),
    }))
}

/// Something that can be tapped, and what tapping it sends.
struct Choice {
    id: String,
    reply: Value,
}

fn options(state: &State, inner: &crate::sandbox::state::Inner, message: &Value) -> Vec<Choice> {
    let action = &message["interactive"]["action"];
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut choices = Vec::new();
    for button in list(&action["buttons"]) {
        let reply = json!({ "type": "button_reply", "button_reply": button["reply"] });
        choices.push(Choice {
            id: text(&button["reply"]["id"]),
            reply: json!({ "type": "interactive", "interactive": reply }),
        });
    }
    for row in list(&action["sections"]).iter().flat_map(|section| list(&section["rows"])) {
        let id = text(&row["id"]);
        let reply = json!({ "type": "list_reply", "list_reply": row });
        choices.push(Choice { id, reply: json!({ "type": "interactive", "interactive": reply }) });
    }
    let template = &message["template"];
    let waba = |phone_number_id: &Value| {
        let number = state.number(phone_number_id.as_str()).ok()?;
        Some(state.number_at(number).waba_id.clone())
    };
    let definition = waba(&message["from"]).and_then(|waba| {
        inner.templates.find(&waba, template["name"].as_str()?, template["language"]["code"].as_str()?)
    });
    let buttons = definition.map(|definition| definition.buttons().to_vec()).unwrap_or_default();
    for (index, button) in buttons.iter().enumerate() {
        if !button["type"].as_str().is_some_and(|kind| kind.eq_ignore_ascii_case("quick_reply")) {
            continue;
        }
        let component = list(&template["components"])
            .into_iter()
            .find(|component| component["type"] == "button" && text(&component["index"]) == index.to_string());
        let payload = component.map(|component| text(&component["parameters"][0]["payload"]));
        let label = text(&button["text"]);
        let id = payload.filter(|payload| !payload.is_empty()).unwrap_or_else(|| label.clone());
        choices.push(Choice { reply: json!({ "type": "button", "button": { "payload": id, "text": label } }), id });
    }
    choices
}
