//! A handset with WhatsApp: messages come when they come, numbers tap options.

use std::path::{Path, PathBuf};

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value as Json, json};

use super::handset::{Control, Handset, Trouble};
use super::line::Line;
use super::view::{self, Choice};

#[derive(Debug)]
pub(super) struct Whatsapp {
    control: Control,
    from: String,
    to: Option<String>,
    /// The last message that was shown.
    last: Option<String>,
    /// What a number taps: the options of the latest message that had any.
    choices: Vec<Choice>,
}

impl Whatsapp {
    pub(super) fn new(control: Control, from: String, to: Option<String>) -> Self {
        Self { control, from, to, last: None, choices: Vec::new() }
    }

    async fn play(&self, what: &str, mut body: Json) -> Result<(), Trouble> {
        body["from"] = json!(self.from);
        if let Some(to) = &self.to {
            body["to"] = json!(to);
        }
        self.control.call(&format!("whatsapp/{what}"), &body).await.map(drop)
    }

    async fn image(&self, file: &PathBuf) -> Result<(), Trouble> {
        let bytes = tokio::fs::read(file).await;
        let bytes = bytes.map_err(|error| Trouble::Refused(format!("{} cannot be read: {error}", file.display())))?;
        self.play("media", json!({ "kind": "image", "mime": mime(file), "bytes": STANDARD.encode(bytes) })).await
    }

    /// The messages since the last call.
    async fn messages(&mut self) -> anyhow::Result<Vec<Json>> {
        let mut inbox: Vec<Json> = self.control.look("whatsapp/inbox", &self.from).await?;
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

    fn shown(&mut self, message: &Json) -> String {
        let shown = view::of(message);
        if !shown.choices.is_empty() {
            self.choices = shown.choices;
        }
        shown.lines.join("\n")
    }

    /// The option that a number names.
    fn choice(&self, text: &str) -> Option<String> {
        let number: usize = text.parse().ok()?;
        Some(self.choices.get(number.checked_sub(1)?)?.id.clone())
    }
}

#[async_trait]
impl Handset for Whatsapp {
    fn help(&self) -> &'static str {
        "A number taps that option; anything else is said. /location LATITUDE LONGITUDE, /image FILE, /quit."
    }

    /// Where an earlier talk of this person ended.
    async fn begin(&mut self) -> Result<Vec<String>, Trouble> {
        let earlier = self.messages().await.map_err(Trouble::Lost)?;
        Ok(earlier.last().map(|last| self.shown(last)).into_iter().collect())
    }

    async fn act(&mut self, line: Line) -> Result<Vec<String>, Trouble> {
        match line {
            Line::Location { latitude, longitude } => {
                self.play("location", json!({ "latitude": latitude, "longitude": longitude })).await?;
            }
            Line::Image(file) => self.image(&file).await?,
            Line::Text(text) => match self.choice(&text) {
                Some(id) => self.play("tap", json!({ "id": id })).await?,
                None => self.play("say", json!({ "text": text })).await?,
            },
            other => return Err(other.foreign("whatsapp")),
        }
        Ok(Vec::new())
    }

    async fn news(&mut self) -> anyhow::Result<Vec<String>> {
        let news = self.messages().await?;
        Ok(news.iter().map(|message| self.shown(message)).collect())
    }
}

/// What a person's picture is called on the wire.
fn mime(file: &Path) -> &'static str {
    match file.extension().and_then(|extension| extension.to_str()).map(str::to_ascii_lowercase).as_deref() {
        Some("png") => "image/png",
        _ => "image/jpeg",
    }
}
