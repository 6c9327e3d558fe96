//! What comes in, read into one form for all channels. An unknown kind is a value here, never an error.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::address::{Phone, ScopedId};
use super::hop::Hop;
use super::receipt::Receipt;
use super::{Address, Timestamp};

/// One update of a provider, with the slice of bytes it was read from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Inbound {
    /// The provider's name of the account that received it (WhatsApp: `phone_number_id`; for account-wide notices the WABA id).
    pub account: String,
    /// The provider's own id of this update, or a digest of it where it has none; empty for one that happens anew each time it is told. Hashed
    /// before it reaches a table.
    pub provider_id: String,
    /// When the provider says it happened. `None` where it has no clock.
    pub occurred_at: Option<Timestamp>,
    pub kind: InboundKind,
    /// The update exactly as it stood in the body: there is no way to ask for it again.
    #[serde(skip)]
    pub raw: Bytes,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InboundKind {
    /// A person says something to the business.
    Message(Message),
    /// A person at a keypad waits for her next screen.
    Hop(Hop),
    /// News of a message the business sent.
    Receipt(Receipt),
    /// The owner wrote to `to` in her own app: a human has taken over that conversation.
    Echo { to: Sender, body: MessageBody },
    /// The provider vouches that a person's addresses changed from `before` to `now`.
    AddressChange { before: Vec<Address>, now: Sender, text: Option<String> },
    /// The network or gateway heard that a person wants no more messages from the business (or, with `again`, that she does), and has told
    /// her so itself.
    Kept { from: Sender, again: bool },
    /// Anything else about the account (quality, templates, reviews, calls, …): journaled, never refused.
    Notice { field: String },
}

/// Who wrote. At least one address is there; both when the provider signed both in one entry.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sender {
    pub phone: Option<Phone>,
    pub scoped_id: Option<ScopedId>,
    pub parent_scoped_id: Option<ScopedId>,
    /// The name the person gave herself in the channel's profile.
    pub profile_name: Option<String>,
    pub username: Option<String>,
}

impl Sender {
    /// The addresses, the scoped id first: since 2026 it is the steadier one.
    pub fn addresses(&self) -> Vec<Address> {
        let scoped = self.scoped_id.iter().cloned().map(Address::WhatsApp);
        scoped.chain(self.phone.iter().cloned().map(Address::Phone)).collect()
    }
}

/// A message of a person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Message {
    pub from: Sender,
    pub body: MessageBody,
    /// The provider's id of the message this one answers.
    pub reply_to: Option<String>,
    pub forwarded: bool,
    /// The group it was said in: an answer would not belong into the person's own chat.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// The advertisement, post or link that began the conversation.
    pub referral: Option<Referral>,
}

/// The body of a message, channel-neutral. It is also what a flow is given, so it can be kept and read back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "type")]
pub enum MessageBody {
    Text {
        text: String,
    },
    /// A button or list row of ours was tapped; `id` is the option id we rendered.
    Tap {
        id: String,
        title: String,
    },
    /// A quick-reply button of a template was tapped; `payload` is what we put there.
    TemplateTap {
        payload: String,
        text: String,
    },
    /// The answer of a form (WhatsApp flow, address form): its JSON object as text.
    FormAnswer {
        name: String,
        answer: String,
    },
    Media(MediaRef),
    Location {
        latitude: f64,
        longitude: f64,
        name: Option<String>,
        address: Option<String>,
    },
    Contacts {
        cards: Vec<ContactCard>,
        /** The person answered our request for her number. */
        requested: bool,
    },
    /// `emoji` is `None` when the reaction was taken back.
    Reaction {
        to: String,
        emoji: Option<String>,
    },
    Order {
        catalog: String,
        text: Option<String>,
        items: Vec<OrderItem>,
    },
    Edit {
        of: String,
        text: Option<String>,
    },
    Revoke {
        of: String,
    },
    /// A kind the channel announced but does not deliver (poll, view-once, …), or one we do not know yet.
    Unsupported {
        what: String,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MediaKind {
    Image,
    Video,
    Audio,
    Voice,
    Document,
    Sticker,
}

/// Media that still lies with the provider; it must be fetched within minutes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MediaRef {
    pub kind: MediaKind,
    /// The provider's media id.
    pub id: String,
    pub mime: String,
    /// SHA-256 of the file as the provider announced it, base64.
    pub sha256: Option<String>,
    pub caption: Option<String>,
    pub filename: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactCard {
    pub name: Option<String>,
    pub phones: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderItem {
    pub product: String,
    pub quantity: u32,
    /// Price of one, in the currency's major unit as the provider wrote it.
    pub price: String,
    pub currency: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Referral {
    pub source_type: String,
    pub source_id: Option<String>,
    pub source_url: Option<String>,
    pub headline: Option<String>,
    pub click_id: Option<String>,
}
