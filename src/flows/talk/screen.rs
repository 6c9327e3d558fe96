//! What a person sees of a message, and how she finds an option on it.

use std::fmt::Write as _;

use crate::domain::Content;
use crate::domain::outbound::{MediaSource, TemplateButton, TemplateParameter};

/// A message as a person sees it, every line ended.
pub(super) fn print(content: &Content) -> String {
    match content {
        Content::Text { text, .. } => format!("{text}\n"),
        Content::Buttons { text, buttons, .. } => {
            let titles: Vec<String> = buttons.iter().map(|button| format!("[{}]", button.title)).collect();
            format!("{text}\n{}\n", titles.join(" "))
        }
        Content::List { text, button, rows, .. } => {
            let mut out = format!("{text}\n[= {button}]\n");
            for row in rows {
                let note = row.note.as_ref().map(|note| format!(" | {note}")).unwrap_or_default();
                let _ = writeln!(out, " - {}{note}", row.title);
            }
            out
        }
        Content::Link { text, label, url } => format!("{text}\n[{label}: {url}]\n"),
        Content::LocationRequest { text } => format!("{text}\n[Send location]\n"),
        Content::Location { latitude, longitude, name, .. } => {
            format!("(Place {latitude}, {longitude}) {}\n", name.as_deref().unwrap_or_default())
        }
        Content::Media { kind, source, caption, .. } => {
            let (MediaSource::Id(source) | MediaSource::Url(source)) = source;
            format!(
                "({kind:?} {source})\n{}",
                caption.as_ref().map(|caption| format!("{caption}\n")).unwrap_or_default()
            )
        }
        Content::Template(template) => {
            let body: Vec<String> = template.body.iter().map(parameter).collect();
            let buttons = template.buttons.len();
            format!("(template {} {}) {} {buttons} buttons\n", template.name, template.language, body.join(" "))
        }
        Content::Reaction { emoji, .. } => format!("({emoji})\n"),
    }
}

fn parameter(parameter: &TemplateParameter) -> String {
    match parameter {
        TemplateParameter::Text { text, .. } => format!("\"{text}\""),
        TemplateParameter::Media { kind, .. } => format!("({kind:?})"),
    }
}

/// The text of a message without its buttons and rows.
pub(super) fn text(content: &Content) -> &str {
    match content {
        Content::Text { text, .. }
        | Content::Buttons { text, .. }
        | Content::List { text, .. }
        | Content::Link { text, .. }
        | Content::LocationRequest { text } => text,
        Content::Media { caption, .. } => caption.as_deref().unwrap_or_default(),
        Content::Location { .. } | Content::Template(_) | Content::Reaction { .. } => "",
    }
}

/// The word by which a test pins a message's kind.
pub(super) fn kind(content: &Content) -> &'static str {
    match content {
        Content::Text { .. } => "text",
        Content::Buttons { .. } => "buttons",
        Content::List { .. } => "list",
        Content::Link { .. } => "link",
        Content::LocationRequest { .. } => "location",
        Content::Location { .. } => "place",
        Content::Media { .. } => "media",
        Content::Template(_) => "template",
        Content::Reaction { .. } => "reaction",
    }
}

/// All words of [`kind`].
pub(super) const KINDS: [&str; 9] =
    ["text", "buttons", "list", "link", "location", "place", "media", "template", "reaction"];

/// The ids of what can be tapped on a message; `None` where nothing can.
pub fn taps(content: &Content) -> Option<Vec<String>> {
    match content {
        Content::Buttons { buttons, .. } => Some(buttons.iter().map(|button| button.id.clone()).collect()),
        Content::List { rows, .. } => Some(rows.iter().map(|row| row.id.clone()).collect()),
        Content::Template(template) => Some(
            template
                .buttons
                .iter()
                .filter_map(|button| match button {
                    TemplateButton::QuickReply { payload, .. } => Some(payload.clone()),
                    _ => None,
                })
                .collect(),
        ),
        _ => None,
    }
}

/// The key before the line that offers `label` on a screen of numbered options: what a person types who reads it.
pub(super) fn key_of(screen: &str, label: &str) -> Option<String> {
    let label = label.trim();
    let found = |exact: bool| {
        screen.lines().rev().find_map(|line| {
            let line = line.trim();
            let end = line.find(|c: char| !(c.is_ascii_digit() || c == '*' || c == '#'))?;
            let (key, rest) = line.split_at(end);
            let offered = rest.trim_start_matches(['.', ')', ':', ' ']);
            let cut = offered.trim_end_matches(['.', '…']);
            let same = offered == label
                || (!exact && (offered.starts_with(label) || (cut.chars().count() >= 3 && label.starts_with(cut))));
            (!key.is_empty() && same).then(|| key.to_owned())
        })
    };
    found(true).or_else(|| found(false))
}
