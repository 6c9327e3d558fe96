//! `ganira deadletter`: what could not be handled, looked at and taken in again.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};
use serde_json::{Value as Json, json};

use super::arguments;
use super::mask::{masked, masked_text};
use super::operator::{Operator, Where};
use super::output::{or_dash, say, say_json, say_table};
use crate::domain::Timestamp;
use crate::operations::dead_letters::{self, Buried, Filter, Listed, Order, Reason, Replayed};

/// Replayed with one command.
const REPLAYS_MAX: u32 = 10_000;

#[derive(Debug, Args)]
pub(super) struct DeadletterCommand {
    #[command(subcommand)]
    action: Action,
    #[command(flatten)]
    place: Where,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List dead letters, the newest first
    List {
        #[command(flatten)]
        which: Which,
        /// Only those that were not replayed
        #[arg(long)]
        open: bool,
        /// At most so many
        #[arg(long, default_value_t = 50, value_name = "COUNT")]
        limit: u32,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Open one and print it
    Show {
        id: i64,
        /// Show phone numbers and message ids too
        #[arg(long)]
        reveal: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Let the running engine take dead letters in again, the oldest first
    Replay {
        /// Their numbers
        #[arg(required_unless_present = "all", conflicts_with = "all")]
        ids: Vec<i64>,
        /// All open ones, narrowed by --reason, --tenant and --since
        #[arg(long)]
        all: bool,
        #[command(flatten)]
        which: Which,
        /// Also those that were replayed before: their messages are handled once more
        #[arg(long)]
        again: bool,
        /// How long to wait without any answer of the engine, such as 30s
        #[arg(long, default_value = "15s", value_name = "TIME", value_parser = arguments::duration)]
        timeout: Duration,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Args)]
struct Which {
    /// Only with this reason
    #[arg(long, value_parser = PossibleValuesParser::new(Reason::ALL.map(Reason::word)))]
    reason: Option<String>,
    /// Only of this tenant, by number or name
    #[arg(long)]
    tenant: Option<String>,
    /// Only since an instant (2026-11-20T08:00:00Z) or for a time (2h, 7d)
    #[arg(long, value_name = "WHEN", value_parser = arguments::since)]
    since: Option<Timestamp>,
}

impl Which {
    async fn filter(self, operator: &Operator, open_only: bool, order: Order) -> anyhow::Result<Filter> {
        let tenant = operator.tenant_if(self.tenant.as_deref()).await?;
        Ok(Filter { reason: self.reason, tenant, since: self.since, open_only, order })
    }
}

impl DeadletterCommand {
    pub(super) async fn run(self, file: Option<PathBuf>) -> anyhow::Result<()> {
        let operator = self.place.connect(file).await?;
        match self.action {
            Action::List { which, open, limit, json } => {
                let filter = which.filter(&operator, open, Order::NewestFirst).await?;
                list(&dead_letters::list(&operator.pool, &filter, limit).await?, json)
            }
            Action::Show { id, reveal, json } => show(&operator, id, reveal, json).await,
            Action::Replay { ids, all, which, again, timeout, json } => {
                let ids = if all { every(&operator, which).await? } else { ids };
                replay(&operator, &ids, again, timeout, json).await
            }
        }
    }
}

fn list(letters: &[Listed], json: bool) -> anyhow::Result<()> {
    if json {
        return say_json(&letters.iter().map(as_json).collect::<Vec<_>>());
    }
    let rows: Vec<Vec<String>> = letters
        .iter()
        .map(|letter| {
            let at = letter.at.format("%Y-%m-%d %H:%M:%SZ").to_string();
            let tenant = or_dash(letter.tenant);
            vec![
                letter.id.to_string(),
                at,
                letter.reason.clone(),
                tenant,
                letter.state.clone(),
                masked_text(&letter.error),
            ]
        })
        .collect();
    say_table(&["id", "at", "reason", "tenant", "state", "error"], &rows, "There is no such dead letter.")
}

fn as_json(letter: &Listed) -> Json {
    json!({
        "id": letter.id, "at": letter.at, "reason": letter.reason, "error": masked_text(&letter.error), "tenant": letter.tenant,
        "contact": letter.contact, "account": letter.account, "state": letter.state, "replays": letter.replays,
    })
}

async fn show(operator: &Operator, id: i64, reveal: bool, json: bool) -> anyhow::Result<()> {
    let (letter, buried) = dead_letters::show(&operator.pool, &operator.ring()?, id).await?;
    let mut shown = as_json(&letter);
    let body = readable(&buried)?;
    shown["body"] = if reveal { body } else { masked(&body) };
    if json {
        return say_json(&shown);
    }
    let about =
        [("reason", letter.reason.as_str()), ("state", letter.state.as_str()), ("error", &masked_text(&letter.error))];
    say(&format!("Dead letter {id} of {}", letter.at.to_rfc3339()))?;
    for (name, value) in about {
        say(&format!("  {name:<8} {value}"))?;
    }
    say(&format!(
        "  {:<8} {}, contact {}, account {}",
        "tenant",
        or_dash(letter.tenant),
        or_dash(letter.contact),
        or_dash(letter.account)
    ))?;
    say(&serde_json::to_string_pretty(&shown["body"])?)?;
    if reveal { Ok(()) } else { say("Phone numbers and message ids are hidden; --reveal shows them.") }
}

/// The body with its raw bytes as JSON where they are that, else as text.
fn readable(buried: &Buried) -> anyhow::Result<Json> {
    let mut body = serde_json::to_value(buried)?;
    let field = match buried {
        Buried::Body { .. } => body.pointer_mut("/body/body"),
        Buried::Update { .. } => body.pointer_mut("/update/raw"),
        Buried::Payment { .. } | Buried::Internal { .. } => None,
    };
    if let (Some(field), Some(raw)) = (field, buried.raw()) {
        *field =
            serde_json::from_slice(raw).unwrap_or_else(|_| Json::String(String::from_utf8_lossy(raw).into_owned()));
    }
    Ok(body)
}

async fn every(operator: &Operator, which: Which) -> anyhow::Result<Vec<i64>> {
    let filter = which.filter(operator, true, Order::OldestFirst).await?;
    let letters = dead_letters::list(&operator.pool, &filter, REPLAYS_MAX).await?;
    Ok(letters.into_iter().map(|letter| letter.id).collect())
}

async fn replay(operator: &Operator, ids: &[i64], again: bool, timeout: Duration, json: bool) -> anyhow::Result<()> {
    let before = dead_letters::replayed_before(&operator.pool, ids).await?;
    if !again && !before.is_empty() {
        let before = before.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        bail!("replayed before: {before}. With --again their messages are handled once more");
    }
    let replayed = dead_letters::replay(&operator.pool, ids, timeout).await?;
    let failed = replayed.iter().filter(|one| !one.done).count();
    let silent = replayed.iter().any(|one| one.answer.is_none());
    if json {
        say_json(&replayed.iter().map(outcome).collect::<Vec<_>>())?;
    } else if replayed.is_empty() {
        say("There is nothing to replay.")?;
    } else {
        let rows = replayed.iter().map(|one| vec![one.id.to_string(), or_dash(one.answer.as_deref())]);
        say_table(&["id", "answer"], &rows.collect::<Vec<_>>(), "")?;
    }
    if silent {
        bail!("{}", operator.no_answer().await.context("the engine's heartbeat cannot be read")?);
    }
    if failed > 0 {
        bail!("{failed} of {} were not replayed", replayed.len());
    }
    Ok(())
}

fn outcome(one: &Replayed) -> Json {
    json!({ "id": one.id, "answer": one.answer, "replayed": one.done })
}
