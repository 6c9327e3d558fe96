//! Signed bytes in, 200 out, on the real server; and how long that takes at half of what it can.

use super::{Loads, all};
use crate::cli::bench::bare::{self, Commit};
use crate::cli::bench::bodies::MID_BOOKING;
use crate::cli::bench::figures::{Budget, Row, Series, rounded};
use crate::cli::bench::ground::{self, Ground, WIDE};
use crate::cli::bench::load::{Heard, Speech, Until};
use crate::cli::bench::part::{self, Address, Name, Running};
use crate::cli::bench::served::Served;
use crate::cli::bench::shape::Shape;
use crate::cli::bench::{Bench, check};

const DATABASE: &str = "bench_ack";
const BARE_DATABASE: &str = "bench_bare";
/// Voices of the closed loop.
const CONNECTIONS: usize = 256;
/// Connections of the open loop: so many that none is still busy when its turn comes.
const OPEN_CONNECTIONS: usize = 512;

pub(in crate::cli::bench) async fn ack(bench: &Bench, ground: &Ground) -> anyhow::Result<Vec<Row>> {
    let database = ground.database(DATABASE).await?;
    ground.database(BARE_DATABASE).await?;
    let url = ground.url(DATABASE)?;
    let more: Vec<_> = WIDE.into_iter().chain([("DATABASE_URL", url.as_str())]).collect();
    let environment = ground::environment(&ground.folder, &ground.keys, &more);
    ground::salon(&database, &ground::config(environment.clone())?).await?;
    let served = Served::ready(environment, &ground.folder).await?;
    let mut loads = Loads::at(served.address);
    loads.lead().await?;
    let speech = Speech::Text(MID_BOOKING.to_owned());
    let until = Until::Seconds(bench.seconds as f64);
    all(loads.say(CONNECTIONS, speech.clone(), Until::Seconds(1.0), None).await?)?;
    let mut most = Series::default();
    for _ in 0..bench.repeats {
        most.push(all(loads.say(CONNECTIONS, speech.clone(), until, None).await?)?.per_second());
    }
    let mut connection = ground.connection(DATABASE).await?;
    let spec = bare::Spec {
        commit: Some(Commit { url: ground.url(BARE_DATABASE)?, shape: Shape::read(&mut connection).await? }),
    };
    let bare: Running<Address> = part::start(Name::Bare, &spec).await?;
    let mut limits = Loads::at(bare.said);
    all(limits.say(CONNECTIONS, speech.clone(), Until::Seconds(1.0), None).await?)?;
    let alone = all(limits.say(CONNECTIONS, speech.clone(), until, None).await?)?.per_second();
    // Beyond half of what the limit itself can, it would only measure the limit's own queue.
    let rate = most.median().min(alone) / 2.0;
    let at_half = all(loads.say(OPEN_CONNECTIONS, speech.clone(), until, Some(most.median() / 2.0)).await?)?;
    let mut halves = [Half::default(), Half::default()];
    let mut ratios = [Series::default(), Series::default()];
    for _ in 0..bench.repeats {
        let ours = all(loads.say(OPEN_CONNECTIONS, speech.clone(), until, Some(rate)).await?)?;
        let theirs = all(limits.say(OPEN_CONNECTIONS, speech.clone(), until, Some(rate)).await?)?;
        ratios[0].push(ours.p50_ms / theirs.p50_ms);
        ratios[1].push(ours.p99_ms / theirs.p99_ms);
        halves[0].push(&ours);
        halves[1].push(&theirs);
    }
    served.stop().await?;
    check::turns(&mut connection, loads.accepted).await?;
    let [ours, theirs] = halves;
    let [p50, p99] = ratios;
    let how = format!(
        "open loop at {rate:.0} a second, half of what the slower of the two can; a message's time counts from when it should have left. The \
         limit is bare axum with HMAC and parse that commits one turn with commit_batch on the next free of 16 connections"
    );
    Ok(vec![
        Row::new("signed bytes in, 200 out", most.median(), "per second", None)
            .how(format!(
                "`ganira serve` in a process of its own, log on, database on the same machine; {CONNECTIONS} connections from a third process"
            ))
            .with("per_second", most.to_json())
            .with("p50_ms_at_half", at_half.p50_ms)
            .with("p99_ms_at_half", at_half.p99_ms)
            .with("bare_commit_and_axum_per_second", rounded(alone))
            .with("turns_checked", loads.accepted),
        Row::new("ack p50 ÷ bare commit and bare axum", p50.median(), "ratio", Some(Budget::AtMost(1.5)))
            .how(how.clone())
            .with("ratio", p50.to_json())
            .with("engine_ms", ours.p50.to_json())
            .with("limit_ms", theirs.p50.to_json()),
        Row::new("ack p99 ÷ bare commit and bare axum", p99.median(), "ratio", Some(Budget::AtMost(2.0)))
            .how(how)
            .with("ratio", p99.to_json())
            .with("engine_ms", ours.p99.to_json())
            .with("limit_ms", theirs.p99.to_json()),
    ])
}

#[derive(Default)]
struct Half {
    p50: Series,
    p99: Series,
}

impl Half {
    fn push(&mut self, heard: &Heard) {
        self.p50.push(heard.p50_ms);
        self.p99.push(heard.p99_ms);
    }
}
