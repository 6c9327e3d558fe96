//! The SMS loop: a text comes in, its answer is submitted, the receipt of that is recorded.

use anyhow::bail;

use crate::cli::bench::figures::{Budget, Row, Series, written};
use crate::cli::bench::ground::Ground;
use crate::cli::bench::kannel::{Installed, Kannel};
use crate::cli::bench::short_code::{self, ShortCode, WINDOW};
use crate::cli::bench::{Bench, check};

const DATABASE: &str = "bench_sms";
/// Texts of one measurement for each second that one is to take; one a person.
const MESSAGES_A_SECOND: u64 = 1_000;
/// An answer holds all lines that its person has said: after more of them it would no longer be one short message.
const REPEATS_MAX: usize = 20;
pub(in crate::cli::bench) async fn sms(bench: &Bench, ground: &Ground) -> anyhow::Result<Vec<Row>> {
    let messages = bench.seconds * MESSAGES_A_SECOND;
    let code = ShortCode::start(ground, DATABASE).await?;
    let mut connection = ground.connection(DATABASE).await?;
    // Everybody becomes known.
    code.run(messages, &mut connection).await?;
    let kannel = match Installed::find() {
        Some(installed) => Some(Kannel::start(&installed, &ground.sub_folder("kannel")).await?),
        None => None,
    };
    if let Some(kannel) = &kannel {
        kannel.run(messages).await?;
    }
    let (mut loops, mut theirs) = (Series::new(), Series::new());
    for _ in 0..bench.repeats.min(REPEATS_MAX) {
        loops.push(messages as f64 / code.run(messages, &mut connection).await?);
        if let Some(kannel) = &kannel {
            theirs.push(messages as f64 / kannel.run(messages).await?);
        }
    }
    let compared = kannel.is_some();
    if let Some(kannel) = kannel {
        kannel.stop().await?;
    }
    let submits = code.submits().await?;
    let said = code.said();
    code.stop().await;
    let delivered = short_code::delivered(&mut connection).await?;
    if delivered != said || submits != said {
        bail!("violation: {said} texts, {submits} submits, {delivered} recorded as delivered");
    }
    check::turns(&mut connection, said).await?;
    let row = Row::of("SMS loop: text, submit, receipt, recorded", &loops, "per second", None)
        .how(format!(
            "{messages} texts at the engine's entrance, {WINDOW} at once; each answer of one short message is committed, submitted over SMPP to the \
             sandbox's message centre in the same process (one connection, window {WINDOW}), and its receipt stands in the database as delivered. \
             At most 10000 a second may leave. Texts = submits = delivered"
        ))
        .note("every text committed, submitted over SMPP, its receipt in the database")
        .with("messages_checked", said);
    let beside = if compared { beside(&loops, &theirs) } else { alone() };
    Ok(vec![row, beside])
}

const BESIDE: &str = "SMS loop, durable ÷ Kannel's, in memory";
/// As fast at least as one that keeps nothing.
const BUDGET: Option<Budget> = Some(Budget::AtLeast(1.0));

fn beside(ours: &Series, kannel: &Series) -> Row {
    let ratios = ours.iter().zip(kannel.iter()).map(|(ours, theirs)| ours / theirs).collect();
    Row::of(BESIDE, &ratios, "ratio", BUDGET)
        .how(format!(
            "in turns with the row above: as many messages, {WINDOW} at once over kept connections, are asked of Kannel by sendsms; submitted to another \
             message centre of the same make in the same process (one connection, window {WINDOW}); and its delivery report has come back as a request. \
             It keeps messages and reports in memory (dlr-storage internal, no store). It is asked over HTTP, our texts come in without"
        ))
        .note(format!("{}/s against {}/s", written(ours.median()), written(kannel.median())))
        .with("kannel_messages_per_second", kannel.to_json())
}

fn alone() -> Row {
    let why = "Kannel (bearerbox, smsbox) is not installed, see `make deps`: nothing is compared and nothing claimed";
    Row::missing(BESIDE, "ratio", BUDGET, why)
}
