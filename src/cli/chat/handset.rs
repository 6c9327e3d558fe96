//! A person's handset, whatever its channel, held through the sandbox's control side.

use std::time::Duration;

use anyhow::{Context as _, anyhow};
use async_trait::async_trait;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use url::Url;

use super::line::Line;

/// The control side answers at once, but on USSD an engine may take its whole budget.
const ANSWER_WITHIN: Duration = Duration::from_secs(40);

/// Why something was not done.
#[derive(Debug)]
pub(super) enum Trouble {
    /// Said in words for the person who typed it; the talk goes on.
    Refused(String),
    /// The sandbox is away.
    Lost(anyhow::Error),
}

/// What a person does with a handset. What is shown comes back as texts to print, one a message or screen.
#[async_trait]
pub(super) trait Handset: Send {
    /// What may be typed.
    fn help(&self) -> &'static str;

    /// Whether everything that follows on an act is shown by it: nothing has to be waited for.
    fn answers_at_once(&self) -> bool {
        false
    }

    /// What stands on the handset when the talk begins.
    async fn begin(&mut self) -> Result<Vec<String>, Trouble>;

    /// Does what a line means.
    async fn act(&mut self, line: Line) -> Result<Vec<String>, Trouble>;

    /// What arrived since the last look, in order.
    async fn news(&mut self) -> anyhow::Result<Vec<String>>;
}

/// The sandbox's control side.
#[derive(Debug)]
pub(super) struct Control {
    client: reqwest::Client,
    sandbox: Url,
}

impl Control {
    pub(super) fn new(sandbox: Url) -> anyhow::Result<Self> {
        let client = reqwest::Client::builder().timeout(ANSWER_WITHIN).no_proxy().build()?;
        Ok(Self { client, sandbox })
    }

    /// POSTs to `/control/<what>`; a refusal comes back in its words.
    pub(super) async fn call(&self, what: &str, body: &Json) -> Result<Json, Trouble> {
        let lost = |error: reqwest::Error| Trouble::Lost(anyhow!(error).context(self.away()));
        let answer = self.client.post(self.url(what)).json(body).send().await.map_err(lost)?;
        let done = answer.status().is_success();
        let said: Json = answer.json().await.map_err(lost)?;
        if done {
            return Ok(said);
        }
        Err(Trouble::Refused(said["error"].as_str().unwrap_or("the sandbox refused").to_owned()))
    }

    /// GETs `/control/<what>?of=<of>`.
    pub(super) async fn look<T: DeserializeOwned>(&self, what: &str, of: &str) -> anyhow::Result<T> {
        let mut url = self.url(what);
        url.query_pairs_mut().append_pair("of", of);
        let answer = self.client.get(url).send().await.with_context(|| self.away())?;
        let answer = answer.error_for_status().with_context(|| self.away())?;
        answer.json().await.with_context(|| self.away())
    }

    fn url(&self, what: &str) -> Url {
        let mut url = self.sandbox.clone();
        url.set_path(&format!("/control/{what}"));
        url
    }

    fn away(&self) -> String {
        format!("the sandbox at {} does not answer: is `make run` running?", self.sandbox)
    }
}
