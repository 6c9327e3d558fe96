//! What goes out, in one form for all channels: already laid out for a channel's abilities, not yet in its wire format.

use serde::{Deserialize, Serialize};

use super::inbound::MediaKind;

/// One message to a person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "type")]
pub enum Content {
    Text {
        text: String,
        /// Shows a preview of the first link.
        #[serde(default)]
        preview: bool,
    },
    /// A text with up to three reply buttons.
    Buttons {
        text: String,
        buttons: Vec<Button>,
        #[serde(default)]
        footer: Option<String>,
    },
    /// A text with a list that opens: up to ten rows.
    List {
        text: String,
        button: String,
        rows: Vec<ListRow>,
        #[serde(default)]
        footer: Option<String>,
    },
    /// A text with one button that opens a link.
    Link {
        text: String,
        label: String,
        url: String,
    },
    /// Asks for the person's position.
    LocationRequest {
        text: String,
    },
    /// A place on the map, in degrees.
    Location {
        latitude: f64,
        longitude: f64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        address: Option<String>,
    },
    Media {
        kind: MediaKind,
        source: MediaSource,
        #[serde(default)]
        caption: Option<String>,
        #[serde(default)]
        filename: Option<String>,
    },
    Template(Template),
    /// `emoji` empty takes the reaction back.
    Reaction {
        to: String,
        emoji: String,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Button {
    pub id: String,
    pub title: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListRow {
    pub id: String,
    pub title: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MediaSource {
    /// A media id of the provider.
    Id(String),
    /// A public https link the provider fetches.
    Url(String),
}

/// A message approved beforehand; the only kind allowed when the 24-hour window is shut.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Template {
    pub name: String,
    /// The provider's language code, such as `en` or `rw`.
    pub language: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub header: Vec<TemplateParameter>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub body: Vec<TemplateParameter>,
    /// Payloads of the quick-reply buttons and suffixes of the URL buttons, by their index.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub buttons: Vec<TemplateButton>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "type")]
pub enum TemplateParameter {
    Text {
        text: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
    },
    Media {
        kind: MediaKind,
        source: MediaSource,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "type")]
pub enum TemplateButton {
    QuickReply { index: u8, payload: String },
    Url { index: u8, suffix: String },
    CopyCode { index: u8, code: String },
}

/// What is to be done when the answer to a send was lost and no receipt has come: nobody can know whether it arrived.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhenUnknown {
    /// Send it again: twice is better than never (reminders, answers).
    #[default]
    SendAgain,
    /// Leave it: never is better than twice (codes, charges).
    Leave,
}
