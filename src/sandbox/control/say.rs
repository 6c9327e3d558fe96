//! What a person can send: text, a place, media, or any message object.

use std::sync::Arc;

use axum::extract::{Query, State as Shared};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::person::{Patience, Who, write};
use super::{Answer, Trouble, read};
use crate::sandbox::state::State;

#[derive(Deserialize)]
struct Say {
    #[serde(flatten)]
    who: Who,
    text: String,
}

pub(super) async fn say(Shared(state): Shared<Arc<State>>, Query(patience): Query<Patience>, body: Bytes) -> Answer {
    let Say { who, text } = read(&body, r#"{"from":"+250780000001","text":"Muraho"}"#)?;
    write(&state, &who, patience, json!({ "type": "text", "text": { "body": text } })).await
}

#[derive(Deserialize)]
struct Location {
    #[serde(flatten)]
    who: Who,
    latitude: f64,
    longitude: f64,
    place: Option<String>,
    address: Option<String>,
}

/// `place` is the location's name, since `name` is the person's.
pub(super) async fn location(
    Shared(state): Shared<Arc<State>>,
    Query(patience): Query<Patience>,
    body: Bytes,
) -> Answer {
    let here: Location = read(&body, r#"{"from":"+250780000001","latitude":-1.9441,"longitude":30.0619}"#)?;
    let mut location = json!({ "latitude": here.latitude, "longitude": here.longitude });
    for (key, text) in [("name", here.place), ("address", here.address)] {
        if let Some(text) = text {
            location[key] = json!(text);
        }
    }
    write(&state, &here.who, patience, json!({ "type": "location", "location": location })).await
}

#[derive(Deserialize)]
struct Media {
    #[serde(flatten)]
    who: Who,
    /// `image`, `video`, `audio`, `voice`, `document` or `sticker`.
    kind: String,
    mime: String,
    /// The file in base64; or else `path` is read.
    bytes: Option<String>,
    path: Option<std::path::PathBuf>,
    caption: Option<String>,
    filename: Option<String>,
}

pub(super) async fn media(Shared(state): Shared<Arc<State>>, Query(patience): Query<Patience>, body: Bytes) -> Answer {
    let media: Media = read(&body, r#"{"from":"+250780000001","kind":"image","mime":"image/png","bytes":"iVBORw0…"}"#)?;
    let bytes = match (&media.bytes, &media.path) {
        (Some(text), _) => {
            STANDARD.decode(text).map_err(|error| Trouble::bad(format!("bytes is not base64: {error}")))?
        }
        (None, Some(path)) => {
            tokio::fs::read(path).await.map_err(|error| Trouble::bad(format!("{}: {error}", path.display())))?
        }
        (None, None) => return Err(Trouble::bad("media needs bytes (base64) or path")),
    };
    let (kind, voice) = match media.kind.as_str() {
        "voice" => ("audio", Some(true)),
        "audio" => ("audio", Some(false)),
        kind @ ("image" | "video" | "document" | "sticker") => (kind, None),
        other => {
            return Err(Trouble::bad(format!(
                "kind {other} is unknown: image, video, audio, voice, document or sticker"
            )));
        }
    };
    let (id, file) = state.inner.lock().shelf.put(&media.mime, Bytes::from(bytes));
    let mut part = json!({ "id": id, "mime_type": file.mime, "sha256": STANDARD.encode(file.sha256) });
    if let Some(voice) = voice {
        part["voice"] = json!(voice);
    }
    for (key, text) in [("caption", media.caption), ("filename", media.filename)] {
        if let Some(text) = text {
            part[key] = json!(text);
        }
    }
    write(&state, &media.who, patience, json!({ "type": kind, kind: part })).await
}

#[derive(Deserialize)]
struct Message {
    #[serde(flatten)]
    who: Who,
    message: Map<String, Value>,
}

/// Any message object: its `type` and the part under that name. Ids and times are filled in.
pub(super) async fn message(
    Shared(state): Shared<Arc<State>>,
    Query(patience): Query<Patience>,
    body: Bytes,
) -> Answer {
    let example =
        r#"{"from":"+250780000001","message":{"type":"reaction","reaction":{"message_id":"wamid…","emoji":"👍"}}}"#;
    let Message { who, message } = read(&body, example)?;
    write(&state, &who, patience, Value::Object(message)).await
}
