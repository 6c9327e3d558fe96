//! Content becomes a request to the Graph API. Total: whatever the content, the request is one that Meta takes.

use bytes::Bytes;
use http::Request;
use serde_json::{Map, Value, json};

use super::account::{Account, Recipient};
use super::{fit, limits};
use crate::domain::outbound::{MediaSource, TemplateButton, TemplateParameter};
use crate::domain::{Button, Content, ListRow, MediaKind, Template};

/// The request that sends `content` to a person. `opaque` comes back with every status of the message; `reply_to` is the provider's id of
/// the message that is answered. Source: "Send messages" and the page of each kind.
pub fn render(
    account: &Account,
    recipient: &Recipient,
    content: &Content,
    opaque: &str,
    reply_to: Option<&str>,
) -> Request<Bytes> {
    let content = fit::fit(content);
    let mut message = Map::new();
    message.insert("messaging_product".into(), "whatsapp".into());
    message.insert("recipient_type".into(), "individual".into());
    address(&mut message, recipient);
    // A reaction already names its message and may not be a reply.
    let reply_to = reply_to.filter(|id| !id.is_empty() && !matches!(*content, Content::Reaction { .. }));
    if let Some(id) = reply_to {
        message.insert("context".into(), json!({ "message_id": id }));
    }
    let (kind, body) = wire(&content);
    message.insert("type".into(), kind.into());
    message.insert(kind.into(), body);
    if !opaque.is_empty() && limits::length(opaque) <= limits::OPAQUE {
        message.insert("biz_opaque_callback_data".into(), opaque.into());
    }
    account.post(&Value::Object(message))
}

/// A phone goes into `to`, with its `+` (or Meta puts the sender's country code before it); a scoped id into `recipient`. A scoped id in `to`
/// is answered with 200 and never delivered.
fn address(message: &mut Map<String, Value>, recipient: &Recipient) {
    let (phone, scoped) = match recipient {
        Recipient::Phone(phone) => (Some(phone), None),
        Recipient::Scoped(id) => (None, Some(id)),
        Recipient::Both(phone, id) => (Some(phone), Some(id)),
    };
    if let Some(phone) = phone {
        message.insert("to".into(), phone.as_str().into());
    }
    if let Some(id) = scoped {
        message.insert("recipient".into(), id.as_str().into());
    }
}

/// The kind's name on the wire, and what stands under it.
fn wire(content: &Content) -> (&'static str, Value) {
    match content {
        Content::Text { text, preview: true } => ("text", json!({ "preview_url": true, "body": text })),
        Content::Text { text, preview: false } => ("text", json!({ "body": text })),
        Content::Buttons { text, buttons, footer } => ("interactive", reply_buttons(text, buttons, footer.as_deref())),
        Content::List { text, button, rows, footer } => ("interactive", list(text, button, rows, footer.as_deref())),
        Content::Link { text, label, url } => (
            "interactive",
            json!({
                "type": "cta_url",
                "body": { "text": text },
                "action": { "name": "cta_url", "parameters": { "display_text": label, "url": url } },
            }),
        ),
        Content::LocationRequest { text } => (
            "interactive",
            json!({ "type": "location_request_message", "body": { "text": text }, "action": { "name": "send_location" } }),
        ),
        Content::Location { latitude, longitude, name, address } => {
            let mut location = json!({ "latitude": latitude, "longitude": longitude });
            for (key, text) in [("name", name), ("address", address)] {
                if let Some(text) = text {
                    location[key] = json!(text);
                }
            }
            ("location", location)
        }
        Content::Media { kind, source, caption, filename } => {
            (media_word(*kind), media(*kind, source, caption.as_deref(), filename.as_deref()))
        }
        Content::Template(content) => ("template", template(content)),
        Content::Reaction { to, emoji } => ("reaction", json!({ "message_id": to, "emoji": emoji })),
    }
}

