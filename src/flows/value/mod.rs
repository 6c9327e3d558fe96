//! Values that a flow keeps and passes on. They can be written to a snapshot and read back equal.

mod decimal;
mod json;
mod moments;
mod place;
mod row;
mod table;
mod written;

use std::borrow::Cow;
use std::sync::Arc;

use chrono::{NaiveDate, NaiveTime};
use smol_str::SmolStr;

pub use decimal::{Decimal, NoDecimal};
pub(crate) use moments::{Instant, read_instant};
pub use place::Place;
pub use row::Row;

use crate::domain::inbound::{MediaKind, MediaRef};
use crate::domain::{Money, Timestamp};

/// See the module. Copied often, so that the long kinds are shared by their copies.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Text(SmolStr),
    Whole(i64),
    Decimal(Decimal),
    YesNo(bool),
    Money(Money),
    /// A day on the wall calendar of the tenant's zone.
    Date(NaiveDate),
    Time(NaiveTime),
    /// An instant.
    DateTime(Timestamp),
    /// A length of time in seconds.
    Duration(i64),
    Place(Box<Place>),
    /// A picture, a document, a voice message that a person sent, still with the channel's provider.
    Media(Box<MediaRef>),
    Row(Row),
    Rows(Arc<[Row]>),
    /// Lines of text, such as `append` gathers.
    Texts(Vec<String>),
}

impl Value {
    pub fn text(text: impl Into<SmolStr>) -> Self {
        Self::Text(text.into())
    }

    /// The field `name` of a row; `None` for another kind of value or a field that is not there.
    pub fn field(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Row(row) => row.get(name),
            _ => None,
        }
    }

    /// The field `name` of a row, of a place ([`PLACE_FIELDS`]) or of media ([`MEDIA_FIELDS`]).
    pub fn part(&self, name: &str) -> Option<Cow<'_, Self>> {
        let text = |text: &str| Some(Cow::Owned(Self::text(text)));
        let degrees = |e6: i32| Decimal::from_millionths(e6.into()).map(Self::Decimal).map(Cow::Owned);
        match (self, name) {
            (Self::Row(row), _) => row.get(name).map(Cow::Borrowed),
            (Self::Place(place), "latitude") => degrees(place.latitude_e6),
            (Self::Place(place), "longitude") => degrees(place.longitude_e6),
            (Self::Place(place), "label") => text(&place.label()),
            (Self::Place(place), "name") => text(place.name.as_deref()?),
            (Self::Place(place), "address") => text(place.address.as_deref()?),
            (Self::Media(media), "kind") => text(media_kind(media.kind)),
            (Self::Media(media), "id") => text(&media.id),
            (Self::Media(media), "mime") => text(&media.mime),
            (Self::Media(media), "label") => text(media_label(media)),
            (Self::Media(media), "caption") => text(media.caption.as_deref()?),
            (Self::Media(media), "filename") => text(media.filename.as_deref()?),
            _ => None,
        }
    }

    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    pub fn as_whole(&self) -> Option<i64> {
        match self {
            Self::Whole(number) => Some(*number),
            _ => None,
        }
    }

    pub fn as_date(&self) -> Option<NaiveDate> {
        match self {
            Self::Date(date) => Some(*date),
            _ => None,
        }
    }

    pub fn as_date_time(&self) -> Option<Timestamp> {
        match self {
            Self::DateTime(at) => Some(*at),
            _ => None,
        }
    }
}

/// The fields of a place: the last two may be missing.
pub const PLACE_FIELDS: [&str; 5] = ["label", "latitude", "longitude", "name", "address"];
/// The fields of media: the last two may be missing.
pub const MEDIA_FIELDS: [&str; 6] = ["label", "kind", "id", "mime", "caption", "filename"];

/// The word by which a flow knows a kind of media.
pub fn media_kind(kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Image => "image",
        MediaKind::Video => "video",
        MediaKind::Audio => "audio",
        MediaKind::Voice => "voice",
        MediaKind::Document => "document",
        MediaKind::Sticker => "sticker",
    }
}

/// What to call media where it cannot be shown.
pub fn media_label(media: &MediaRef) -> &str {
    media.filename.as_deref().or(media.caption.as_deref()).unwrap_or_else(|| media_kind(media.kind))
}
