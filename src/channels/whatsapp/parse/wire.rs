//! The wire structs: borrowed from the body, and forgiving. A field of an unexpected type reads as absent instead of spoiling its object.

#![expect(clippy::struct_field_names, reason = "the fields have the wire's names")]

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{self, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// A string or a number as text. Absent, null, empty and everything else read as nothing.
#[derive(Debug, Clone, Default)]
pub(super) struct Text<'a>(Option<Cow<'a, str>>);

impl Text<'_> {
    pub(super) fn get(&self) -> Option<&str> {
        self.0.as_deref().filter(|text| !text.is_empty())
    }

    /// The text, also an empty one.
    pub(super) fn present(&self) -> Option<&str> {
        self.0.as_deref()
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextVisitor)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Text<'de>, E> {
        Ok(Text(Some(Cow::Borrowed(text))))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Text<'de>, E> {
        Ok(Text(Some(Cow::Owned(text.to_owned()))))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Text<'de>, E> {
        Ok(Text(Some(Cow::Owned(number.to_string()))))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Text<'de>, E> {
        Ok(Text(Some(Cow::Owned(number.to_string()))))
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Text<'de>, E> {
        Ok(Text(Some(Cow::Owned(number.to_string()))))
    }

    fn visit_bool<E: de::Error>(self, _: bool) -> Result<Text<'de>, E> {
        Ok(Text(None))
    }

    fn visit_unit<E: de::Error>(self) -> Result<Text<'de>, E> {
        Ok(Text(None))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Text<'de>, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Text(None))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Text<'de>, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Text(None))
    }
}

/// A part that reads as nothing where it has not the expected shape.
#[derive(Debug)]
pub(super) struct Lenient<T>(pub(super) Option<T>);

impl<T> Lenient<T> {
    pub(super) fn get(&self) -> Option<&T> {
        self.0.as_ref()
    }
}

impl<T> Default for Lenient<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Lenient<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&'de RawValue>::deserialize(deserializer)?;
        Ok(Self(serde_json::from_str(raw.get()).ok()))
    }
}

/// Many parts, of which the ones out of shape read as nothing.
pub(super) type Items<T> = Lenient<Vec<Lenient<T>>>;

#[derive(Deserialize)]
pub(super) struct Envelope<'a> {
    #[serde(borrow)]
    pub(super) entry: Vec<Entry<'a>>,
}

#[derive(Deserialize)]
pub(super) struct Entry<'a> {
    /// The WhatsApp Business account.
    #[serde(borrow, default)]
    pub(super) id: Text<'a>,
    #[serde(borrow, default)]
    pub(super) time: Text<'a>,
    #[serde(borrow)]
    pub(super) changes: Vec<Change<'a>>,
}

#[derive(Deserialize, Default)]
pub(super) struct Change<'a> {
    #[serde(borrow, default)]
    pub(super) field: Text<'a>,
    #[serde(borrow, default)]
    pub(super) value: Option<&'a RawValue>,
}

#[derive(Deserialize)]
pub(super) struct LooseEnvelope<'a> {
    #[serde(borrow)]
    pub(super) entry: Vec<&'a RawValue>,
}

/// An entry whose changes are only delimited. Meta has published samples with `field` beside `changes` instead of inside.
#[derive(Deserialize, Default)]
pub(super) struct LooseEntry<'a> {
    #[serde(borrow, default)]
    pub(super) id: Text<'a>,
    #[serde(borrow, default)]
    pub(super) time: Text<'a>,
    #[serde(borrow, default)]
    pub(super) field: Text<'a>,
    #[serde(borrow)]
    pub(super) changes: Vec<&'a RawValue>,
}

/// The value of the fields `messages` and `smb_message_echoes`.
#[derive(Deserialize)]
pub(super) struct Value<'a> {
    #[serde(borrow, default)]
    pub(super) metadata: Lenient<Metadata<'a>>,
    #[serde(borrow, default)]
    pub(super) contacts: Items<Contact<'a>>,
    #[serde(borrow, default)]
    pub(super) messages: Vec<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) statuses: Vec<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) message_echoes: Vec<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) errors: Vec<&'a RawValue>,
}

