//! Media: upload, the address of a file, and the file. An address lives five minutes and needs the token.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State as Shared};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{admitted, authorized, multipart};
use crate::crypto::random;
use crate::domain::Timestamp;
use crate::sandbox::refusal::Refusal;
use crate::sandbox::requests::Seen;
use crate::sandbox::state::{State, numeric_id};

/// A file the company keeps.
#[derive(Debug, Clone)]
pub(in crate::sandbox) struct File {
    pub(in crate::sandbox) mime: String,
    pub(in crate::sandbox) sha256: [u8; 32],
    bytes: Bytes,
}

/// All files, and the addresses given out for them.
#[derive(Debug, Default)]
pub(in crate::sandbox) struct Shelf {
    files: HashMap<String, File>,
    oldest_first: VecDeque<String>,
    bytes: usize,
    addresses: HashMap<String, (String, Timestamp)>,
    addresses_by_age: VecDeque<String>,
}

/// The oldest files go when all together are larger.
const SHELF_BYTES_MAX: usize = 512 * 1024 * 1024;
const ADDRESSES_MAX: usize = 10_000;

impl Shelf {
    /// Keeps a file and names it.
    pub(in crate::sandbox) fn put(&mut self, mime: &str, bytes: Bytes) -> (String, File) {
        let id = numeric_id();
        let file = File { mime: mime.to_owned(), sha256: Sha256::digest(&bytes).into(), bytes };
        self.bytes += file.bytes.len();
        self.files.insert(id.clone(), file.clone());
        self.oldest_first.push_back(id.clone());
        while self.bytes > SHELF_BYTES_MAX
            && let Some(oldest) = self.oldest_first.pop_front()
        {
            self.bytes -= self.files.remove(&oldest).map_or(0, |file| file.bytes.len());
        }
        (id, file)
    }

    pub(super) fn has(&self, id: &str) -> bool {
        self.files.contains_key(id)
    }

    fn address(&mut self, id: &str, until: Timestamp) -> String {
        let token = random::hex_token::<16>();
        self.addresses.insert(token.clone(), (id.to_owned(), until));
        self.addresses_by_age.push_back(token.clone());
        if self.addresses_by_age.len() > ADDRESSES_MAX
            && let Some(oldest) = self.addresses_by_age.pop_front()
        {
            self.addresses.remove(&oldest);
        }
        token
    }
}

/// Largest upload by the type's first word. Source: "Media", supported types.
fn most_bytes(mime: &str) -> Option<usize> {
    const MB: usize = 1024 * 1024;
    match mime {
        "image/jpeg" | "image/png" => Some(5 * MB),
        "image/webp" => Some(500 * 1024),
        "audio/aac" | "audio/amr" | "audio/mpeg" | "audio/mp4" | "audio/ogg" | "video/mp4" | "video/3gpp" => {
            Some(16 * MB)
        }
        mime if mime.starts_with("text/plain") || mime.starts_with("application/") => Some(100 * MB),
        _ => None,
    }
}

pub(super) async fn upload(
    Shared(state): Shared<Arc<State>>,
    Path((version, node)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let answer = admitted(&state, &version, &headers).and_then(|()| keep(&state, &node, &headers, &body));
    let shown = json!({ "bytes": body.len() });
    reply(&state, "POST", &format!("/graph/{version}/{node}/media"), shown, answer)
}

fn keep(state: &State, node: &str, headers: &HeaderMap, body: &Bytes) -> Result<Value, Refusal> {
    state.number(Some(node)).map_err(Refusal::parameter)?;
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let parts = multipart::parts(kind, body).ok_or_else(|| Refusal::parameter("expected multipart/form-data"))?;
    let field = |name: &str| parts.iter().find(|part| part.name == name);
    let text = |name: &str| field(name).map(|part| String::from_utf8_lossy(&part.bytes).into_owned());
    if text("messaging_product").as_deref() != Some("whatsapp") {
        return Err(Refusal::parameter("messaging_product must be whatsapp"));
    }
    let file = field("file").ok_or_else(|| Refusal::missing("file is required"))?;
    let mime = text("type").or_else(|| file.mime.clone()).ok_or_else(|| Refusal::missing("type is required"))?;
    let plain = mime.split(';').next().unwrap_or_default().trim();
    let most = most_bytes(plain).ok_or_else(|| Refusal::parameter(format!("type {mime} is not supported")))?;
    if file.bytes.len() > most {
        return Err(Refusal::parameter(format!("{} bytes, {most} are allowed for {mime}", file.bytes.len())));
    }
    let (id, _) = state.inner.lock().shelf.put(&mime, file.bytes.clone());
    Ok(json!({ "id": id }))
}

/// A media id or a phone number.
pub(super) async fn node(
    Shared(state): Shared<Arc<State>>,
    Path((version, node)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let answer = admitted(&state, &version, &headers).and_then(|()| look(&state, &node));
    reply(&state, "GET", &format!("/graph/{version}/{node}"), Value::Null, answer)
}

fn look(state: &State, node: &str) -> Result<Value, Refusal> {
    if let Ok(number) = state.number(Some(node)) {
        let number = state.number_at(number);
        return Ok(json!({
            "id": number.phone_number_id, "display_phone_number": number.display, "verified_name": "Sandbox",
            "quality_rating": "GREEN", "throughput": { "level": "STANDARD" },
        }));
    }
    let until = state.now() + state.options.media_url_life;
    let mut inner = state.inner.lock();
    let file = inner.shelf.files.get(node).cloned();
    let file = file.ok_or_else(|| Refusal::parameter(format!("Object with ID '{node}' does not exist")))?;
    let token = inner.shelf.address(node, until);
    let base = state.base.get().map_or("", String::as_str);
    Ok(json!({
        "messaging_product": "whatsapp", "url": format!("{base}/graph/file/{token}"), "mime_type": file.mime,
        "sha256": hex::encode(file.sha256), "file_size": file.bytes.len(), "id": node,
    }))
}

pub(super) async fn download(
    Shared(state): Shared<Arc<State>>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Response {
    let now = state.now();
    let file = {
        let inner = state.inner.lock();
        let address = inner.shelf.addresses.get(&token).filter(|(_, until)| now < *until);
        address.and_then(|(id, _)| inner.shelf.files.get(id).cloned())
    };
    let response = match (authorized(&state, &headers), file) {
        (Err(refusal), _) => refusal.into_response(),
        (Ok(()), Some(file)) => ([(header::CONTENT_TYPE, file.mime)], file.bytes).into_response(),
        (Ok(()), None) => (StatusCode::NOT_FOUND, "this address has expired: ask for a new one").into_response(),
    };
    let status = response.status();
    record(&state, "GET", &format!("/graph/file/{token}"), Value::Null, status, Value::Null);
    response
}

/// Answers and keeps what was asked and answered.
pub(super) fn reply(state: &State, method: &str, path: &str, body: Value, answer: Result<Value, Refusal>) -> Response {
    let shown = match &answer {
        Ok(answer) => answer.clone(),
        Err(refusal) => json!({ "error": { "code": refusal.code, "error_data": { "details": refusal.details } } }),
    };
    let response = answer.map(Json).into_response();
    record(state, method, path, body, response.status(), shown);
    response
}

fn record(state: &State, method: &str, path: &str, body: Value, status: StatusCode, answer: Value) {
    let seen = Seen {
        n: 0,
        at: state.now(),
        method: method.to_owned(),
        path: path.to_owned(),
        bearer: true,
        body,
        status: Some(status.as_u16()),
        answer,
    };
    state.inner.lock().requests.record(seen, state.options.requests_max);
}
