//! Conversations that staff have taken over: asked for by flows, listed and given back by people.

use std::time::Duration;

use chrono::SecondsFormat;
use serde_json::json;
use sqlx::{PgConnection, PgPool};

use super::arguments;
use super::asker::{Answered, Asker, Trouble};
use super::requests::{self, Request};
use crate::domain::{Conversation, TenantId};
use crate::flows::Question;
use crate::store::admin::{self, hand_overs as rows};
use crate::store::{GuardedEffect, hand_over};

pub use crate::store::admin::hand_overs::{ListedHandOver, ListedQueue};

/// `hand_over`: staff have the conversation from this turn on, if anybody looks after the queue.
pub(super) async fn answer(
    connection: &mut PgConnection,
    asker: &Asker<'_>,
    question: &Question,
) -> Result<Answered, Trouble> {
    let queue = arguments::text(&question.arguments, "queue")?;
    if !hand_over::is_open(connection, asker.tenant, queue).await? {
        return Ok(Answered::outcome("nobody"));
    }
    let at = asker.now.to_rfc3339_opts(SecondsFormat::Micros, true);
    let args = json!({ "queue": queue, "at": at });
    let effect = GuardedEffect { ordinal: question.ordinal, kind: "hand_over", args };
    Ok(Answered::outcome("taken").with_effect(effect))
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
