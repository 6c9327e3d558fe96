//! Webhook ingress without a database ÷ bare axum.

use super::Loads;
use crate::cli::bench::Bench;
use crate::cli::bench::bare;
use crate::cli::bench::bodies::MID_BOOKING;
use crate::cli::bench::figures::{Budget, Row, Series, written};
use crate::cli::bench::load::{Heard, Speech, Until};
use crate::cli::bench::part::{self, Address, Name, Running};

const CONNECTIONS: usize = 64;
const BUDGET: Option<Budget> = Some(Budget::AtLeast(0.85));

pub(in crate::cli::bench) async fn ingress(bench: &Bench) -> anyhow::Result<Vec<Row>> {
    let null: Running<Address> = part::start(Name::Null, &()).await?;
    let bare: Running<Address> = part::start(Name::Bare, &bare::Spec::default()).await?;
    let mut ours = Loads::at(null.said);
    ours.lead().await?;
    let mut bare = Loads::at(bare.said);
    let mut rows = Vec::new();
    let kinds = [
        (
            "webhook ingress without a database ÷ bare axum",
            Speech::Text(MID_BOOKING.to_owned()),
            "each a message, its whole turn included",
        ),
        ("the same, receipts", Speech::Receipt, "each a receipt: three of four webhooks are; it wakes no actor"),
    ];
    for (name, speech, what) in kinds {
        let (mut engine, mut limit, mut ratios) = (Series::default(), Series::default(), Series::default());
        for _ in 0..bench.repeats {
            let until = Until::Seconds(bench.seconds as f64);
            let heard = all_accepted(ours.say(CONNECTIONS, speech.clone(), until, None).await?)?;
            let most = all_accepted(bare.say(CONNECTIONS, speech.clone(), until, None).await?)?;
            engine.push(heard.per_second());
            limit.push(most.per_second());
            ratios.push(heard.per_second() / most.per_second());
        }
        let row = Row::of(name, &ratios, "ratio", BUDGET)
            .how(format!(
                "real HTTP over {CONNECTIONS} connections from a process of its own, the same for both; {what}. The engine runs on a store that \
                 keeps nothing, its log and metrics on; bare axum checks the HMAC, reads the JSON into types and answers"
            ))
            .note(format!("{}/s against {}/s", written(engine.median()), written(limit.median())))
            .with("engine_per_second", engine.to_json())
            .with("bare_per_second", limit.to_json());
        rows.push(row);
    }
    Ok(rows)
}

fn all_accepted(heard: Heard) -> anyhow::Result<Heard> {
    if heard.accepted() == heard.offered {
        return Ok(heard);
    }
    anyhow::bail!("violation: not everything was answered 200: {heard:?}")
}
