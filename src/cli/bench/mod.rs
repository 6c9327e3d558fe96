//! `ganira bench`: measures against the budgets and prints one JSON object. Every figure is a ratio to a limit measured in the same run,
//! on the same machine, on a private Postgres whose durability is proven first. `docs/performance.md` says what each row means.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "the command's output, and how far it is")]

mod bare;
mod bodies;
mod booking;
mod cgroup;
mod check;
mod cold;
mod engine_alone;
mod figures;
mod ground;
mod handset;
mod http;
mod inject;
mod kannel;
mod load;
mod machine;
mod memory;
mod null_store;
mod part;
mod pgbench;
mod provider;
mod report;
mod rows;
mod served;
mod shape;
mod short_code;
mod small;
mod times;
mod town;

use anyhow::{Context as _, bail};
use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use figures::Row;
use ground::Ground;
pub(super) use part::Part;

/// What can be measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Measure {
    /// The flow core alone: a turn, loading the library, reading a phrase, showing a choice
    Flow,
    /// Turns a second against pgbench, and the log written for them
    Turns,
    /// Webhook ingress without a database against bare axum
    Ingress,
    /// Signed bytes in, 200 out, and the latency of that
    Ack,
    /// A message from actor to actor against a bare channel
    Hop,
    /// Memory of conversations asleep and awake
    Memory,
    /// The outbox against a bare client, and a backlog after kill -9
    Outbound,
    /// Targets on half a core and 512 MiB, and how many times that load still holds them
    Scenarios,
    /// Ten times what is sustainable
    Overload,
    /// Hops of USSD sessions, 500 a second, against what an operator's patience leaves
    Ussd,
    /// Texts answered over SMPP until the receipts stand in the database
    Sms,
    /// A million known conversations, 100,000 cached, 10,000 awake, and waking the silent
    Known,
    /// From kill -9 to the first answer; an idle engine's memory. The last one: it takes the database along
    Restart,
}

#[derive(Debug, Args)]
pub(super) struct Bench {
    /// How long one measurement of a figure takes; every figure is measured several times
    #[arg(long, default_value_t = 3, value_name = "N")]
    seconds: u64,
    /// Measurements of each figure; the median counts
    #[arg(long, default_value_t = 5, value_name = "N")]
    repeats: usize,
    /// Conversations that are known when the engine is killed
    #[arg(long, default_value_t = 1_000_000, value_name = "N")]
    known: u64,
    /// Only these
    #[arg(long, value_delimiter = ',', value_name = "ROW,…")]
    only: Vec<Measure>,
    /// Write the table of figures into docs/performance.md
    #[arg(long)]
    write: bool,
}

impl Bench {
    pub(super) fn run(self) -> anyhow::Result<()> {
        if self.seconds == 0 || self.repeats == 0 {
            bail!("--seconds and --repeats begin at 1");
        }
        super::runtime()?.block_on(self.measure())
    }

    fn wants(&self, measure: Measure) -> bool {
        self.only.is_empty() || self.only.contains(&measure)
    }

    async fn measure(&self) -> anyhow::Result<()> {
        super::assemble::record_metrics();
        let mut ground = Ground::prepare().await?;
        let measured = self.all(&mut ground).await;
        ground.clear().await?;
        println!("{}", serde_json::to_string_pretty(&measured?)?);
        Ok(())
    }

    async fn all(&self, ground: &mut Ground) -> anyhow::Result<Value> {
        let mut found = Vec::new();
        for measure in Measure::value_variants().iter().filter(|measure| self.wants(**measure)) {
            eprintln!("measuring {measure:?} …");
            let rows = self.rows(*measure, ground).await;
            found.extend(rows.with_context(|| format!("{measure:?} could not be measured"))?);
        }
        let machine = machine::describe(ground, self.repeats).await?;
        if self.write {
            report::write(&machine, &found)?;
        }
        Ok(json!({ "machine": machine, "rows": found.iter().map(Row::to_json).collect::<Vec<_>>() }))
    }

    async fn rows(&self, measure: Measure, ground: &mut Ground) -> anyhow::Result<Vec<Row>> {
        match measure {
            Measure::Flow => rows::flow(self),
            Measure::Turns => rows::turns(self, ground).await,
            Measure::Ingress => rows::ingress(self).await,
            Measure::Ack => rows::ack(self, ground).await,
            Measure::Hop => rows::hop(self).await,
            Measure::Memory => rows::memory(self).await,
            Measure::Outbound => rows::outbound(self, ground).await,
            Measure::Scenarios => rows::scenarios(self, ground).await,
            Measure::Overload => rows::overload(self, ground).await,
            Measure::Ussd => rows::ussd(self, ground).await,
            Measure::Sms => rows::sms(self, ground).await,
            Measure::Known => rows::known(self, ground).await,
            Measure::Restart => rows::restart(self, ground).await,
        }
    }
}
