//! Lists in pages, by keys and not by counting: a page stays right while rows come and go.

use axum::http::StatusCode;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::api::problem::Problem;

const LIMIT_MAX: u16 = 200;
const LIMIT_USUAL: u16 = 50;

/// Which part of a list.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Part {
    /// Rows at most.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<u16>,
    /// `next` of the page before.
    pub cursor: Option<String>,
}

/// A part of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Page<T> {
    pub items: Vec<T>,
    /// Where the next page begins; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

impl Part {
    pub(super) fn limit(&self) -> Result<usize, Problem> {
        match self.limit.unwrap_or(LIMIT_USUAL) {
            limit @ 1..=LIMIT_MAX => Ok(limit.into()),
            other => {
                let detail = format!("limit: from 1 to {LIMIT_MAX}, not {other}.");
                Err(Problem::new(StatusCode::BAD_REQUEST, "bad_query", detail))
            }
        }
    }

    /// Behind which row to begin; the list's beginning without a cursor.
    pub(super) fn after<K: DeserializeOwned>(&self, beginning: K) -> Result<K, Problem> {
        let Some(cursor) = &self.cursor else { return Ok(beginning) };
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(cursor).ok();
        bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()).ok_or_else(|| {
            Problem::new(StatusCode::BAD_REQUEST, "bad_cursor", "cursor: send `next` of a page of this list as it was.")
        })
    }
}

impl<T> Page<T> {
    /// A page of at most `limit` of `rows`, which are one more where there is a next page.
    pub(super) fn of<R, K: Serialize>(
        mut rows: Vec<R>,
        limit: usize,
        key: impl Fn(&R) -> K,
        told: impl FnMut(R) -> T,
    ) -> Self {
        let more = rows.len() > limit;
        rows.truncate(limit);
        let last = if more { rows.last().map(key) } else { None };
        let next = last.and_then(|key| serde_json::to_vec(&key).ok()).map(|key| BASE64_URL_SAFE_NO_PAD.encode(key));
        Self { items: rows.into_iter().map(told).collect(), next }
    }
}
