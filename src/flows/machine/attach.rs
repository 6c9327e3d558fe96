//! What a message carries besides its text: a picture, a document, a place on the map.

use super::run::Run;
use crate::domain::outbound::MediaSource;
use crate::domain::{Content, MediaKind};
use crate::flows::layout::units;
use crate::flows::turn::{Channel, Fault};
use crate::flows::value::Value;

/// Longest caption (the same limit stands among WhatsApp's).
const CAPTION_UNITS: usize = 1_024;

/// What a `say` carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Attachment {
    Image,
    Document,
    Location,
}

impl Attachment {
    pub(crate) const ALL: [Self; 3] = [Self::Image, Self::Document, Self::Location];

    /// The key of `say` that names it.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Document => "document",
            Self::Location => "location",
        }
    }
}

impl Run<'_> {
    /// Says a message with what it carries; a channel without pictures says the text only. `false` when the window is shut.
    pub(crate) fn say_with(&mut self, message: &str, attachment: Attachment, value: &Value) -> bool {
        if !self.door.open || self.door.channel != Channel::WhatsApp {
            return self.say(message, None);
        }
        let text = self.spoken(message);
        let caption = (!text.is_empty() && units(&text) <= CAPTION_UNITS).then(|| text.clone());
        let content = match (attachment, value) {
            (Attachment::Location, Value::Place(place)) => Some(Content::Location {
                latitude: place.latitude(),
                longitude: place.longitude(),
                name: place.name.clone(),
                address: place.address.clone(),
            }),
            (Attachment::Location, _) => None,
            (_, value) => {
                let kind = if attachment == Attachment::Image { MediaKind::Image } else { MediaKind::Document };
                source(value).map(|source| {
                    let filename = (attachment == Attachment::Document).then(|| filename(value)).flatten();
                    Content::Media { kind, source, caption: caption.clone(), filename }
                })
            }
        };
        let captioned = matches!(content, Some(Content::Media { .. })) && caption.is_some();
        if content.is_none() {
            self.faults.push(Fault::Expression);
        }
        if captioned {
            self.outbox.contents(message, text.len(), content.into_iter().collect());
        } else {
            self.outbox.text(message, &text);
            self.outbox.further(content);
        }
        true
    }
}

/// Where the channel finds a file: a secure link, or the provider's own id.
fn source(value: &Value) -> Option<MediaSource> {
    match value {
        Value::Media(media) => Some(MediaSource::Id(media.id.clone())),
        Value::Text(link) if link.starts_with("https://") => Some(MediaSource::Url(link.to_string())),
        Value::Text(id) if !id.is_empty() && !id.contains("://") => Some(MediaSource::Id(id.to_string())),
        _ => None,
    }
}

fn filename(value: &Value) -> Option<String> {
    match value {
        Value::Media(media) => media.filename.clone(),
        Value::Text(link) => {
            let path = link.split(['?', '#']).next().unwrap_or(link);
            path.rsplit_once('/').map(|(_, name)| name.to_owned()).filter(|name| name.contains('.'))
        }
        _ => None,
    }
}
