//! What another process asks of the running engine: written to a table that the engine looks at each second, and answered there.

use std::time::Duration;

use serde_json::{Value as Json, json};
use sqlx::PgPool;
use tokio::time::{Instant, sleep};

use crate::domain::Conversation;
use crate::flows::{Channel, Purpose};
use crate::store::admin::{self, requests as rows};

/// How often answers are looked for.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// One thing to ask.
#[derive(Debug, Clone, PartialEq)]
pub enum Request {
    /// Take a dead letter in again.
    Replay { dead_letter: i64 },
    /// Forget a person.
    Erase(Conversation),
    /// Read the tenants' doors now.
    Refresh,
    /// News for a person, sealed (see [`super::news`]). The same `id` is told once.
    News { who: Conversation, name: String, id: String, sealed: Vec<u8> },
    /// Where a person wants to be written to, for one purpose or for all; without a channel the wish is taken back.
    Prefer { who: Conversation, purpose: Option<Purpose>, channel: Option<Channel> },
    /// Staff give a person back, or nobody of them is there for her.
    HandBack { who: Conversation, there: bool },
}

impl Request {
    fn kind(&self) -> &'static str {
        match self {
            Self::Replay { .. } => "replay",
            Self::Erase(_) => "erase",
            Self::Refresh => "refresh",
            Self::News { .. } => "news",
            Self::HandBack { .. } => "hand_back",
            Self::Prefer { .. } => "prefer",
        }
    }

    fn arguments(&self) -> Json {
        match self {
            Self::Replay { dead_letter } => json!({ "dead_letter": dead_letter }),
            Self::Erase(who) => json!({ "tenant": who.tenant, "contact": who.contact }),
            Self::Refresh => json!({}),
            Self::News { who, name, id, .. } => {
                json!({ "tenant": who.tenant, "contact": who.contact, "name": name, "id": id })
            }
            Self::Prefer { who, purpose, channel } => json!({
                "tenant": who.tenant, "contact": who.contact, "purpose": purpose, "channel": channel,
            }),
            Self::HandBack { who, there } => json!({ "tenant": who.tenant, "contact": who.contact, "there": there }),
        }
    }

    fn personal(&self) -> Option<rows::Personal<'_>> {
        match self {
            Self::News { who, sealed, .. } => Some(rows::Personal { who: *who, sealed }),
            _ => None,
        }
    }
}

/// Writes the requests and waits for the engine's answers, in their order. `None` where none came: it is given up once `patience` has
/// passed without any answer. A request without an answer stays, and is done when an engine runs.
///
/// Cancelling leaves the requests written.
pub async fn ask(pool: &PgPool, requests: &[Request], patience: Duration) -> sqlx::Result<Vec<Option<String>>> {
    let ids = write(pool, requests).await?;
    let mut answers: Vec<Option<String>> = vec![None; ids.len()];
    let mut until = Instant::now() + patience;
    loop {
        let open: Vec<i64> =
            ids.iter().zip(&answers).filter(|(_, answer)| answer.is_none()).map(|(id, _)| *id).collect();
        if open.is_empty() || Instant::now() >= until {
            return Ok(answers);
        }
        let mut transaction = admin::begin_reading(pool).await?;
        let came = rows::answers(&mut transaction, &open).await?;
        transaction.rollback().await?;
        if came.is_empty() {
            sleep(LOOK_EVERY).await;
            continue;
        }
        until = Instant::now() + patience;
        for (id, answer) in came {
            for (_, slot) in ids.iter().zip(&mut answers).filter(|(asked, _)| **asked == id) {
                *slot = Some(answer.clone());
            }
        }
    }
}

async fn write(pool: &PgPool, requests: &[Request]) -> sqlx::Result<Vec<i64>> {
    let mut transaction = admin::begin(pool).await?;
    let mut ids = Vec::with_capacity(requests.len());
    for request in requests {
        ids.push(rows::ask(&mut transaction, request.kind(), &request.arguments(), request.personal()).await?);
    }
    transaction.commit().await?;
    Ok(ids)
}

/// How long the engine that owns the conversations has been silent. `None`: no engine has them.
pub async fn engine_silent_for(pool: &PgPool) -> sqlx::Result<Option<Duration>> {
    let mut transaction = admin::begin_reading(pool).await?;
    let seconds = rows::engine_silent_for(&mut transaction).await?;
    Ok(seconds.map(|seconds| Duration::try_from_secs_f64(seconds.max(0.0)).unwrap_or_default()))
}