fn reply_buttons(text: &str, buttons: &[Button], footer: Option<&str>) -> Value {
    let buttons: Vec<Value> = buttons
        .iter()
        .map(|button| json!({ "type": "reply", "reply": { "id": button.id, "title": button.title } }))
        .collect();
    let interactive = json!({ "type": "button", "body": { "text": text }, "action": { "buttons": buttons } });
    with_footer(interactive, footer)
}

/// One section without a title, which only needs one where there are several.
fn list(text: &str, button: &str, rows: &[ListRow], footer: Option<&str>) -> Value {
    let rows: Vec<Value> = rows
        .iter()
        .map(|row| match &row.note {
            Some(note) => json!({ "id": row.id, "title": row.title, "description": note }),
            None => json!({ "id": row.id, "title": row.title }),
        })
        .collect();
    let action = json!({ "button": button, "sections": [{ "rows": rows }] });
    with_footer(json!({ "type": "list", "body": { "text": text }, "action": action }), footer)
}

fn with_footer(mut interactive: Value, footer: Option<&str>) -> Value {
    if let Some(footer) = footer {
        interactive["footer"] = json!({ "text": footer });
    }
    interactive
}

fn media_word(kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Image => "image",
        MediaKind::Video => "video",
        MediaKind::Audio | MediaKind::Voice => "audio",
        MediaKind::Document => "document",
        MediaKind::Sticker => "sticker",
    }
}

fn source_of(source: &MediaSource) -> Value {
    match source {
        MediaSource::Id(id) => json!({ "id": id }),
        MediaSource::Url(url) => json!({ "link": url }),
    }
}

fn media(kind: MediaKind, source: &MediaSource, caption: Option<&str>, filename: Option<&str>) -> Value {
    let mut media = source_of(source);
    if kind == MediaKind::Voice {
        media["voice"] = true.into();
    }
    if let Some(caption) = caption {
        media["caption"] = caption.into();
    }
    if let Some(filename) = filename {
        media["filename"] = filename.into();
    }
    media
}

fn template(template: &Template) -> Value {
    let mut components: Vec<Value> = Vec::new();
    for (part, parameters) in [("header", &template.header), ("body", &template.body)] {
        if !parameters.is_empty() {
            let parameters: Vec<Value> = parameters.iter().map(parameter).collect();
            components.push(json!({ "type": part, "parameters": parameters }));
        }
    }
    components.extend(template.buttons.iter().map(template_button));
    let mut wire = json!({ "name": template.name, "language": { "code": template.language } });
    if !components.is_empty() {
        wire["components"] = components.into();
    }
    wire
}

fn parameter(parameter: &TemplateParameter) -> Value {
    match parameter {
        TemplateParameter::Text { text, name: Some(name) } => {
            json!({ "type": "text", "parameter_name": name, "text": text })
        }
        TemplateParameter::Text { text, name: None } => json!({ "type": "text", "text": text }),
        TemplateParameter::Media { kind, source } => {
            let kind = media_word(*kind);
            json!({ "type": kind, kind: source_of(source) })
        }
    }
}

/// Indices are strings in Meta's samples.
fn template_button(button: &TemplateButton) -> Value {
    let (sub_type, index, parameter) = match button {
        TemplateButton::QuickReply { index, payload } => {
            ("quick_reply", index, json!({ "type": "payload", "payload": payload }))
        }
        TemplateButton::Url { index, suffix } => ("url", index, json!({ "type": "text", "text": suffix })),
        TemplateButton::CopyCode { index, code } => {
            ("copy_code", index, json!({ "type": "coupon_code", "coupon_code": code }))
        }
    };
    json!({ "type": "button", "sub_type": sub_type, "index": index.to_string(), "parameters": [parameter] })
}

/// Whether the person sees that an answer is being written: for 25 seconds or until it comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Typing {
    Shown,
    NotShown,
}

/// Marks a received message and all before it as read. Source: "Mark messages as read", "Typing indicators".
pub fn mark_read(account: &Account, message: &str, typing: Typing) -> Request<Bytes> {
    let mut body = json!({ "messaging_product": "whatsapp", "status": "read", "message_id": message });
    if typing == Typing::Shown {
        body["typing_indicator"] = json!({ "type": "text" });
    }
    account.post(&body)
}
