//! A keypad phone: it dials a code, shows one screen at a time in a box, and what is typed answers it.

use async_trait::async_trait;
use serde_json::{Value as Json, json};

use super::handset::{Control, Handset, Trouble};
use super::line::Line;
use super::view::boxed;

#[derive(Debug)]
pub(super) struct Ussd {
    control: Control,
    from: String,
    code: String,
}

impl Ussd {
    pub(super) fn new(control: Control, from: String, code: String) -> Self {
        Self { control, from, code }
    }

    async fn press(&self, what: &str, mut body: Json) -> Result<Vec<String>, Trouble> {
        body["from"] = json!(self.from);
        let shown = self.control.call(&format!("ussd/{what}"), &body).await?;
        let screen = shown["screen"].as_str().unwrap_or_default();
        let foot = match (&shown["operator"], shown["ended"].as_bool()) {
            (Json::String(why), _) => format!("(the operator: {why})"),
            (_, Some(true)) => "(ended; /redial dials again)".to_owned(),
            _ => String::new(),
        };
        Ok(vec![boxed(screen, &foot)])
    }
}

#[async_trait]
impl Handset for Ussd {
    fn help(&self) -> &'static str {
        "What you type answers the screen; *…# dials. /cancel hangs up, /redial dials again, /quit."
    }

    fn answers_at_once(&self) -> bool {
        true
    }

    async fn begin(&mut self) -> Result<Vec<String>, Trouble> {
        self.press("dial", json!({ "code": self.code })).await
    }

    async fn act(&mut self, line: Line) -> Result<Vec<String>, Trouble> {
        match line {
            Line::Redial => self.press("dial", json!({ "code": self.code })).await,
            Line::Cancel => {
                self.control.call("ussd/cancel", &json!({ "from": self.from })).await?;
                Ok(vec!["(hung up; /redial dials again)".to_owned()])
            }
            Line::Text(text) if text.starts_with('*') && text.ends_with('#') => {
                self.code = text;
                self.press("dial", json!({ "code": self.code })).await
            }
            Line::Text(text) => self.press("input", json!({ "text": text })).await,
            other => Err(other.foreign("ussd")),
        }
    }

    async fn news(&mut self) -> anyhow::Result<Vec<String>> {
        Ok(Vec::new())
    }
}
