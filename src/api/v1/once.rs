//! `Idempotency-Key`: what a POST does it does once, however often it is sent, and each time it is answered alike. The answer is
//! written in the transaction of what it tells of. Answers are kept for a day.

use axum::extract::FromRequestParts;
use axum::http::header::{CONTENT_TYPE, LOCATION};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;

use super::caller::Caller;
use crate::api::Api;
use crate::api::problem::Problem;
use crate::store::api::{self, GivenAnswer};
use crate::store::app::{Connection, TenantTransaction};

const HEADER: HeaderName = HeaderName::from_static("idempotency-key");
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
const KEY_CHARS_MAX: usize = 255;
/// Where an answer is sealed.
const TABLE: &str = "api_answer";

/// The key of a request; none: it is done each time it is sent.
#[derive(Debug, Clone)]
pub(super) struct IdempotencyKey(Option<String>);

impl FromRequestParts<Api> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Api) -> Result<Self, Problem> {
        let Some(value) = parts.headers.get(HEADER) else { return Ok(Self(None)) };
        let key = value.to_str().ok().filter(|key| (1..=KEY_CHARS_MAX).contains(&key.len()));
        let detail = format!("Idempotency-Key: 1 to {KEY_CHARS_MAX} visible ASCII characters, a UUID for instance.");
        let key = key.ok_or_else(|| Problem::new(StatusCode::BAD_REQUEST, "bad_idempotency_key", detail))?;
        Ok(Self(Some(key.to_owned())))
    }
}

/// Something that is to be done once. Dropped before [`Once::created`] it has done nothing.
#[derive(Debug)]
pub(super) struct Once<'a> {
    api: &'a Api,
    caller: &'a Caller,
    key: Option<String>,
    digest: [u8; 32],
    transaction: TenantTransaction,
}

/// How a request stands.
#[derive(Debug)]
pub(super) enum Begun<'a> {
    Fresh(Once<'a>),
    /// It was done; this is what was answered.
    Before(Response),
}

impl<'a> Once<'a> {
    pub(super) async fn begin(
        api: &'a Api,
        caller: &'a Caller,
        IdempotencyKey(key): IdempotencyKey,
        digest: [u8; 32],
    ) -> Result<Begun<'a>, Problem> {
        let mut transaction = api.app.writing(caller.tenant).await?;
        if let Some(key) = &key {
            api::queue_up(&mut transaction, caller.tenant, &caller.name(), key).await?;
            let given = api::given_answer(&mut transaction, caller.tenant, &caller.name(), key).await?;
            if let Some(given) = given {
                return again(api, key, &digest, &given).map(Begun::Before);
            }
        }
        Ok(Begun::Fresh(Once { api, caller, key, digest, transaction }))
    }

    pub(super) fn connection(&mut self) -> &mut Connection {
        &mut self.transaction
    }

    /// It is done: `201` with `made`, which is now at `place`.
    pub(super) async fn created<T: Serialize>(mut self, place: String, made: &T) -> Result<Response, Problem> {
        let body = serde_json::to_vec(&(&place, made)).map_err(|error| Problem::of_ours(&error))?;
        if let Some(key) = &self.key {
            let body = self.api.engine.world().seal_by_system(TABLE, key.as_bytes(), &body);
            let status = StatusCode::CREATED.as_u16();
            let answer = GivenAnswer { digest: self.digest.to_vec(), status, body };
            api::keep_answer(&mut self.transaction, self.caller.tenant, (&self.caller.name(), key), &answer).await?;
        }
        self.transaction.commit().await?;
        answer(StatusCode::CREATED, &body)
    }
}

fn again(api: &Api, key: &str, digest: &[u8; 32], given: &GivenAnswer) -> Result<Response, Problem> {
    if given.digest != digest {
        let detail = "This Idempotency-Key was used for another request: use a new one.";
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "idempotency_key_reused", detail));
    }
    let world = api.engine.world();
    let body = world.open_by_system(TABLE, key.as_bytes(), &given.body).map_err(|error| Problem::of_ours(&error))?;
    let status = StatusCode::from_u16(given.status).map_err(|error| Problem::of_ours(&error))?;
    let mut response = answer(status, &body)?;
    response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    Ok(response)
}

/// `body` is `[place, what is there]`.
fn answer(status: StatusCode, body: &[u8]) -> Result<Response, Problem> {
    let read = serde_json::from_slice::<(String, Box<serde_json::value::RawValue>)>(body);
    let (place, made) = read.map_err(|error| Problem::of_ours(&error))?;
    let headers = [(CONTENT_TYPE, "application/json".to_owned()), (LOCATION, place)];
    Ok((status, headers, made.get().to_owned()).into_response())
}
