//! The templates a business account has. Source: "Template management", "Components".

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::refusal::Refusal;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum Status {
    Pending,
    Approved,
    Rejected,
    Paused,
    Disabled,
}

/// One template in one language.
#[derive(Debug, Clone)]
pub(super) struct Definition {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) language: String,
    pub(super) category: String,
    pub(super) status: Status,
    components: Vec<Value>,
}

/// Templates of all accounts by (account, name, language).
#[derive(Debug, Default)]
pub(super) struct Templates(HashMap<(String, String, String), Definition>);

/// Meta allows 6,000 to a verified account.
const TEMPLATES_MAX: usize = 6_000;

impl Templates {
    pub(super) fn find(&self, waba: &str, name: &str, language: &str) -> Option<&Definition> {
        self.0.get(&(waba.to_owned(), name.to_owned(), language.to_owned()))
    }

    pub(super) fn set_status(&mut self, waba: &str, name: &str, language: &str, status: Status) -> Option<&Definition> {
        let definition = self.0.get_mut(&(waba.to_owned(), name.to_owned(), language.to_owned()))?;
        definition.status = status;
        Some(definition)
    }

    pub(super) fn of(&self, waba: &str) -> Vec<&Definition> {
        self.0.iter().filter(|((owner, ..), _)| owner == waba).map(|(_, definition)| definition).collect()
    }

    /// Takes a definition as the management API gets it, if it keeps Meta's rules.
    pub(super) fn define(&mut self, waba: &str, body: &Value, status: Status) -> Result<&Definition, Refusal> {
        if self.0.len() >= TEMPLATES_MAX {
            return Err(Refusal::parameter(format!("the account has {TEMPLATES_MAX} templates already")));
        }
        let definition = read(body, status)?;
        let key = (waba.to_owned(), definition.name.clone(), definition.language.clone());
        if self.0.contains_key(&key) {
            return Err(Refusal::parameter("there is already content in this language for this template"));
        }
        Ok(self.0.entry(key).or_insert(definition))
    }
}

fn text<'a>(body: &'a Value, key: &str, most: usize) -> Result<&'a str, Refusal> {
    let text = body[key].as_str().filter(|text| !text.trim().is_empty());
    let text = text.ok_or_else(|| Refusal::parameter(format!("{key} is required")))?;
    if text.encode_utf16().count() > most {
        return Err(Refusal::parameter(format!("{key} may have {most} characters")));
    }
    Ok(text)
}

fn read(body: &Value, status: Status) -> Result<Definition, Refusal> {
    let name = text(body, "name", 512)?;
    if !name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_') {
        return Err(Refusal::parameter("name may hold small letters, digits and _"));
    }
    let category = text(body, "category", 32)?.to_uppercase();
    if !["AUTHENTICATION", "MARKETING", "UTILITY"].contains(&category.as_str()) {
        return Err(Refusal::parameter("category must be AUTHENTICATION, MARKETING or UTILITY"));
    }
    let components =
        body["components"].as_array().cloned().ok_or_else(|| Refusal::parameter("components is required"))?;
    for component in &components {
        check(component, &category)?;
    }
    Ok(Definition {
        id: super::state::numeric_id(),
        name: name.to_owned(),
        language: text(body, "language", 16)?.to_owned(),
        category,
        status,
        components,
    })
}

fn check(component: &Value, category: &str) -> Result<(), Refusal> {
    match word(component, "type").as_str() {
        // Meta writes these of an authentication template itself.
        "BODY" | "FOOTER" if category == "AUTHENTICATION" => Ok(()),
        "BODY" => {
            let body = text(component, "text", 1_024)?.trim();
            if body.starts_with("{{") || body.ends_with("}}") {
                return Err(Refusal::parameter("subcode 2388299: variables cannot be at the start or end of the body"));
            }
            Ok(())
        }
        "HEADER" if word(component, "format") == "TEXT" => text(component, "text", 60).map(drop),
        "HEADER" => Ok(()),
        "FOOTER" => text(component, "text", 60).map(drop),
        "BUTTONS" => {
            let buttons = component["buttons"].as_array().map(Vec::as_slice).unwrap_or_default();
            let urls = buttons.iter().filter(|button| word(button, "type") == "URL").count();
            if buttons.is_empty() || buttons.len() > 10 || urls > 2 {
                return Err(Refusal::parameter("1 to 10 buttons, at most 2 of them addresses"));
            }
            for button in buttons.iter().filter(|button| word(button, "type") != "OTP") {
                text(button, "text", 25)?;
            }
            Ok(())
        }
        other => Err(Refusal::parameter(format!("component {other:?} is unknown"))),
    }
}

/// A word that Meta takes in either case.
fn word(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap_or_default().to_uppercase()
}

impl Definition {
    fn component(&self, part: &str) -> Option<&Value> {
        self.components.iter().find(|component| word(component, "type") == part.to_uppercase())
    }

    /// The names (or numbers) between `{{` and `}}` of the header or the body, each once.
    pub(super) fn placeholders(&self, part: &str) -> Vec<String> {
        let text = self.component(part).and_then(|component| component["text"].as_str()).unwrap_or_default();
        let mut names: Vec<String> = Vec::new();
        for piece in text.split("{{").skip(1) {
            let name = piece.split("}}").next().unwrap_or_default().trim().to_owned();
            if !names.contains(&name) {
                names.push(name);
            }
        }
        // The body of an authentication template is Meta's, with the code as its one variable.
        if part == "body" && self.category == "AUTHENTICATION" && names.is_empty() {
            names.push("1".to_owned());
        }
        names
    }

    /// `image`, `video` or `document`, where the header is one.
    pub(super) fn media_header(&self) -> Option<String> {
        let format = word(self.component("header")?, "format");
        ["IMAGE", "VIDEO", "DOCUMENT"].contains(&format.as_str()).then(|| format.to_lowercase())
    }

    pub(super) fn buttons(&self) -> &[Value] {
        let buttons = self.component("buttons").and_then(|component| component["buttons"].as_array());
        buttons.map(Vec::as_slice).unwrap_or_default()
    }

    /// As the management API shows it.
    pub(super) fn show(&self) -> Value {
        json!({
            "id": self.id, "name": self.name, "language": self.language, "category": self.category,
            "status": self.status, "components": self.components,
        })
    }
}
