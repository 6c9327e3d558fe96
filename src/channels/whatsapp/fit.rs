//! Brings any content within the limits: buttons become a list, a long list becomes numbered text, what is too long is cut. Nothing that
//! leaves here is rejected for its size or shape, and no choice is lost silently.

use std::borrow::Cow;
use std::collections::HashSet;

use super::limits::{self, cut, length};
use crate::domain::outbound::{MediaSource, TemplateButton, TemplateParameter};
use crate::domain::{Button, Content, ListRow, MediaKind, Template};

/// What stands where a text must not be empty.
const EMPTY: &str = "…";
/// What stands for a parameter that is a word rather than a sentence.
const NONE: &str = "-";
/// The label of a list made out of buttons, which brought none: a sign that needs no translation.
const LIST_LABEL: &str = "☰";

/// The content that is sent in place of `content`.
pub(super) fn fit(content: &Content) -> Cow<'_, Content> {
    Cow::Owned(match content {
        Content::Text { text, preview } => Content::Text { text: body(text, limits::TEXT_BODY), preview: *preview },
        Content::Buttons { text, buttons, footer } => fit_buttons(text, buttons, footer.as_deref()),
        Content::List { text, button, rows, footer } => fit_list(text, button, rows, footer.as_deref()),
        Content::Link { text, label, url } => fit_link(text, label, url),
        Content::LocationRequest { text } => Content::LocationRequest { text: body(text, limits::LOCATION_BODY) },
        Content::Location { latitude, longitude, name, address } => {
            fit_location(*latitude, *longitude, name.as_deref(), address.as_deref())
        }
        Content::Media { kind, source, caption, filename } => {
            fit_media(*kind, source, caption.as_deref(), filename.as_deref())
        }
        Content::Template(template) => Content::Template(fit_template(template)),
        Content::Reaction { to, emoji } if to.is_empty() => plain(emoji),
        Content::Reaction { .. } => return Cow::Borrowed(content),
    })
}

/// A place that is not on the earth becomes its name.
fn fit_location(latitude: f64, longitude: f64, name: Option<&str>, address: Option<&str>) -> Content {
    if !(latitude.abs() <= 90.0 && longitude.abs() <= 180.0) {
        return plain(name.or(address).unwrap_or_default());
    }
    let line = |text: Option<&str>, most: usize| {
        text.map(one_line).filter(|line| !line.is_empty()).map(|line| cut(&line, most))
    };
    Content::Location {
        latitude,
        longitude,
        name: line(name, limits::LOCATION_NAME),
        address: line(address, limits::LOCATION_ADDRESS),
    }
}

fn plain(text: &str) -> Content {
    Content::Text { text: body(text, limits::TEXT_BODY), preview: false }
}

/// A text that may be long but not empty.
fn body(text: &str, most: usize) -> String {
    if text.trim().is_empty() { EMPTY.to_owned() } else { cut(text, most) }
}

/// A label: one line, not empty.
fn label(text: &str, most: usize, otherwise: &str) -> String {
    let line = one_line(text);
    cut(if line.is_empty() { otherwise } else { &line }, most)
}

fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()) {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}

fn fit_footer(footer: Option<&str>) -> Option<String> {
    footer.map(one_line).filter(|line| !line.is_empty()).map(|line| cut(&line, limits::FOOTER))
}

fn fit_buttons(text: &str, buttons: &[Button], footer: Option<&str>) -> Content {
    let small = buttons.len() <= limits::BUTTONS
        && length(text) <= limits::BUTTONS_BODY
        && buttons.iter().all(|button| length(&one_line(&button.title)) <= limits::BUTTON_TITLE);
    if buttons.is_empty() || !small || !ids_fit(buttons.iter().map(|button| button.id.as_str()), limits::BUTTON_ID) {
        let rows: Vec<ListRow> = buttons
            .iter()
            .map(|button| ListRow { id: button.id.clone(), title: button.title.clone(), note: None })
            .collect();
        return fit_list(text, LIST_LABEL, &rows, footer);
    }
    let titles = distinct(buttons.iter().map(|button| button.title.as_str()), limits::BUTTON_TITLE);
    let buttons = buttons.iter().zip(titles).map(|(button, title)| Button { id: button.id.clone(), title }).collect();
    Content::Buttons { text: body(text, limits::BUTTONS_BODY), buttons, footer: fit_footer(footer) }
}

fn fit_list(text: &str, button: &str, rows: &[ListRow], footer: Option<&str>) -> Content {
    let fits = rows.len() <= limits::LIST_ROWS && ids_fit(rows.iter().map(|row| row.id.as_str()), limits::ROW_ID);
    if rows.is_empty() || !fits {
        return numbered(text, rows, footer);
    }
    let titles = distinct(rows.iter().map(|row| row.title.as_str()), limits::ROW_TITLE);
    let rows = rows.iter().zip(titles).map(|(row, title)| {
        // A title that had to be cut is told in full where there is still room.
        let whole = one_line(&row.title);
        let spare = (length(&whole) > limits::ROW_TITLE).then_some(whole);
        let note = row.note.as_deref().map(one_line).filter(|note| !note.is_empty()).or(spare);
        ListRow { id: row.id.clone(), title, note: note.map(|note| cut(&note, limits::ROW_DESCRIPTION)) }
    });
    Content::List {
        text: body(text, limits::LIST_BODY),
        button: label(button, limits::LIST_BUTTON, LIST_LABEL),
        rows: rows.collect(),
        footer: fit_footer(footer),
    }
}

