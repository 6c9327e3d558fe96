//! How a message looks in a terminal: its text, its options numbered.

use serde_json::Value as Json;

/// A screen in a frame as wide as its longest line, with a line below it.
pub fn boxed(screen: &str, foot: &str) -> String {
    let width = screen.lines().map(|line| line.chars().count()).max().unwrap_or_default().max(16);
    let edge = "-".repeat(width + 2);
    let mut lines = vec![format!("+{edge}+")];
    lines.extend(screen.lines().map(|line| format!("| {line:<width$} |")));
    lines.push(format!("+{edge}+"));
    lines.extend(Some(foot.to_owned()).filter(|foot| !foot.is_empty()));
    lines.join("\n")
}

/// An option that can be tapped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    pub id: String,
    pub title: String,
}

/// A message as it is printed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shown {
    pub lines: Vec<String>,
    /// In the order of their numbers, from 1.
    pub choices: Vec<Choice>,
}

/// Lays out a message of the Graph API as a handset received it. A kind unknown here is shown by its name.
pub fn of(message: &Json) -> Shown {
    let mut shown = Shown::default();
    let text = |pointer: &str| message.pointer(pointer).and_then(Json::as_str).unwrap_or_default().to_owned();
    match message["type"].as_str().unwrap_or("text") {
        "text" => shown.say(&text("/text/body")),
        "interactive" => shown.interactive(&message["interactive"]),
        "template" => shown.template(&message["template"]),
        "reaction" => shown.say(&format!("({} to your message)", text("/reaction/emoji"))),
        kind @ ("image" | "video" | "audio" | "document" | "sticker") => {
            let name =
                [text(&format!("/{kind}/filename")), text(&format!("/{kind}/link")), text(&format!("/{kind}/id"))];
            let name = name.into_iter().find(|name| !name.is_empty()).unwrap_or_default();
            shown.say(&format!("({kind} {name})"));
            shown.say(&text(&format!("/{kind}/caption")));
        }
        other => shown.say(&format!("({other})")),
    }
    shown
}

impl Shown {
    fn say(&mut self, text: &str) {
        self.lines.extend(text.lines().map(str::to_owned));
    }

    fn offer(&mut self, id: &str, title: &str, note: &str) {
        let number = self.choices.len() + 1;
        let note = if note.is_empty() { String::new() } else { format!(" — {note}") };
        self.lines.push(format!("  [{number}] {title}{note}"));
        self.choices.push(Choice { id: id.to_owned(), title: title.to_owned() });
    }

    fn interactive(&mut self, interactive: &Json) {
        let text = |pointer: &str| interactive.pointer(pointer).and_then(Json::as_str).unwrap_or_default();
        self.say(text("/header/text"));
        self.say(text("/body/text"));
        for button in all(&interactive["action"]["buttons"]) {
            self.offer(word(&button["reply"]["id"]), word(&button["reply"]["title"]), "");
        }
        for section in all(&interactive["action"]["sections"]) {
            self.say(word(&section["title"]));
            for row in all(&section["rows"]) {
                self.offer(word(&row["id"]), word(&row["title"]), word(&row["description"]));
            }
        }
        match text("/type") {
            "cta_url" => {
                self.say(&format!("  {}: {}", text("/action/parameters/display_text"), text("/action/parameters/url")));
            }
            "location_request_message" => self.say("  (asks where you are: /location LATITUDE LONGITUDE)"),
            _ => {}
        }
        self.say(text("/footer/text"));
    }

    fn template(&mut self, template: &Json) {
        self.say(&format!("(template {}, {})", word(&template["name"]), word(&template["language"]["code"])));
        for component in all(&template["components"]) {
            let parameters = all(&component["parameters"]);
            if component["type"] == "button" {
                let payload = parameters.first().map_or("", |first| word(&first["payload"]));
                if !payload.is_empty() {
                    self.offer(payload, payload, "");
                }
            } else {
                for parameter in parameters {
                    self.say(&format!("  {}", word(&parameter["text"])));
                }
            }
        }
    }
}

fn all(value: &Json) -> &[Json] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn word(value: &Json) -> &str {
    value.as_str().unwrap_or_default()
}
