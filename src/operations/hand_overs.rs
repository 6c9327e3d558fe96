//! Conversations that staff have taken over, and people whom they are to call back: asked for by flows, listed and given back by people.

use std::time::Duration;

use chrono::SecondsFormat;
use serde_json::json;
use sqlx::{PgConnection, PgPool};

use super::arguments;
use super::asker::{Answered, Asker, Trouble};
use super::requests::{self, Request};
use super::tenants::{self, TenantError};
use crate::crypto::KeyRing;
use crate::domain::{Address, Conversation, Phone, TenantId};
use crate::flows::{Question, Value};
use crate::store::admin::{self, hand_overs as rows, people};
use crate::store::{GuardedEffect, hand_over, seals};

pub use crate::store::admin::hand_overs::{ListedHandOver, ListedQueue};

/// `hand_over`: staff have the conversation from this turn on, if anybody looks after the queue. A request to be called back is kept
/// whoever is there: it can wait.
pub(super) async fn answer(
    connection: &mut PgConnection,
    asker: &Asker<'_>,
    question: &Question,
) -> Result<Answered, Trouble> {
    let queue = arguments::text(&question.arguments, "queue")?;
    let call_back = question.arguments.get("call_back") == Some(&Value::YesNo(true));
    if !call_back && !hand_over::is_open(connection, asker.tenant, queue).await? {
        return Ok(Answered::outcome("nobody"));
    }
    let at = asker.now.to_rfc3339_opts(SecondsFormat::Micros, true);
    let args = json!({ "queue": queue, "at": at, "call_back": call_back });
    let effect = GuardedEffect { ordinal: question.ordinal, kind: "hand_over", args };
    Ok(Answered::outcome("taken").with_effect(effect))
}

/// The numbers at which those are reached whom staff are to call back, in the order of `listed`; `None` for the others, and for a number
/// that does not open.
pub async fn numbers(
    pool: &PgPool,
    ring: &KeyRing,
    listed: &[ListedHandOver],
) -> Result<Vec<Option<Phone>>, TenantError> {
    let mut transaction = admin::begin_reading(pool).await?;
    let mut numbers = Vec::with_capacity(listed.len());
    for one in listed {
        let addresses = if one.call_back { people::addresses(&mut transaction, one.who).await? } else { Vec::new() };
        let mut number = None;
        if !addresses.is_empty() {
            let key = tenants::key_of(&mut transaction, ring, one.who.tenant).await?;
            let opened =
                addresses.iter().filter_map(|row| key.open(seals::DIRECTORY, &row.address_hash, &row.sealed).ok());
            let texts = opened.filter_map(|plain| String::from_utf8(plain).ok());
            number = texts.filter_map(|text| Address::from_canonical(&text)).find_map(|address| match address {
                Address::Phone(phone) => Some(phone),
                Address::WhatsApp(_) => None,
            });
        }
        numbers.push(number);
    }
    Ok(numbers)
}

/// What staff have now, the longest first.
pub async fn list(pool: &PgPool, tenant: Option<TenantId>) -> sqlx::Result<Vec<ListedHandOver>> {
    let mut transaction = admin::begin_reading(pool).await?;
    rows::list(&mut transaction, tenant).await
}

/// The queues and whether anybody looks after them.
pub async fn queues(pool: &PgPool, tenant: Option<TenantId>) -> sqlx::Result<Vec<ListedQueue>> {
    let mut transaction = admin::begin_reading(pool).await?;
    rows::queues(&mut transaction, tenant).await
}

/// Opens a queue, or shuts it: then flows hear that nobody is there.
pub async fn set_queue(pool: &PgPool, tenant: TenantId, queue: &str, open: bool) -> sqlx::Result<()> {
    let mut transaction = admin::begin(pool).await?;
    rows::set_queue(&mut transaction, tenant, queue, open).await?;
    transaction.commit().await
}

/// Gives a person back to her flow through the running engine, or says that nobody is there for her. `None`: no engine answered in time; the
/// request stays and is done when one runs.
pub async fn give_back(
    pool: &PgPool,
    who: Conversation,
    there: bool,
    patience: Duration,
) -> sqlx::Result<Option<String>> {
    let answers = requests::ask(pool, &[Request::HandBack { who, there }], patience).await?;
    Ok(answers.into_iter().next().flatten())
}