/// Ids cannot be cut: they are how a tap is understood.
fn ids_fit<'a>(ids: impl Iterator<Item = &'a str>, most: usize) -> bool {
    let mut seen = HashSet::new();
    let mut ids = ids;
    ids.all(|id| !id.trim().is_empty() && length(id) <= most && seen.insert(id))
}

/// Titles within the limit of which no two are alike, and none is empty.
fn distinct<'a>(titles: impl Iterator<Item = &'a str>, most: usize) -> Vec<String> {
    let mut seen = HashSet::new();
    let mut made = Vec::new();
    for (n, title) in (1..).zip(titles) {
        let wanted = label(title, most, &n.to_string());
        let mut title = wanted.clone();
        let mut copy = 1;
        while !seen.insert(title.to_lowercase()) {
            copy += 1;
            let mark = format!(" ({copy})");
            title = cut(&wanted, most - mark.len()) + &mark;
        }
        made.push(title);
    }
    made
}

/// Choices as numbered lines, answered by number or by name. When it is too long, first the notes go, then the introduction is cut, and the
/// choices last.
fn numbered(text: &str, rows: &[ListRow], footer: Option<&str>) -> Content {
    let footer = fit_footer(footer).map(|footer| format!("\n\n{footer}")).unwrap_or_default();
    let line = |(n, row): (usize, &ListRow), notes: bool| {
        let note = row.note.as_deref().filter(|_| notes).map(|note| format!(" · {}", one_line(note)));
        format!("\n{n}. {}{}", one_line(&row.title), note.unwrap_or_default())
    };
    let lines = |notes: bool| (1..).zip(rows).map(|row| line(row, notes)).collect::<String>();
    let choices = Some(lines(true))
        .filter(|lines| length(text) + length(lines) + length(&footer) < limits::TEXT_BODY)
        .unwrap_or_else(|| lines(false));
    if choices.is_empty() {
        return plain(&format!("{}{footer}", body(text, limits::TEXT_BODY - length(&footer))));
    }
    let room = limits::TEXT_BODY.saturating_sub(length(&choices) + length(&footer) + 1);
    let start = if room < 2 { String::new() } else { body(text, room) };
    plain(&format!("{start}\n{choices}{footer}"))
}

fn fit_link(text: &str, name: &str, url: &str) -> Content {
    let good = url::Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    if !good || length(url) > limits::LINK_URL || length(text) > limits::LINK_BODY {
        let room = limits::TEXT_BODY.saturating_sub(length(url) + 2);
        return plain(&format!("{}\n\n{url}", body(text, room)));
    }
    Content::Link {
        text: body(text, limits::LINK_BODY),
        label: label(name, limits::LINK_LABEL, "↗"),
        url: url.to_owned(),
    }
}

fn fit_media(kind: MediaKind, source: &MediaSource, caption: Option<&str>, filename: Option<&str>) -> Content {
    let caption = caption.filter(|caption| !caption.trim().is_empty());
    let reachable = match source {
        MediaSource::Id(id) => !id.trim().is_empty(),
        MediaSource::Url(link) => url::Url::parse(link).is_ok_and(|url| matches!(url.scheme(), "http" | "https")),
    };
    if !reachable {
        return plain(caption.or(filename).unwrap_or(EMPTY));
    }
    let captioned = matches!(kind, MediaKind::Image | MediaKind::Video | MediaKind::Document);
    let named = filename.map(one_line).filter(|name| kind == MediaKind::Document && !name.is_empty());
    Content::Media {
        kind,
        source: source.clone(),
        caption: caption.filter(|_| captioned).map(|caption| cut(caption, limits::CAPTION)),
        filename: named.map(|name| cut(&name, limits::FILENAME)),
    }
}

/// Parameters may be neither empty nor of several lines. Source: error 132018 and "Template components".
fn fit_template(template: &Template) -> Template {
    let parameter = |parameter: &TemplateParameter| match parameter {
        TemplateParameter::Text { text, name } => {
            TemplateParameter::Text { text: label(text, limits::TEMPLATE_PARAMETER, EMPTY), name: name.clone() }
        }
        media @ TemplateParameter::Media { .. } => media.clone(),
    };
    let button = |button: &TemplateButton| match button {
        TemplateButton::QuickReply { index, payload } => TemplateButton::QuickReply {
            index: *index,
            payload: cut(if payload.trim().is_empty() { NONE } else { payload }, limits::TEMPLATE_PAYLOAD),
        },
        TemplateButton::Url { index, suffix } => {
            TemplateButton::Url { index: *index, suffix: label(suffix, limits::TEMPLATE_PARAMETER, NONE) }
        }
        TemplateButton::CopyCode { index, code } => {
            let code: String = code.split_whitespace().collect();
            let code = if code.is_empty() { NONE } else { &code };
            TemplateButton::CopyCode { index: *index, code: cut(code, limits::TEMPLATE_COPY_CODE) }
        }
    };
    Template {
        header: template.header.iter().map(parameter).collect(),
        body: template.body.iter().map(parameter).collect(),
        buttons: template.buttons.iter().map(button).collect(),
        ..template.clone()
    }
}