/// The part of any other value that tells whose it is.
#[derive(Deserialize)]
pub(super) struct Outline<'a> {
    #[serde(borrow, default)]
    pub(super) metadata: Lenient<Metadata<'a>>,
    #[serde(borrow, default)]
    pub(super) field: Text<'a>,
}

#[derive(Deserialize)]
pub(super) struct Metadata<'a> {
    #[serde(borrow, default)]
    pub(super) phone_number_id: Text<'a>,
}

/// One of `contacts[]`. Belongs to a message by its ids, never by its place: a body may hold several, and system messages have none.
#[derive(Deserialize)]
pub(super) struct Contact<'a> {
    #[serde(borrow, default)]
    pub(super) wa_id: Text<'a>,
    #[serde(borrow, default)]
    pub(super) user_id: Text<'a>,
    #[serde(borrow, default)]
    pub(super) parent_user_id: Text<'a>,
    #[serde(borrow, default)]
    pub(super) profile: Lenient<Profile<'a>>,
}

#[derive(Deserialize)]
pub(super) struct Profile<'a> {
    #[serde(borrow, default)]
    pub(super) name: Text<'a>,
    #[serde(borrow, default)]
    pub(super) username: Text<'a>,
}

/// One of `errors[]`, wherever it stands.
#[derive(Deserialize)]
pub(super) struct Error<'a> {
    #[serde(borrow, default)]
    pub(super) code: Text<'a>,
    #[serde(borrow, default)]
    pub(super) title: Text<'a>,
    #[serde(borrow, default)]
    pub(super) message: Text<'a>,
}

/// One of `messages[]` or `message_echoes[]`: the frame around a body.
#[derive(Deserialize)]
pub(super) struct Message<'a> {
    #[serde(borrow, default)]
    pub(super) from: Text<'a>,
    #[serde(borrow, default)]
    pub(super) from_user_id: Text<'a>,
    #[serde(borrow, default)]
    pub(super) from_parent_user_id: Text<'a>,
    /// Whom an echo was written to.
    #[serde(borrow, default)]
    pub(super) to: Text<'a>,
    #[serde(borrow, default)]
    pub(super) to_user_id: Text<'a>,
    #[serde(borrow, default)]
    pub(super) to_parent_user_id: Text<'a>,
    #[serde(borrow, default)]
    pub(super) group_id: Text<'a>,
    #[serde(borrow, default)]
    pub(super) id: Text<'a>,
    #[serde(borrow, default)]
    pub(super) timestamp: Text<'a>,
    #[serde(borrow, default)]
    pub(super) context: Lenient<Context<'a>>,
    #[serde(borrow, default)]
    pub(super) referral: Lenient<Referral<'a>>,
    #[serde(borrow, default, rename = "type")]
    pub(super) kind: Text<'a>,
    // The body stands under the name of its kind; only the one that is asked for is read further.
    #[serde(borrow, default)]
    pub(super) text: Part<'a>,
    #[serde(borrow, default)]
    pub(super) interactive: Part<'a>,
    #[serde(borrow, default)]
    pub(super) button: Part<'a>,
    #[serde(borrow, default)]
    pub(super) image: Part<'a>,
    #[serde(borrow, default)]
    pub(super) video: Part<'a>,
    #[serde(borrow, default)]
    pub(super) audio: Part<'a>,
    #[serde(borrow, default)]
    pub(super) voice: Part<'a>,
    #[serde(borrow, default)]
    pub(super) document: Part<'a>,
    #[serde(borrow, default)]
    pub(super) sticker: Part<'a>,
    #[serde(borrow, default)]
    pub(super) location: Part<'a>,
    #[serde(borrow, default)]
    pub(super) contacts: Part<'a>,
    /// `contact_request` where the person answered our request for her number.
    #[serde(borrow, default)]
    pub(super) origin: Text<'a>,
    #[serde(borrow, default)]
    pub(super) reaction: Part<'a>,
    #[serde(borrow, default)]
    pub(super) order: Part<'a>,
    #[serde(borrow, default)]
    pub(super) edit: Part<'a>,
    #[serde(borrow, default)]
    pub(super) revoke: Part<'a>,
    #[serde(borrow, default)]
    pub(super) unsupported: Part<'a>,
    #[serde(borrow, default)]
    pub(super) system: Part<'a>,
}

