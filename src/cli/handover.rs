//! `ganira handover`: conversations that staff have taken over, and the queues they look after.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::bail;
use clap::{Args, Subcommand};
use serde_json::json;

use super::arguments;
use super::operator::{Operator, Where};
use super::output::{say, say_json, say_table};
use super::person::Who;
use crate::operations::hand_overs;

#[derive(Debug, Args)]
pub(super) struct HandoverCommand {
    #[command(subcommand)]
    action: Action,
    #[command(flatten)]
    place: Where,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List the conversations that staff have and the people to call back, the longest waiting first
    List {
        /// Only this tenant's, by number or name
        #[arg(long)]
        tenant: Option<String>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Give a person back to her flow, or note that she has been called
    Return {
        #[command(flatten)]
        who: Who,
        /// Nobody had time for her: the flow hears that nobody is there
        #[arg(long)]
        nobody: bool,
        /// How long to wait for the engine's answer, such as 30s
        #[arg(long, default_value = "15s", value_name = "TIME", value_parser = arguments::duration)]
        timeout: Duration,
    },
    /// Somebody looks after a queue from now on
    Open(Queue),
    /// Nobody looks after a queue any more: flows hear that nobody is there
    Shut(Queue),
    /// List the queues
    Queues {
        /// Only this tenant's, by number or name
        #[arg(long)]
        tenant: Option<String>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Args)]
struct Queue {
    /// The tenant, by number or name
    #[arg(long)]
    tenant: String,
    /// The queue's name, as flows have it after human:
    queue: String,
}

impl HandoverCommand {
    pub(super) async fn run(self, file: Option<PathBuf>) -> anyhow::Result<()> {
        let operator = self.place.connect(file).await?;
        match self.action {
            Action::List { tenant, json } => list(&operator, tenant.as_deref(), json).await,
            Action::Return { who, nobody, timeout } => {
                let who = who.find(&operator).await?;
                match hand_overs::give_back(&operator.pool, who, !nobody, timeout).await? {
                    Some(answer) => say(&format!("The engine says: {answer}.")),
                    None => bail!("{}", operator.no_answer().await?),
                }
            }
            Action::Open(queue) => set(&operator, queue, true).await,
            Action::Shut(queue) => set(&operator, queue, false).await,
            Action::Queues { tenant, json } => queues(&operator, tenant.as_deref(), json).await,
        }
    }
}

async fn set(operator: &Operator, Queue { tenant, queue }: Queue, open: bool) -> anyhow::Result<()> {
    let tenant = operator.tenant(&tenant).await?;
    hand_overs::set_queue(&operator.pool, tenant, &queue, open).await?;
    let now = if open { "somebody looks" } else { "nobody looks" };
    say(&format!("From now on {now} after the queue {queue} of tenant {tenant}."))
}

async fn list(operator: &Operator, tenant: Option<&str>, json: bool) -> anyhow::Result<()> {
    let tenant = operator.tenant_if(tenant).await?;
    let all = hand_overs::list(&operator.pool, tenant).await?;
    let numbers = hand_overs::numbers(&operator.pool, &operator.ring()?, &all).await?;
    if json {
        let as_json = all.iter().zip(&numbers).map(|(one, number)| {
            json!({
                "tenant": one.who.tenant, "contact": one.who.contact, "queue": one.queue, "asked_at": one.asked_at,
                "call_back": one.call_back, "number": number,
            })
        });
        return say_json(&as_json.collect::<Vec<_>>());
    }
    let rows: Vec<Vec<String>> = all
        .iter()
        .zip(&numbers)
        .map(|(one, number)| {
            let number = number.as_ref().map_or_else(|| "unknown".to_owned(), ToString::to_string);
            let call = if one.call_back { number } else { "-".to_owned() };
            let who = one.who;
            vec![who.tenant.to_string(), who.contact.to_string(), one.queue.clone(), one.asked_at.to_rfc3339(), call]
        })
        .collect();
    say_table(&["tenant", "contact", "queue", "since", "call back"], &rows, "Staff have no conversation now.")
}

async fn queues(operator: &Operator, tenant: Option<&str>, json: bool) -> anyhow::Result<()> {
    let tenant = operator.tenant_if(tenant).await?;
    let all = hand_overs::queues(&operator.pool, tenant).await?;
    if json {
        let as_json = all.iter().map(|one| json!({ "tenant": one.tenant, "queue": one.queue, "open": one.open }));
        return say_json(&as_json.collect::<Vec<_>>());
    }
    let rows: Vec<Vec<String>> = all
        .iter()
        .map(|one| {
            let state = if one.open { "open" } else { "shut" };
            vec![one.tenant.to_string(), one.queue.clone(), state.to_owned()]
        })
        .collect();
    say_table(&["tenant", "queue", "state"], &rows, "No queue was ever opened: `ganira handover open`.")
}
