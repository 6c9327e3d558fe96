//! The bodies of messages, one function per kind. Kinds are an open list: what is unknown or has lost its body reads as unsupported.

use serde_json::value::RawValue;

use super::owned;
use super::wire::{
    Amendment, Button, Card, Interactive, Items, Lenient, Location, Media, Message as Wire, Order, Part, Reaction,
    Text, TextBody, Unsupported, part,
};
use crate::domain::inbound::{ContactCard, OrderItem};
use crate::domain::{MediaKind, MediaRef, MessageBody};

/// The body of a message or of an echo. Source: Webhooks, "messages", a page per kind.
pub(super) fn read(wire: &Wire<'_>) -> MessageBody {
    let kind = wire.kind.get().unwrap_or("unknown");
    let body = match kind {
        "text" => text(wire.text),
        "interactive" => interactive(wire.interactive),
        "button" => button(wire.button),
        "image" => media(MediaKind::Image, wire.image),
        "video" => media(MediaKind::Video, wire.video),
        "audio" => media(MediaKind::Audio, wire.audio),
        "voice" => media(MediaKind::Voice, wire.voice),
        "document" => media(MediaKind::Document, wire.document),
        "sticker" => media(MediaKind::Sticker, wire.sticker),
        "location" => location(wire.location),
        "contacts" => contacts(wire),
        "reaction" => reaction(wire.reaction),
        "order" => order(wire.order),
        "edit" => edit(wire.edit),
        "revoke" => revoke(wire.revoke),
        _ => None,
    };
    body.unwrap_or_else(|| MessageBody::Unsupported { what: what(wire, kind) })
}

/// The most telling name of something that cannot be read: `poll_creation`, `interactive`, …
fn what(wire: &Wire<'_>, kind: &str) -> String {
    let announced: Option<Unsupported<'_>> = part(wire.unsupported);
    announced.and_then(|unsupported| owned(&unsupported.kind)).unwrap_or_else(|| kind.to_owned())
}

fn text(text: Part<'_>) -> Option<MessageBody> {
    let text = part::<TextBody<'_>>(text)?;
    Some(MessageBody::Text { text: text.body.present()?.to_owned() })
}

fn button(button: Part<'_>) -> Option<MessageBody> {
    let button: Button<'_> = part(button)?;
    let text = owned(&button.text);
    let payload = owned(&button.payload).or_else(|| text.clone())?;
    Some(MessageBody::TemplateTap { payload, text: text.unwrap_or_default() })
}

fn interactive(interactive: Part<'_>) -> Option<MessageBody> {
    let reply: Interactive<'_> = part(interactive)?;
    if let Some(tap) = reply.button_reply.get().or(reply.list_reply.get()) {
        return Some(MessageBody::Tap { id: owned(&tap.id)?, title: owned(&tap.title).unwrap_or_default() });
    }
    if let Some(form) = reply.nfm_reply.get() {
        let name = owned(&form.name).unwrap_or_else(|| "flow".to_owned());
        return Some(MessageBody::FormAnswer { name, answer: answer(form.response_json?) });
    }
    let permission = reply.call_permission_reply?;
    let name = owned(&reply.kind).unwrap_or_else(|| "call_permission_reply".to_owned());
    Some(MessageBody::FormAnswer { name, answer: permission.get().to_owned() })
}

/// The JSON text inside the string; where the string is missing around it, the JSON itself.
fn answer(response: &RawValue) -> String {
    serde_json::from_str::<String>(response.get()).unwrap_or_else(|_| response.get().to_owned())
}

fn media(kind: MediaKind, media: Part<'_>) -> Option<MessageBody> {
    let media: Media<'_> = part(media)?;
    let kind = if kind == MediaKind::Audio && media.voice.0 == Some(true) { MediaKind::Voice } else { kind };
    Some(MessageBody::Media(MediaRef {
        kind,
        id: owned(&media.id)?,
        mime: owned(&media.mime_type).unwrap_or_else(|| "application/octet-stream".to_owned()),
        sha256: owned(&media.sha256),
        caption: owned(&media.caption),
        filename: owned(&media.filename),
    }))
}

