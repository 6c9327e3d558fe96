//! Work outside that flows order: one attempt at a time, until its deadline. Whatever goes wrong is an outcome.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value as Json, json};

use super::accounts::Account;
use super::event::JobResult;
use super::jobs::{JobTools, fetch};
use crate::channels::TransportError;
use crate::channels::provider::{self, Answer, Helper, Order, OrderError};
use crate::crypto::Place;
use crate::domain::MediaRef;
use crate::flows::{JobKind, JobOrder, Payment, Value};
use crate::store::{OpenJob, seals};

/// The pause before the second attempt; doubles with each.
const PAUSE: Duration = Duration::from_millis(500);
const PAUSE_MAX: Duration = Duration::from_secs(30);
/// How long to wait for those who do not say how long.
const LATER: Duration = Duration::from_secs(2);
/// No larger file is passed on.
const FILE_BYTES_MAX: usize = 8 * 1024 * 1024;

/// What one attempt came to.
pub(super) enum Attempt {
    Over(JobResult),
    Later(Duration),
}

/// Posts the order once.
pub(super) async fn attempt(tools: &JobTools, account: &Account, job: &OpenJob, kind: JobKind) -> Attempt {
    let Some(order) = open(account, job) else {
        tracing::error!(job.id = %job.id, "an order cannot be opened");
        // Nobody waits under this number: the row goes, and the flow's own way of giving up is taken by nobody.
        let payment = (kind == JobKind::Pay).then(Payment::default);
        return Attempt::Over(given_up(kind, 0, payment));
    };
    let now = tools.world.clock.now();
    if now >= order.deadline {
        return Attempt::Over(given_up(kind, order.number, order.payment()));
    }
    let answer = match post(tools, account, job, &order).await {
        Ok(answer) => answer,
        Err(error) => {
            tracing::warn!(job.id = %job.id, job.kind = kind.as_str(), error = %error, "an order got no answer");
            Answer::Failed { status: 0, retry_after: None }
        }
    };
    let pause = match answer {
        Answer::Done { outcome, value } => {
            let payment = order.payment().map(Box::new);
            return Attempt::Over(JobResult::Outside {
                number: order.number,
                outcome,
                value,
                payment,
                given_up: false,
            });
        }
        Answer::Refused(why) => {
            tracing::warn!(job.id = %job.id, job.kind = kind.as_str(), why, "an order was refused");
            return Attempt::Over(given_up(kind, order.number, order.payment()));
        }
        Answer::Later(pause) => pause.unwrap_or(LATER),
        Answer::Failed { status, retry_after } => {
            tracing::info!(job.id = %job.id, job.kind = kind.as_str(), status, "an order is tried again");
            let doublings = u32::from(job.tries.clamp(0, 10).unsigned_abs());
            retry_after.unwrap_or_else(|| (PAUSE * 2_u32.pow(doublings)).min(PAUSE_MAX))
        }
    };
    // The last word is spoken at the deadline, not after it.
    let left = (order.deadline - tools.world.clock.now()).to_std().unwrap_or_default();
    Attempt::Later(pause.min(left))
}

/// What the flow hears when nobody outside gives an answer. Whether money moved, nobody can say then.
fn given_up(kind: JobKind, number: u32, payment: Option<Payment>) -> JobResult {
    let outcome = if kind == JobKind::Pay { "unknown" } else { "failed" };
    let payment = payment.map(Box::new);
    JobResult::Outside { number, outcome: outcome.to_owned(), value: None, payment, given_up: true }
}

fn open(account: &Account, job: &OpenJob) -> Option<JobOrder> {
    let key = account.tenant.key.unwrap(seals::CONTACT_KEY, &job.wrapped_key).ok()?;
    let place = Place { tenant: job.id.conversation.tenant.0, table: seals::JOB, row: &seals::outbox_row(job.id) };
    serde_json::from_slice(&key.open(place, &job.body).ok()?).ok()
}

async fn post(
    tools: &JobTools,
    account: &Account,
    job: &OpenJob,
    order: &JobOrder,
) -> Result<Answer, Box<dyn std::error::Error + Send + Sync>> {
    let Some(helper) = helper(tools, account, order) else {
        return Ok(Answer::Refused("nobody of this name is configured"));
    };
    let mut arguments = serde_json::Map::new();
    for (name, value) in &order.arguments {
        let written = match value {
            Value::Media(media) => match with_file(tools, account, media).await? {
                Some(written) => written,
                None => return Ok(Answer::Refused("the file is too large to be passed on")),
            },
            value => value.to_json(),
        };
        arguments.insert(name.to_string(), written);
    }
    let id = job.id.to_string();
    let arguments = Json::Object(arguments);
    let order = Order { id: &id, kind: order.kind, name: &order.name, deadline: order.deadline, arguments: &arguments };
    let request = match provider::request(&helper, &order, tools.world.clock.now()) {
        Err(OrderError::Secret) => {
            return Ok(Answer::Refused("its secret cannot sign: whsec_ and base64 are expected"));
        }
        request => request?,
    };
    match tools.transport.send_within(request, helper.timeout).await {
        Ok(answer) => Ok(provider::read(&answer)),
        // No later try may go there either. A name that cannot be resolved now is another thing.
        Err(TransportError::Barred(_)) => Ok(Answer::Refused("its address is forbidden to us")),
        Err(error) => Err(error.into()),
    }
}

/// Media with the file itself, which only we can fetch. `None`: it is too large.
async fn with_file(
    tools: &JobTools,
    account: &Account,
    media: &MediaRef,
) -> Result<Option<Json>, Box<dyn std::error::Error + Send + Sync>> {
    let file = fetch(tools, account, media).await?;
    if file.plain.len() > FILE_BYTES_MAX {
        return Ok(None);
    }
    Ok(Some(json!({ "mime": file.mime, "filename": media.filename, "data": STANDARD.encode(&file.plain) })))
}

/// Whom the order is for: only who is configured under this name is ever spoken to.
fn helper(tools: &JobTools, account: &Account, order: &JobOrder) -> Option<Helper> {
    let settings = &tools.world.settings;
    let (url, secret, timeout_ms) = match order.kind {
        JobKind::Read => {
            let provider = settings.read_providers.get(&order.name)?;
            (&provider.url, &provider.secret, provider.timeout_ms)
        }
        JobKind::Pay => {
            let provider = settings.pay_providers.get(&order.name)?;
            (&provider.url, &provider.secret, provider.timeout_ms)
        }
        JobKind::Request => {
            let server = account.tenant.servers.get(&order.name)?;
            (&server.url, &server.secret, settings.outbound.request_timeout_ms)
        }
    };
    Some(Helper { url: url.clone(), secret: secret.clone(), timeout: Duration::from_millis(timeout_ms) })
}