/// A part of a message that is not read yet.
pub(super) type Part<'a> = Option<&'a RawValue>;

/// Reads a part; nothing if it is absent or out of shape.
pub(super) fn part<'a, T: Deserialize<'a>>(part: Part<'a>) -> Option<T> {
    serde_json::from_str(part?.get()).ok()
}

#[derive(Deserialize)]
pub(super) struct Context<'a> {
    #[serde(borrow, default)]
    pub(super) id: Text<'a>,
    #[serde(default)]
    pub(super) forwarded: Lenient<bool>,
    #[serde(default)]
    pub(super) frequently_forwarded: Lenient<bool>,
}

#[derive(Deserialize)]
pub(super) struct Referral<'a> {
    #[serde(borrow, default)]
    pub(super) source_type: Text<'a>,
    #[serde(borrow, default)]
    pub(super) source_id: Text<'a>,
    #[serde(borrow, default)]
    pub(super) source_url: Text<'a>,
    #[serde(borrow, default)]
    pub(super) headline: Text<'a>,
    #[serde(borrow, default)]
    pub(super) ctwa_clid: Text<'a>,
}

#[derive(Deserialize)]
pub(super) struct System<'a> {
    #[serde(borrow, default, rename = "type")]
    pub(super) kind: Text<'a>,
    #[serde(borrow, default)]
    pub(super) body: Text<'a>,
    #[serde(borrow, default)]
    pub(super) wa_id: Text<'a>,
    /// The older name of `wa_id`.
    #[serde(borrow, default)]
    pub(super) new_wa_id: Text<'a>,
    /// The old number, where `from` is missing.
    #[serde(borrow, default)]
    pub(super) customer: Text<'a>,
    #[serde(borrow, default)]
    pub(super) user_id: Text<'a>,
    #[serde(borrow, default)]
    pub(super) parent_user_id: Text<'a>,
    #[serde(borrow, default)]
    pub(super) previous_user_id: Text<'a>,
}

#[derive(Deserialize)]
pub(super) struct TextBody<'a> {
    #[serde(borrow, default)]
    pub(super) body: Text<'a>,
}

#[derive(Deserialize)]
pub(super) struct Media<'a> {
    #[serde(borrow, default)]
    pub(super) id: Text<'a>,
    #[serde(borrow, default)]
    pub(super) mime_type: Text<'a>,
    #[serde(borrow, default)]
    pub(super) sha256: Text<'a>,
    #[serde(borrow, default)]
    pub(super) caption: Text<'a>,
    #[serde(borrow, default)]
    pub(super) filename: Text<'a>,
    /// Of audio: recorded in the chat. There is no kind `voice`.
    #[serde(default)]
    pub(super) voice: Lenient<bool>,
}

#[derive(Deserialize)]
pub(super) struct Location<'a> {
    #[serde(borrow, default)]
    pub(super) latitude: Text<'a>,
    #[serde(borrow, default)]
    pub(super) longitude: Text<'a>,
    #[serde(borrow, default)]
    pub(super) name: Text<'a>,
    #[serde(borrow, default)]
    pub(super) address: Text<'a>,
}

#[derive(Deserialize)]
pub(super) struct Button<'a> {
    #[serde(borrow, default)]
    pub(super) payload: Text<'a>,
    #[serde(borrow, default)]
    pub(super) text: Text<'a>,
}

#[derive(Deserialize)]
pub(super) struct Interactive<'a> {
    #[serde(borrow, default, rename = "type")]
    pub(super) kind: Text<'a>,
    #[serde(borrow, default)]
    pub(super) button_reply: Lenient<Reply<'a>>,
    #[serde(borrow, default)]
    pub(super) list_reply: Lenient<Reply<'a>>,
    #[serde(borrow, default)]
    pub(super) nfm_reply: Lenient<FormReply<'a>>,
    #[serde(borrow, default)]
    pub(super) call_permission_reply: Part<'a>,
}

#[derive(Deserialize)]
pub(super) struct Reply<'a> {
    #[serde(borrow, default)]
    pub(super) id: Text<'a>,
    #[serde(borrow, default)]
    pub(super) title: Text<'a>,
}

