//! A person's messages in their order: by which channel each went, how far it came, and what went instead of what.

use std::collections::HashMap;

use serde::Serialize;
use serde_json::Value as Json;
use sqlx::PgPool;

use super::people::{Message, Opener, PersonError};
use super::tenants;
use crate::crypto::KeyRing;
use crate::domain::{Conversation, Seq, Timestamp};
use crate::store::admin::{self, people as rows};
use crate::store::seals;

/// One message of the thread.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Line {
    /// The turn that brought or wrote it; with `n` it names a message of ours.
    pub turn: Seq,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub n: Option<i16>,
    pub at: Timestamp,
    /// `in`: from her; `out`: to her.
    pub direction: &'static str,
    /// `whatsapp`, `ussd` or `sms`; empty for an account that is gone.
    pub channel: String,
    pub account: i64,
    /// How far a message of ours came: see [`Message::state`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<&'static str>,
    /// The company's code of its failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<i64>,
    /// The words of a message of ours, as far as it has any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// What it stands in for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instead_of: Option<Instead>,
    /// The message that went instead of this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replaced_by: Option<Name>,
}

/// A message of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct Name {
    pub turn: Seq,
    pub n: i16,
}

/// What could not go the way it was meant to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Instead {
    pub channel: String,
    /// `window_shut`, `undeliverable`.
    pub reason: String,
    /// The message that failed; none if it was known before that it would.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<Name>,
}

/// The numbers under which the journal keeps what she herself sent: messages, keys at a screen, messages with the code of a move.
const FROM_HER: [i16; 3] = [1, 12, 20];

/// Everything of one instant, the oldest first.
pub async fn thread(pool: &PgPool, ring: &KeyRing, who: Conversation) -> Result<Vec<Line>, PersonError> {
    let mut transaction = admin::begin_reading(pool).await?;
    let connection = &mut *transaction;
    let tenant_key = tenants::key_of(connection, ring, who.tenant).await?;
    let Some(wrapped) = rows::wrapped_key(connection, who).await? else {
        let at = rows::erased_at(connection, who).await?;
        return Err(at.map_or(PersonError::Unknown(who), |at| PersonError::Erased { who, at }));
    };
    let key = tenant_key.unwrap(seals::CONTACT_KEY, &wrapped).map_err(|source| PersonError::Key { who, source })?;
    let mut opener = Opener::new(who, &key);
    let channels: HashMap<i64, String> = rows::channels(connection, who.tenant).await?.into_iter().collect();
    let channel = |account: i64| channels.get(&account).cloned().unwrap_or_default();
    let events = rows::events(connection, who).await?;
    let heard = events.iter().filter(|event| FROM_HER.contains(&event.kind)).map(|event| Line {
        turn: Seq(event.seq),
        n: None,
        at: event.at,
        direction: "in",
        channel: channel(event.account_id),
        account: event.account_id,
        state: None,
        code: None,
        text: None,
        instead_of: None,
        replaced_by: None,
    });
    let mut lines: Vec<Line> = heard.collect();
    for row in rows::messages(connection, who).await? {
        let message = opener.message(row);
        let channel = channel(message.account);
        lines.push(said(message, channel));
    }
    lines.sort_by_key(|line| (line.turn, line.n));
    name_what_replaced(&mut lines);
    Ok(lines)
}

fn said(message: Message, channel: String) -> Line {
    let Message { turn, n, at, account, state, error_code, body, .. } = message;
    Line {
        turn,
        n: Some(n),
        at,
        direction: "out",
        channel,
        account,
        state: Some(state),
        code: error_code,
        text: text(&body["content"]),
        instead_of: instead_of(&body["instead_of"]),
        replaced_by: None,
    }
}

fn text(content: &Json) -> Option<String> {
    let first = ["text", "caption", "name"].into_iter().find_map(|field| content[field].as_str());
    first.map(str::to_owned)
}

fn instead_of(written: &Json) -> Option<Instead> {
    let word = |field: &str| written[field].as_str().map(str::to_owned);
    let message = written["message"].as_array().and_then(|pair| {
        Some(Name { turn: Seq(pair.first()?.as_i64()?), n: i16::try_from(pair.get(1)?.as_i64()?).ok()? })
    });
    Some(Instead { channel: word("channel")?, reason: word("reason")?, message })
}

fn name_what_replaced(lines: &mut [Line]) {
    let mut replaced: HashMap<Name, Name> = HashMap::new();
    for line in lines.iter() {
        let of = line.instead_of.as_ref().and_then(|instead| instead.message);
        if let (Some(of), Some(n)) = (of, line.n) {
            replaced.entry(of).or_insert(Name { turn: line.turn, n });
        }
    }
    for line in lines {
        let name = line.n.map(|n| Name { turn: line.turn, n });
        line.replaced_by = name.and_then(|name| replaced.get(&name).copied());
    }
}
