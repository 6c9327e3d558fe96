//! What the player sees: a chat with numbered buttons, a phone's screen, text messages.

use std::fmt::Write as _;

use super::Paint;
use crate::domain::Content;
use crate::flows::Channel;
use crate::flows::talk::{Session, body};

/// A phone's screen is so wide.
const SCREEN_WIDTH: usize = 32;

/// The messages of the last line as the channel shows them, and what is waited for.
pub(super) fn shown(session: &Session<'_>, paint: Paint) -> String {
    let mut out = String::new();
    let mut number = 0;
    for content in session.sent() {
        match session.channel() {
            Channel::WhatsApp => chat(&mut out, content, &mut number),
            Channel::Ussd => phone(&mut out, body(content)),
            Channel::Sms => {
                for line in body(content).lines() {
                    let _ = writeln!(out, "  {line}");
                }
            }
        }
    }
    let _ = write!(out, "{}", paint.faint(&rest(session)));
    out
}

/// Where the talk stands, and until when.
fn rest(session: &Session<'_>) -> String {
    let place = match session.state().place() {
        Some((flow, at)) => format!("({flow}/{at}"),
        None => "(no flow runs".to_owned(),
    };
    let alarm = session.alarm().map(|at| format!(", wakes in {}", time(at - session.now())));
    let jobs = session.jobs();
    let jobs = if jobs.is_empty() { String::new() } else { format!(", jobs: {}", jobs.join(", ")) };
    format!("{place}{}{jobs})", alarm.unwrap_or_default())
}

fn time(span: chrono::TimeDelta) -> String {
    match (span.num_days(), span.num_hours(), span.num_minutes()) {
        (days, _, _) if days > 1 => format!("{days}d"),
        (_, hours, _) if hours > 1 => format!("{hours}h"),
        (_, _, minutes) if minutes > 1 => format!("{minutes}m"),
        _ => format!("{}s", span.num_seconds()),
    }
}

fn chat(out: &mut String, content: &Content, number: &mut usize) {
    for line in body(content).lines() {
        let _ = writeln!(out, "  {line}");
    }
    let mut option = |title: &str, note: Option<&str>| {
        *number += 1;
        let note = note.map(|note| format!(" — {note}")).unwrap_or_default();
        let _ = writeln!(out, "  [{number}] {title}{note}");
    };
    match content {
        Content::Buttons { buttons, .. } => {
            for button in buttons {
                option(&button.title, None);
            }
        }
        Content::List { rows, .. } => {
            for row in rows {
                option(&row.title, row.note.as_deref());
            }
        }
        _ => {}
    }
}

/// Text on a screen, and how many characters it has.
fn phone(out: &mut String, text: &str) {
    let _ = writeln!(out, "  ┌{}┐", "─".repeat(SCREEN_WIDTH + 2));
    for line in text.lines().flat_map(wrapped) {
        let gap = " ".repeat(SCREEN_WIDTH.saturating_sub(line.chars().count()));
        let _ = writeln!(out, "  │ {line}{gap} │");
    }
    let _ = writeln!(out, "  └{}┘ {} characters", "─".repeat(SCREEN_WIDTH + 2), text.chars().count());
}

fn wrapped(line: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in line.split(' ') {
        let last = lines.last_mut().map(|last| last.chars().count()).unwrap_or_default();
        if last > 0 && last + 1 + word.chars().count() > SCREEN_WIDTH {
            lines.push(word.to_owned());
        } else if let Some(last) = lines.last_mut() {
            if !last.is_empty() {
                last.push(' ');
            }
            last.push_str(word);
        }
    }
    lines
}

/// What the open flow knows.
pub(super) fn values(session: &Session<'_>) -> String {
    let values: Vec<String> = session.known().iter().map(|(name, value)| format!("  {name} = {value}")).collect();
    if values.is_empty() { "  nothing yet".to_owned() } else { values.join("\n") }
}
