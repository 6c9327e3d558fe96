//! Reads a webhook body into one [`Inbound`] per update, each with the exact bytes it was read from.
//!
//! A body holds entries, an entry holds changes, a change holds messages, statuses, errors or something else; all of them plural and up to a
//! thousand together. What cannot be understood becomes a value too, so that one odd update never costs its neighbours.
//! Source: Webhooks, "Overview" and "messages".

mod body;
mod echo;
mod message;
mod notice;
mod status;
mod system;
mod wire;

use std::borrow::Cow;

use bytes::Bytes;
use chrono::DateTime;
use serde_json::value::RawValue;

use crate::domain::{Inbound, InboundKind, Timestamp};
use wire::{Change, Contact, Entry, Envelope, LooseEntry, LooseEnvelope, Text, Value};

/// Meta sends at most 1,000 updates in a body; what holds more than this is not from Meta.
pub const UPDATES_MAX: usize = 4_000;

/// Why a whole body could not be read. Its sender would only repeat it: keep it, and answer 200.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    #[error("the body is not JSON text in UTF-8")]
    NotJson,
    #[error("the body is JSON, but not a webhook: expected an object with a list named `entry`")]
    NoEntries,
    #[error("the body holds more than {UPDATES_MAX} updates")]
    TooMany,
}

/// The readings of all updates of `body`, in the order they stand there.
pub fn parse(body: &Bytes) -> Result<Vec<Inbound>, Unreadable> {
    let text = std::str::from_utf8(body).map_err(|_| Unreadable::NotJson)?;
    let mut reading = Reading { body, text, updates: Vec::new() };
    match serde_json::from_str::<Envelope<'_>>(text) {
        Ok(envelope) => reading.envelope(&envelope),
        Err(_) => reading.loose_envelope()?,
    }
    if reading.updates.len() > UPDATES_MAX { Err(Unreadable::TooMany) } else { Ok(reading.updates) }
}

/// The accounts a body names, each once: the app that signed it must own every one of them.
pub fn accounts(updates: &[Inbound]) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::with_capacity(1);
    for update in updates {
        if !names.contains(&update.account.as_str()) {
            names.push(&update.account);
        }
    }
    names
}

/// A body on its way to becoming updates.
struct Reading<'a> {
    body: &'a Bytes,
    text: &'a str,
    updates: Vec<Inbound>,
}

/// What all updates of one change share.
struct Scope<'a> {
    account: &'a str,
    contacts: &'a [Contact<'a>],
    /// The entry's `time`; only account-wide changes have one.
    entry_time: &'a Text<'a>,
}

impl<'a> Reading<'a> {
    /// The whole body has the documented shape: every change is a `field` and a `value`.
    fn envelope(&mut self, envelope: &Envelope<'a>) {
        let mut outlines = None;
        for (e, entry) in envelope.entry.iter().enumerate() {
            for (c, change) in entry.changes.iter().enumerate() {
                if self.full() {
                    return;
                }
                if self.change(entry, change).is_none() {
                    let outlines = outlines.get_or_insert_with(|| loose(self.text));
                    let outline = outlines.get(e);
                    let raw = outline.and_then(|entry| entry.changes.get(c)).copied();
                    self.notice_of(entry, change, outline.map(|entry| &entry.field), raw);
                }
            }
        }
    }