#[derive(Deserialize)]
pub(super) struct FormReply<'a> {
    #[serde(borrow, default)]
    pub(super) name: Text<'a>,
    /// A JSON object written into a string.
    #[serde(borrow, default)]
    pub(super) response_json: Part<'a>,
}

#[derive(Deserialize)]
pub(super) struct Card<'a> {
    #[serde(borrow, default)]
    pub(super) name: Lenient<CardName<'a>>,
    #[serde(borrow, default)]
    pub(super) phones: Items<CardPhone<'a>>,
    #[serde(borrow, default)]
    pub(super) origin: Text<'a>,
    #[serde(borrow, default)]
    pub(super) vcard: Text<'a>,
}

#[derive(Deserialize)]
pub(super) struct CardName<'a> {
    #[serde(borrow, default)]
    pub(super) formatted_name: Text<'a>,
    #[serde(borrow, default)]
    pub(super) first_name: Text<'a>,
}

#[derive(Deserialize)]
pub(super) struct CardPhone<'a> {
    #[serde(borrow, default)]
    pub(super) phone: Text<'a>,
    #[serde(borrow, default)]
    pub(super) wa_id: Text<'a>,
}

#[derive(Deserialize)]
pub(super) struct Reaction<'a> {
    #[serde(borrow, default)]
    pub(super) message_id: Text<'a>,
    #[serde(borrow, default)]
    pub(super) emoji: Text<'a>,
}

#[derive(Deserialize)]
pub(super) struct Order<'a> {
    #[serde(borrow, default)]
    pub(super) catalog_id: Text<'a>,
    #[serde(borrow, default)]
    pub(super) text: Text<'a>,
    #[serde(borrow, default)]
    pub(super) product_items: Items<Product<'a>>,
}

/// Quantity and price come as numbers or as strings.
#[derive(Deserialize)]
pub(super) struct Product<'a> {
    #[serde(borrow, default)]
    pub(super) product_retailer_id: Text<'a>,
    #[serde(borrow, default)]
    pub(super) quantity: Text<'a>,
    #[serde(borrow, default)]
    pub(super) item_price: Text<'a>,
    #[serde(borrow, default)]
    pub(super) currency: Text<'a>,
}

/// An edit or a revocation: which message, and for an edit what it says now.
#[derive(Deserialize)]
pub(super) struct Amendment<'a> {
    #[serde(borrow, default)]
    pub(super) original_message_id: Text<'a>,
    #[serde(borrow, default)]
    pub(super) message: Part<'a>,
}

#[derive(Deserialize)]
pub(super) struct Unsupported<'a> {
    #[serde(borrow, default, rename = "type")]
    pub(super) kind: Text<'a>,
}

#[derive(Deserialize)]
pub(super) struct Status<'a> {
    /// Our message's id; the same for all its statuses.
    #[serde(borrow, default)]
    pub(super) id: Text<'a>,
    #[serde(borrow, default)]
    pub(super) status: Text<'a>,
    #[serde(borrow, default)]
    pub(super) timestamp: Text<'a>,
    #[serde(borrow, default)]
    pub(super) recipient_id: Text<'a>,
    #[serde(borrow, default)]
    pub(super) recipient_user_id: Text<'a>,
    /// In a group: whose receipt it is.
    #[serde(borrow, default)]
    pub(super) recipient_participant_id: Text<'a>,
    #[serde(borrow, default)]
    pub(super) biz_opaque_callback_data: Text<'a>,
    #[serde(borrow, default)]
    pub(super) errors: Items<Error<'a>>,
    #[serde(borrow, default)]
    pub(super) pricing: Lenient<Pricing<'a>>,
}

#[derive(Deserialize)]
pub(super) struct Pricing<'a> {
    #[serde(default)]
    pub(super) billable: Lenient<bool>,
    #[serde(borrow, default)]
    pub(super) pricing_model: Text<'a>,
    #[serde(borrow, default)]
    pub(super) category: Text<'a>,
    #[serde(borrow, default, rename = "type")]
    pub(super) kind: Text<'a>,
}