fn location(location: Part<'_>) -> Option<MessageBody> {
    let place: Location<'_> = part(location)?;
    let degrees = |text: &Text<'_>, most: f64| -> Option<f64> {
        text.get()?.parse().ok().filter(|degrees: &f64| degrees.abs() <= most)
    };
    Some(MessageBody::Location {
        latitude: degrees(&place.latitude, 90.0)?,
        longitude: degrees(&place.longitude, 180.0)?,
        name: owned(&place.name),
        address: owned(&place.address),
    })
}

fn contacts(wire: &Wire<'_>) -> Option<MessageBody> {
    let cards: Vec<Lenient<Card<'_>>> = part(wire.contacts)?;
    let cards: Vec<Card<'_>> = cards.into_iter().filter_map(|card| card.0).collect();
    let asked = |origin: &Text<'_>| origin.get() == Some("contact_request");
    let requested = asked(&wire.origin) || cards.iter().any(|card| asked(&card.origin));
    Some(MessageBody::Contacts { cards: cards.iter().map(card).collect(), requested })
}

fn card(card: &Card<'_>) -> ContactCard {
    let name = card.name.get().and_then(|name| owned(&name.formatted_name).or_else(|| owned(&name.first_name)));
    let vcard = card.vcard.get().unwrap_or_default();
    let mut phones: Vec<String> = items(&card.phones)
        .filter_map(|phone| owned(&phone.phone).or_else(|| Some(format!("+{}", phone.wa_id.get()?))))
        .collect();
    if phones.is_empty() {
        phones = vcard_values(vcard, "TEL").map(str::to_owned).collect();
    }
    ContactCard { name: name.or_else(|| vcard_values(vcard, "FN").next().map(str::to_owned)), phones }
}

/// The values of one property of a vCard: `TEL;type=CELL:+250…`.
fn vcard_values<'a>(vcard: &'a str, property: &'a str) -> impl Iterator<Item = &'a str> {
    vcard.lines().filter_map(move |line| {
        let (name, value) = line.split_once(':')?;
        let name = name.split(';').next()?;
        // A property may be grouped: `item1.TEL`.
        let name = name.rsplit('.').next()?;
        (name.eq_ignore_ascii_case(property) && !value.trim().is_empty()).then(|| value.trim())
    })
}

fn reaction(reaction: Part<'_>) -> Option<MessageBody> {
    let reaction: Reaction<'_> = part(reaction)?;
    Some(MessageBody::Reaction { to: owned(&reaction.message_id)?, emoji: owned(&reaction.emoji) })
}

fn order(order: Part<'_>) -> Option<MessageBody> {
    let order: Order<'_> = part(order)?;
    let items = items(&order.product_items)
        .map(|item| OrderItem {
            product: owned(&item.product_retailer_id).unwrap_or_default(),
            quantity: item.quantity.get().and_then(whole).unwrap_or(1),
            price: owned(&item.item_price).unwrap_or_default(),
            currency: owned(&item.currency).unwrap_or_default(),
        })
        .collect();
    Some(MessageBody::Order { catalog: owned(&order.catalog_id).unwrap_or_default(), text: owned(&order.text), items })
}

/// `2`, `"2"` and `2.0` alike.
fn whole(number: &str) -> Option<u32> {
    number.split('.').next()?.parse().ok()
}

fn edit(edit: Part<'_>) -> Option<MessageBody> {
    let edit: Amendment<'_> = part(edit)?;
    let of = owned(&edit.original_message_id)?;
    let text = part::<Wire<'_>>(edit.message).and_then(|now| match read(&now) {
        MessageBody::Text { text } => Some(text),
        MessageBody::Media(media) => media.caption,
        _ => None,
    });
    Some(MessageBody::Edit { of, text })
}

fn revoke(revoke: Part<'_>) -> Option<MessageBody> {
    let revoke: Amendment<'_> = part(revoke)?;
    Some(MessageBody::Revoke { of: owned(&revoke.original_message_id)? })
}

fn items<T>(items: &Items<T>) -> impl Iterator<Item = &T> {
    items.0.iter().flatten().filter_map(|item| item.0.as_ref())
}