    /// Something in the body is out of place (two of Meta's own samples are): read what can be read, keep the rest as notices.
    fn loose_envelope(&mut self) -> Result<(), Unreadable> {
        let envelope: LooseEnvelope<'a> = serde_json::from_str(self.text).map_err(|_| {
            if serde_json::from_str::<&RawValue>(self.text).is_ok() {
                Unreadable::NoEntries
            } else {
                Unreadable::NotJson
            }
        })?;
        for raw_entry in envelope.entry {
            let Ok(loose) = serde_json::from_str::<LooseEntry<'a>>(raw_entry.get()) else {
                self.notice("", "unreadable", raw_entry, &Text::default());
                continue;
            };
            for raw in &loose.changes {
                if self.full() {
                    return Ok(());
                }
                let change = serde_json::from_str::<Change<'a>>(raw.get()).unwrap_or_default();
                let entry = Entry { id: loose.id.clone(), time: loose.time.clone(), changes: Vec::new() };
                if self.change(&entry, &change).is_none() {
                    self.notice_of(&entry, &change, Some(&loose.field), Some(raw));
                }
            }
        }
        Ok(())
    }

    /// Reads the changes that hold single updates; `None` for every other, which becomes one notice.
    fn change(&mut self, entry: &Entry<'a>, change: &Change<'a>) -> Option<()> {
        let field = change.field.get()?;
        if !matches!(field, "messages" | "smb_message_echoes") {
            return None;
        }
        let value: Value<'a> = serde_json::from_str(change.value?.get()).ok()?;
        let account = value.metadata.get().and_then(|metadata| metadata.phone_number_id.get());
        let contacts: Vec<Contact<'a>> =
            value.contacts.0.into_iter().flatten().filter_map(|contact| contact.0).collect();
        let account = account.or(entry.id.get()).unwrap_or_default();
        let scope = Scope { account, contacts: &contacts, entry_time: &entry.time };
        let before = self.updates.len();
        for raw in value.messages {
            self.update(&scope, raw, message::read);
        }
        for raw in value.statuses {
            self.update(&scope, raw, status::read);
        }
        for raw in value.message_echoes {
            self.update(&scope, raw, echo::read);
        }
        for raw in value.errors {
            self.notice(account, "errors", raw, &entry.time);
        }
        (self.updates.len() > before).then_some(())
    }

    fn update(&mut self, scope: &Scope<'_>, raw: &'a RawValue, read: fn(&Scope<'_>, &str) -> Option<Read>) {
        if self.full() {
            return;
        }
        let Read { provider_id, occurred_at, kind } = read(scope, raw.get()).unwrap_or_else(|| Read {
            provider_id: None,
            occurred_at: None,
            kind: InboundKind::Notice { field: "unreadable".to_owned() },
        });
        let provider_id = provider_id.unwrap_or_else(|| notice::digest("update", raw.get(), scope.entry_time.get()));
        let raw = self.slice(raw);
        self.updates.push(Inbound { account: scope.account.to_owned(), provider_id, occurred_at, kind, raw });
    }

    /// A change that is kept as a whole. Its field stands in the change; Meta's samples also have it in the entry or in the value.
    fn notice_of(
        &mut self,
        entry: &Entry<'a>,
        change: &Change<'a>,
        entry_field: Option<&Text<'a>>,
        raw: Option<&'a RawValue>,
    ) {
        let Some(raw) = raw.or(change.value) else { return };
        let value = change.value.and_then(|value| serde_json::from_str::<wire::Outline<'_>>(value.get()).ok());
        let value = value.as_ref();
        let number = value.and_then(|value| value.metadata.get()?.phone_number_id.get());
        let field = change.field.get().or(entry_field.and_then(Text::get));
        let field = field.or(value.and_then(|value| value.field.get())).unwrap_or("unknown");
        self.notice(number.or(entry.id.get()).unwrap_or_default(), field, raw, &entry.time);
    }

    fn notice(&mut self, account: &str, field: &str, raw: &'a RawValue, entry_time: &Text<'_>) {
        self.updates.push(Inbound {
            account: account.to_owned(),
            provider_id: notice::digest(field, raw.get(), entry_time.get()),
            occurred_at: entry_time.get().and_then(moment),
            kind: InboundKind::Notice { field: field.to_owned() },
            raw: self.slice(raw),
        });
    }

    fn slice(&self, raw: &RawValue) -> Bytes {
        self.body.slice_ref(raw.get().as_bytes())
    }

    fn full(&self) -> bool {
        self.updates.len() > UPDATES_MAX
    }
}

/// What the files of this folder make of one update.
struct Read {
    /// `None` where the update carries no id of its own.
    provider_id: Option<String>,
    occurred_at: Option<Timestamp>,
    kind: InboundKind,
}

/// The body's entries and changes by their bytes alone.
fn loose(text: &str) -> Vec<LooseEntry<'_>> {
    let Ok(envelope) = serde_json::from_str::<LooseEnvelope<'_>>(text) else { return Vec::new() };
    envelope.entry.iter().map(|raw| serde_json::from_str(raw.get()).unwrap_or_default()).collect()
}

/// Unix seconds, written as a string in messages and statuses and as a number in entries.
fn moment(text: &str) -> Option<Timestamp> {
    DateTime::from_timestamp(text.parse().ok()?, 0)
}

/// An owned copy of a text that is there and not empty.
fn owned(text: &Text<'_>) -> Option<String> {
    text.get().map(|text| Cow::Borrowed(text).into_owned())
}
