//! How people walk through a tenant's flows.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use crate::cli::operator::Where;
use crate::cli::output::{say_json, say_table};
use crate::operations::flows;

#[derive(Debug, Args)]
pub(super) struct Funnel {
    /// The tenant's number or name
    #[arg(long, value_name = "TENANT")]
    tenant: String,
    /// Only this flow
    #[arg(long)]
    flow: Option<String>,
    /// Only this revision; 0 is the shipped flows
    #[arg(long)]
    revision: Option<i32>,
    /// Days back, today among them
    #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(u16).range(1..=400))]
    days: u16,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: Where,
}

impl Funnel {
    pub(super) async fn run(self, file: Option<PathBuf>) -> anyhow::Result<()> {
        let operator = self.place.connect(file).await?;
        let tenant = operator.tenant(&self.tenant).await?;
        let mut rows = flows::funnel(&operator.pool, tenant, self.days).await?;
        rows.retain(|row| self.flow.as_ref().is_none_or(|flow| *flow == row.flow));
        rows.retain(|row| self.revision.is_none_or(|revision| revision == row.revision));
        if self.json {
            let all: Vec<_> = rows
                .iter()
                .map(|row| {
                    json!({
                        "revision": row.revision, "flow": row.flow, "step": row.step, "channel": row.channel,
                        "entered": row.entered, "answered": row.answered, "asked_again": row.asked_again, "left": row.left,
                    })
                })
                .collect();
            return say_json(&all);
        }
        let lines: Vec<Vec<String>> = rows
            .iter()
            .map(|row| {
                let share =
                    if row.entered > 0 { format!("{}%", row.answered * 100 / row.entered) } else { "-".to_owned() };
                vec![
                    row.revision.to_string(),
                    format!("{}: {}", row.flow, row.step),
                    row.channel.clone(),
                    row.entered.to_string(),
                    row.answered.to_string(),
                    share,
                    row.asked_again.to_string(),
                    row.left.to_string(),
                ]
            })
            .collect();
        let headings = ["revision", "step", "channel", "entered", "answered", "", "asked again", "left"];
        say_table(&headings, &lines, "Nobody has walked through these flows in that time.")
    }
}
