//! The gateways: who calls the engine, in which of the companies' forms.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use url::Url;

/// The form in which a gateway speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UssdStyle {
    /// Form fields with the whole history, `CON`/`END`, a notification at the end.
    AfricasTalking,
    /// JSON with what was typed last, counted hops, `ClientState`.
    Hubtel,
    /// XML-RPC `handleUSSD`.
    MtnRwanda,
}

/// One gateway.
#[derive(Debug, Clone)]
pub struct UssdGateway {
    pub name: String,
    pub style: UssdStyle,
    /// The secret part of the callback's path.
    pub key: String,
    /// The codes it has from the operator: `*384*77#`.
    pub codes: Vec<String>,
    /// Where it calls; without it the engine's `/webhooks/ussd/<name>/<key>`.
    pub url: Option<Url>,
    /// Where it tells of ended sessions; without it where it calls.
    pub end_url: Option<Url>,
    /// How long it waits for a screen.
    pub budget: Duration,
    /// How long it waits for a key.
    pub idle: Duration,
    /// How long a session lasts.
    pub total: Duration,
}

impl UssdGateway {
    /// A gateway with the usual times.
    pub fn new(name: &str, style: UssdStyle, key: &str, code: &str) -> Self {
        Self {
            name: name.to_owned(),
            style,
            key: key.to_owned(),
            codes: vec![code.to_owned()],
            url: None,
            end_url: None,
            budget: Duration::from_secs(10),
            idle: Duration::from_mins(3),
            total: Duration::from_mins(10),
        }
    }

    /// What was dialled behind one of its codes, with the code: the longest that fits.
    pub(super) fn split(&self, dialled: &str) -> Option<(String, String)> {
        let bare = dialled.trim().trim_end_matches('#');
        let behind = |code: &String| {
            let rest = bare.strip_prefix(code.trim_end_matches('#'))?;
            let rest = if rest.is_empty() { rest } else { rest.strip_prefix('*')? };
            Some((code.clone(), rest.to_owned()))
        };
        self.codes.iter().filter_map(behind).max_by_key(|(code, _)| code.len())
    }
}
