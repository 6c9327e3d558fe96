//! A phone that writes and reads SMS.

use async_trait::async_trait;
use serde_json::{Value as Json, json};

use super::handset::{Control, Handset, Trouble};
use super::line::Line;

#[derive(Debug)]
pub(super) struct Sms {
    control: Control,
    from: String,
    to: Option<String>,
    /// The last message that was shown.
    last: Option<String>,
}

impl Sms {
    pub(super) fn new(control: Control, from: String, to: Option<String>) -> Self {
        Self { control, from, to, last: None }
    }

    /// The messages since the last call.
    async fn messages(&mut self) -> anyhow::Result<Vec<Json>> {
        let mut inbox: Vec<Json> = self.control.look("sms/inbox", &self.from).await?;
        let last = self.last.as_deref();
        let seen =
            inbox.iter().position(|message| last.is_some() && message["id"].as_str() == last).map_or(0, |at| at + 1);
        let news = inbox.split_off(seen);
        if let Some(message) = news.last() {
            self.last = message["id"].as_str().map(str::to_owned);
        }
        Ok(news)
    }
}

/// The text, and what it would cost.
fn shown(message: &Json) -> String {
    let text = message["text"].as_str().unwrap_or_default();
    match message["segments"].as_u64() {
        Some(segments) if segments > 1 => format!("{text}\n({segments} SMS)"),
        _ => text.to_owned(),
    }
}

#[async_trait]
impl Handset for Sms {
    fn help(&self) -> &'static str {
        "What you type is sent as an SMS. /quit."
    }

    async fn begin(&mut self) -> Result<Vec<String>, Trouble> {
        let earlier = self.messages().await.map_err(Trouble::Lost)?;
        Ok(earlier.last().map(shown).into_iter().collect())
    }

    async fn act(&mut self, line: Line) -> Result<Vec<String>, Trouble> {
        let Line::Text(text) = line else { return Err(line.foreign("sms")) };
        let mut body = json!({ "from": self.from, "text": text });
        if let Some(to) = &self.to {
            body["to"] = json!(to);
        }
        self.control.call("sms/say", &body).await?;
        Ok(Vec::new())
    }

    async fn news(&mut self) -> anyhow::Result<Vec<String>> {
        Ok(self.messages().await?.iter().map(shown).collect())
    }
}
