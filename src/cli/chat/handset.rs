//! A person's handset, held through the sandbox's control side.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, anyhow};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value as Json, json};
use url::Url;

/// The control side answers at once.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);

/// Why something was not done.
#[derive(Debug)]
pub(super) enum Trouble {
    /// Said in words for the person who typed it; the talk goes on.
    Refused(String),
    /// The sandbox is away.
    Lost(anyhow::Error),
}

#[derive(Debug)]
pub(super) struct Handset {
    client: reqwest::Client,
    sandbox: Url,
    from: String,
    to: Option<String>,
    /// The last message that was shown.
    last: Option<String>,
}

impl Handset {
    pub(super) fn new(sandbox: Url, from: String, to: Option<String>) -> anyhow::Result<Self> {
        let client = reqwest::Client::builder().timeout(ANSWER_WITHIN).no_proxy().build()?;
        Ok(Self { client, sandbox, from, to, last: None })
    }

    pub(super) async fn say(&self, text: &str) -> Result<(), Trouble> {
        self.play("say", json!({ "text": text })).await
    }

    pub(super) async fn tap(&self, id: &str) -> Result<(), Trouble> {
        self.play("tap", json!({ "id": id })).await
    }

    pub(super) async fn location(&self, latitude: f64, longitude: f64) -> Result<(), Trouble> {
        self.play("location", json!({ "latitude": latitude, "longitude": longitude })).await
    }

    pub(super) async fn image(&self, file: &PathBuf) -> Result<(), Trouble> {
        let bytes = tokio::fs::read(file).await;
        let bytes = bytes.map_err(|error| Trouble::Refused(format!("{} cannot be read: {error}", file.display())))?;
        self.play("media", json!({ "kind": "image", "mime": super::mime(file), "bytes": STANDARD.encode(bytes) })).await
    }

    /// What arrived since the last call, in order.
    pub(super) async fn news(&mut self) -> anyhow::Result<Vec<Json>> {
        let mut url = self.url("inbox");
        url.query_pairs_mut().append_pair("of", &self.from);
        let answer = self.client.get(url).send().await.with_context(|| self.away())?;
        let answer = answer.error_for_status().with_context(|| self.away())?;
        let mut inbox: Vec<Json> = answer.json().await.with_context(|| self.away())?;
        if let Some(to) = &self.to {
            inbox.retain(|message| message["from"] == to.as_str());
        }
        let last = self.last.as_deref();
        let seen =
            inbox.iter().position(|message| last.is_some() && message["id"].as_str() == last).map_or(0, |at| at + 1);
        let news = inbox.split_off(seen);
        if let Some(message) = news.last() {
            self.last = message["id"].as_str().map(str::to_owned);
        }
        Ok(news)
    }

    async fn play(&self, what: &str, mut body: Json) -> Result<(), Trouble> {
        body["from"] = json!(self.from);
        if let Some(to) = &self.to {
            body["to"] = json!(to);
        }
        let lost = |error: reqwest::Error| Trouble::Lost(anyhow!(error).context(self.away()));
        let answer = self.client.post(self.url(what)).json(&body).send().await.map_err(lost)?;
        if answer.status().is_success() {
            return Ok(());
        }
        let refusal: Json = answer.json().await.map_err(lost)?;
        Err(Trouble::Refused(refusal["error"].as_str().unwrap_or("the sandbox refused").to_owned()))
    }

    fn url(&self, what: &str) -> Url {
        let mut url = self.sandbox.clone();
        url.set_path(&format!("/control/whatsapp/{what}"));
        url
    }

    fn away(&self) -> String {
        format!("the sandbox at {} does not answer: is `make run` running?", self.sandbox)
    }
}
