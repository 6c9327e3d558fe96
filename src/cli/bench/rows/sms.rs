//! The SMS loop: a text comes in, its answer is submitted, the receipt of that is recorded.

use anyhow::bail;

use crate::cli::bench::figures::{Row, Series};
use crate::cli::bench::ground::Ground;
use crate::cli::bench::short_code::{self, ShortCode, WINDOW};
use crate::cli::bench::{Bench, check};

const DATABASE: &str = "bench_sms";
/// Texts of one measurement for each second that one is to take; one a person.
const MESSAGES_A_SECOND: u64 = 1_000;
/// An answer holds all lines that its person has said: after more of them it would no longer be one short message.
const REPEATS_MAX: usize = 20;
/// What a gateway of other people's would need to be measured beside it.
const KANNEL: [&str; 2] = ["bearerbox", "smsbox"];

pub(in crate::cli::bench) async fn sms(bench: &Bench, ground: &Ground) -> anyhow::Result<Vec<Row>> {
    let messages = bench.seconds * MESSAGES_A_SECOND;
    let code = ShortCode::start(ground, DATABASE).await?;
    let mut connection = ground.connection(DATABASE).await?;
    // Everybody becomes known.
    code.run(messages, &mut connection).await?;
    let mut loops = Series::new();
    for _ in 0..bench.repeats.min(REPEATS_MAX) {
        loops.push(messages as f64 / code.run(messages, &mut connection).await?);
    }
    let submits = code.submits().await?;
    let said = code.said();
    code.stop().await;
    let delivered = short_code::delivered(&mut connection).await?;
    if delivered != said || submits != said {
        bail!("violation: {said} texts, {submits} submits, {delivered} recorded as delivered");
    }
    check::turns(&mut connection, said).await?;
    Ok(vec![
        Row::of("SMS loop: text, submit, receipt, recorded", &loops, "per second", None)
            .how(format!(
                "{messages} texts at the engine's entrance, {WINDOW} at once; each answer of one short message is committed, submitted over SMPP to \
                 the sandbox's message centre in the same process (one connection, window {WINDOW}), and its receipt stands in the database as \
                 delivered. At most 10000 a second may leave. Texts = submits = delivered"
            ))
            .note("every text committed, submitted over SMPP, its receipt in the database")
            .with("messages_checked", said)
            .with("kannel", kannel()),
    ])
}

/// Whether a comparison could be made at all; none is claimed.
fn kannel() -> &'static str {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = |program: &&str| std::env::split_paths(&path).any(|folder| folder.join(program).is_file());
    if KANNEL.iter().all(found) { "installed, not compared by this run" } else { "not installed" }
}
