//! Signed bytes in, 200 out, on the real server; and how long that takes at half of what it can.

use super::{Loads, all};
use crate::cli::bench::bare::{self, Commit};
use crate::cli::bench::bodies::MID_BOOKING;
use crate::cli::bench::figures::{Budget, Row, Series, rounded, written};
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
    let mut connection = ground.connection(DATABASE).await?;
    let mut ours = Loads::at(served.address);
    ours.lead().await?;
    // The rows of a turn are read from turns in the middle of a booking.
    all(ours.say(CONNECTIONS, Speech::Text(MID_BOOKING.to_owned()), Until::Seconds(1.0), None).await?)?;
    let axum: Running<Address> = part::start(Name::Bare, &bare::Spec::default()).await?;
    let commit = Commit { url: ground.url(BARE_DATABASE)?, shape: Shape::read(&mut connection).await? };
    let single: Running<Address> = part::start(Name::Bare, &bare::Spec { commit: Some(commit) }).await?;
    let mut voices = Voices { bench, ours, axum: Loads::at(axum.said), single: Loads::at(single.said) };
    let most = voices.most().await?;
    let (alone, halves) = voices.halves(&most).await?;
    let loads = voices.ours;
    served.stop().await?;
    check::turns(&mut connection, loads.accepted).await?;
    let [own, same_ours, same_theirs] = &halves;
    let how = format!(
        "open loop at {:.0} a second, half of what the slower of the two can; a message's time counts from when it should have left. The \
         limit is bare axum with HMAC and parse that commits one turn with commit_batch on the next free of 16 connections",
        same_rate(&most.ours, alone)
    );
    let half = format!("open loop at {:.0} a second, half of what the closed loop reached", most.ours.median() / 2.0);
    let against = |ours: &Series, theirs: &Series| {
        format!(
            "{} ms against {} ms at {}/s",
            rounded(ours.median()),
            rounded(theirs.median()),
            written(same_rate(&most.ours, alone))
        )
    };
    Ok(vec![
        Row::of("signed bytes in, 200 out", &most.ours, "per second", None)
            .how(format!(
                "`ganira serve` in a process of its own, log on, database on the same machine; {CONNECTIONS} connections from a third process"
            ))
            .note(format!("one commit a webhook ends at {}/s", written(alone)))
            .with("bare_commit_and_axum_per_second", rounded(alone))
            .with("turns_checked", loads.accepted),
        Row::of("the same ÷ bare axum without a database", &most.ratios, "ratio", Some(Budget::AtLeast(0.35)))
            .how("the same loop against bare axum that checks the HMAC, reads the JSON into types and answers")
            .note(format!("against {}/s", written(most.axum.median())))
            .with("bare_axum_per_second", most.axum.to_json()),
        Row::of("ack p50 at half load", &own.p50, "ms", Some(Budget::AtMost(50.0)))
            .how(half.clone())
            .note(format!("at {}/s", written(most.ours.median() / 2.0))),
        Row::of("ack p99 at half load", &own.p99, "ms", Some(Budget::AtMost(250.0)))
            .how(half)
            .note(format!("p99.9 {} ms", rounded(own.last.times.p999)))
            .with("histogram_ms", own.last.times.to_json()),
        Row::of("ack p50 ÷ bare commit and bare axum", &ratio(&same_ours.p50, &same_theirs.p50), "ratio", Some(Budget::AtMost(1.5)))
            .how(how.clone())
            .note(against(&same_ours.p50, &same_theirs.p50)),
        Row::of("ack p99 ÷ bare commit and bare axum", &ratio(&same_ours.p99, &same_theirs.p99), "ratio", Some(Budget::AtMost(2.0)))
            .how(how)
            .note(against(&same_ours.p99, &same_theirs.p99))
            .with("engine_histogram_ms", same_ours.last.times.to_json())
            .with("limit_histogram_ms", same_theirs.last.times.to_json()),
    ])
}

/// The engine, bare axum, and bare axum that commits.
struct Voices<'b> {
    bench: &'b Bench,
    ours: Loads,
    axum: Loads,
    single: Loads,
}

/// What closed loops reached.
#[derive(Default)]
struct Most {
    ours: Series,
    axum: Series,
    ratios: Series,
}

impl Voices<'_> {
    fn until(&self) -> Until {
        Until::Seconds(self.bench.seconds as f64)
    }

    async fn most(&mut self) -> anyhow::Result<Most> {
        let until = self.until();
        let mut most = Most::default();
        for _ in 0..self.bench.repeats {
            let ours = all(self.ours.say(CONNECTIONS, speech(), until, None).await?)?.per_second();
            let axum = all(self.axum.say(CONNECTIONS, speech(), until, None).await?)?.per_second();
            most.ours.push(ours);
            most.axum.push(axum);
            most.ratios.push(ours / axum);
        }
        Ok(most)
    }

    /// What single commits reach, and open loops in turns: ours at half of what we can, ours and theirs at half of what the slower can.
    async fn halves(&mut self, most: &Most) -> anyhow::Result<(f64, [Half; 3])> {
        let until = self.until();
        all(self.single.say(CONNECTIONS, speech(), Until::Seconds(1.0), None).await?)?;
        let alone = all(self.single.say(CONNECTIONS, speech(), until, None).await?)?.per_second();
        // Beyond half of what the limit itself can, it would only measure the limit's own queue.
        let same = same_rate(&most.ours, alone);
        let mut halves = [Half::default(), Half::default(), Half::default()];
        for _ in 0..self.bench.repeats {
            let own = Some(most.ours.median() / 2.0);
            halves[0].push(all(self.ours.say(OPEN_CONNECTIONS, speech(), until, own).await?)?);
            halves[1].push(all(self.ours.say(OPEN_CONNECTIONS, speech(), until, Some(same)).await?)?);
            halves[2].push(all(self.single.say(OPEN_CONNECTIONS, speech(), until, Some(same)).await?)?);
        }
        Ok((alone, halves))
    }
}

fn speech() -> Speech {
    Speech::Text(MID_BOOKING.to_owned())
}

fn same_rate(ours: &Series, alone: f64) -> f64 {
    ours.median().min(alone) / 2.0
}

fn ratio(ours: &Series, theirs: &Series) -> Series {
    ours.iter().zip(theirs.iter()).map(|(ours, theirs)| ours / theirs).collect()
}

#[derive(Default)]
struct Half {
    p50: Series,
    p99: Series,
    last: Heard,
}

impl Half {
    fn push(&mut self, heard: Heard) {
        self.p50.push(heard.times.p50);
        self.p99.push(heard.times.p99);
        self.last = heard;
    }
}
