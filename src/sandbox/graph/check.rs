//! The shape and limits of every message a business can send, checked as the Graph API does: one thing wrong refuses the whole message.
//!
//! Source: the page of each message kind in the Cloud API documentation; captions and file names by the schema of
//! gokapso/whatsapp-cloud-api-js.

use serde_json::Value;

use super::fields::{Fields, link, unique};
use crate::sandbox::people;
use crate::sandbox::refusal::Refusal;

/// What the `messages` edge was asked.
#[derive(Debug, Clone, PartialEq)]
pub enum Asked {
    Send(Send),
    /// A message of a person is marked as read.
    MarkRead {
        message: String,
    },
}

/// A message of the right shape.
#[derive(Debug, Clone, PartialEq)]
pub struct Send {
    /// As it stands in `to`.
    pub to: Option<String>,
    /// As it stands in `recipient`.
    pub recipient: Option<String>,
    pub kind: String,
    pub opaque: Option<String>,
    /// Media ids the message refers to.
    pub media: Vec<String>,
}

const TOP: &[&str] = &[
    "messaging_product",
    "recipient_type",
    "to",
    "recipient",
    "type",
    "context",
    "biz_opaque_callback_data",
    "message_activity_sharing",
];

/// Checks a request body of the `messages` edge.
pub fn check(body: &Value) -> Result<Asked, Refusal> {
    let top = Fields::of(body, "")?;
    top.exactly("messaging_product", "whatsapp")?;
    if top.has("status") {
        return mark_read(&top);
    }
    let kind = top.text("type", 64)?;
    let mut known = TOP.to_vec();
    known.push(kind);
    top.only(&known)?;
    let (to, recipient) = address(&top)?;
    if let Some(context) = top.object_if_there("context")? {
        context.only(&["message_id"])?;
        context.text("message_id", 1_024)?;
        if kind == "reaction" {
            return Err(Refusal::parameter("a reaction cannot be a contextual reply"));
        }
    }
    let opaque = top.text_if_there("biz_opaque_callback_data", 512)?;
    let mut media = Vec::new();
    body_of(kind, &top, &mut media)?;
    Ok(Asked::Send(Send { to, recipient, kind: kind.to_owned(), opaque: opaque.map(str::to_owned), media }))
}

fn mark_read(top: &Fields<'_>) -> Result<Asked, Refusal> {
    top.only(&["messaging_product", "status", "message_id", "typing_indicator"])?;
    top.exactly("status", "read")?;
    if let Some(typing) = top.object_if_there("typing_indicator")? {
        typing.only(&["type"])?;
        typing.exactly("type", "text")?;
    }
    Ok(Asked::MarkRead { message: top.text("message_id", 1_024)?.to_owned() })
}

fn address(top: &Fields<'_>) -> Result<(Option<String>, Option<String>), Refusal> {
    if top.has("recipient_type") {
        top.exactly("recipient_type", "individual")?;
    }
    let to = top.text_if_there("to", 256)?;
    let recipient = top.text_if_there("recipient", 256)?;
    if to.is_none() && recipient.is_none() {
        return Err(Refusal::missing("to or recipient is required"));
    }
    if let Some(to) = to
        && !people::is_scoped(to)
    {
        let digits = to.strip_prefix('+').unwrap_or(to);
        if !(7..=15).contains(&digits.len()) || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(Refusal::value("to must be a phone number"));
        }
    }
    if recipient.is_some_and(|id| !people::is_scoped(id)) {
        return Err(Refusal::value("recipient must be a business-scoped user id"));
    }
    Ok((to.map(str::to_owned), recipient.map(str::to_owned)))
}

fn body_of(kind: &str, top: &Fields<'_>, media: &mut Vec<String>) -> Result<(), Refusal> {
    match kind {
        "text" => {
            let text = top.object("text")?;
            text.only(&["body", "preview_url"])?;
            text.flag_if_there("preview_url")?;
            text.text("body", 4_096).map(drop)
        }
        "image" | "video" => asset(&top.object(kind)?, &["caption"], media),
        "audio" => asset(&top.object("audio")?, &["voice"], media),
        "document" => asset(&top.object("document")?, &["caption", "filename"], media),
        "sticker" => asset(&top.object("sticker")?, &[], media),
        "location" => location(&top.object("location")?),
        "contacts" => contacts(top),
        "reaction" => {
            let reaction = top.object("reaction")?;
            reaction.only(&["message_id", "emoji"])?;
            reaction.text("message_id", 1_024)?;
            match reaction.value("emoji")? {
                Value::String(emoji) if emoji.encode_utf16().count() <= 64 => Ok(()),
                _ => Err(Refusal::value("reaction.emoji must be one emoji, or empty")),
            }
        }
        "interactive" => super::interactive::check(&top.object("interactive")?, media),
        "template" => super::template::shape(&top.object("template")?, media),
        _ => Err(Refusal::new(131_051, format!("type {kind} is not supported"))),
    }
}

/// Media by id or by link, with what else its kind allows.
pub(super) fn asset(asset: &Fields<'_>, also: &[&str], media: &mut Vec<String>) -> Result<(), Refusal> {
    let mut known = vec!["id", "link"];
    known.extend(also);
    asset.only(&known)?;
    match (asset.text_if_there("id", 256)?, asset.text_if_there("link", 4_096)?) {
        (Some(id), None) => media.push(id.to_owned()),
        (None, Some(url)) => link(&asset.path("link"), url)?,
        _ => return Err(Refusal::missing(format!("{}: exactly one of id and link is required", asset.path("id")))),
    }
    asset.text_if_there("caption", 1_024)?;
    asset.text_if_there("filename", 240)?;
    asset.flag_if_there("voice")
}

fn location(location: &Fields<'_>) -> Result<(), Refusal> {
    location.only(&["latitude", "longitude", "name", "address"])?;
    for (key, most) in [("latitude", 90.0), ("longitude", 180.0)] {
        let degrees = match location.value(key)? {
            Value::String(text) => text.parse().ok(),
            Value::Number(number) => number.as_f64(),
            _ => None,
        };
        if !degrees.is_some_and(|degrees: f64| degrees.abs() <= most) {
            return Err(Refusal::value(format!("{} must be degrees", location.path(key))));
        }
    }
    location.text_if_there("name", 100)?;
    location.text_if_there("address", 300).map(drop)
}

fn contacts(top: &Fields<'_>) -> Result<(), Refusal> {
    for card in top.objects("contacts", 257)? {
        card.only(&["addresses", "birthday", "emails", "name", "org", "phones", "urls"])?;
        card.object("name")?.text("formatted_name", 1_024)?;
    }
    Ok(())
}

/// Titles of options, and the like, must be unique.
pub(super) fn unique_texts(what: &str, of: &[Fields<'_>], key: &str, most: usize) -> Result<(), Refusal> {
    let texts: Vec<&str> = of.iter().map(|fields| fields.text(key, most)).collect::<Result<_, _>>()?;
    unique(what, texts.into_iter())
}
