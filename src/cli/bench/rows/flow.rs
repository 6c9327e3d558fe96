//! The flow core alone: a turn at the day list of the booking flow, loading and checking the library, reading a phrase, showing a choice.

use std::hint::black_box;
use std::time::{Duration, Instant};

use serde_json::Value as Json;

use crate::actors::snapshot::{Kept, Snapshot};
use crate::cli::bench::booking::{self, AtDays};
use crate::cli::bench::figures::{Budget, Row, Series, rounded};
use crate::cli::bench::{Bench, machine};
use crate::flows::understand::{Ears, Reading, Wanted, read};
use crate::flows::{Channel, FlowSet, State, shipped};

/// Calls between two looks at the clock.
const CALLS: u32 = 16;
/// Bytes that the engine reserves for a session's JSON.
const ROOM: usize = 1536;
/// Measurements that share the time of one figure.
const MEASUREMENTS: f64 = 6.0;

/// What people say when they are asked for a day, a time and a number, in the four languages.
const PHRASES: &[(&str, Wanted, &str)] = &[
    ("en", Wanted::Date, "tomorrow"),
    ("en", Wanted::Date, "next friday please"),
    ("en", Wanted::Time, "half past nine"),
    ("en", Wanted::DateTime, "saturday at 3pm"),
    ("en", Wanted::Whole, "twenty five"),
    ("fr", Wanted::Date, "le 3 décembre"),
    ("fr", Wanted::Time, "quinze heures trente"),
    ("fr", Wanted::YesNo, "d'accord"),
    ("rw", Wanted::Date, "ejo hazaza"),
    ("rw", Wanted::Time, "saa mbiri"),
    ("rw", Wanted::YesNo, "yego"),
    ("sw", Wanted::Date, "kesho kutwa"),
    ("sw", Wanted::Time, "saa mbili asubuhi"),
    ("sw", Wanted::Whole, "kumi na tano"),
];

pub(in crate::cli::bench) fn flow(bench: &Bench) -> anyhow::Result<Vec<Row>> {
    let set = FlowSet::shipped(booking::SET).ok_or_else(|| anyhow::anyhow!("the library has no {}", booking::SET))?;
    let days = AtDays::reach(&set, Channel::WhatsApp)?;
    Ok(vec![turn(bench, &days)?, library(bench)?, phrases(bench)?, shown(bench, &set)?])
}

/// A day is picked, its times are asked for, and the list of them is shown: the whole turn, the session read before and written after.
fn turn(bench: &Bench, days: &AtDays<'_>) -> anyhow::Result<Row> {
    let written = serde_json::to_vec(&days.state)?;
    let kept = Kept { state: days.state.clone(), ..Kept::default() };
    let sealed = Snapshot { kept, ..Snapshot::default() }.encode()?;
    let answers = days.answers(&days.state, &days.pick);
    let picked = |state: &State| days.turn(state, &days.pick, &answers);
    let [mut whole, mut alone, mut once, mut packed, mut limit, mut ratio] = [const { Series::new() }; 6];
    for _ in 0..bench.repeats {
        let ours = micros(bench, || {
            let state = State::read(black_box(&written)).ok()?;
            let mut written = Vec::with_capacity(ROOM);
            serde_json::to_writer(&mut written, &picked(&state)?.state).ok()?;
            Some(written)
        })?;
        whole.push(ours);
        let least = micros(bench, || {
            let json: Json = serde_json::from_slice(black_box(&written)).ok()?;
            serde_json::to_vec(&json).ok()
        })?;
        limit.push(least);
        ratio.push(ours / least);
        alone.push(micros(bench, || picked(black_box(&days.state)))?);
        once.push(micros(bench, || days.last_run(black_box(&days.state), &days.pick, &answers))?);
        packed.push(micros(bench, || {
            let mut snapshot = Snapshot::decode(black_box(&sealed)).ok()?;
            snapshot.kept.state = picked(&snapshot.kept.state)?.state;
            snapshot.encode().ok()
        })?);
    }
    Ok(Row::of("advance at the day list, session decoded and encoded", &whole, "µs", Some(Budget::AtMost(10.0)))
        .how(format!(
            "processor time of one thread: a day of {} is picked on WhatsApp, the core asks for its times, runs again with the answer and shows the list; the \
             session's JSON ({} bytes) read before and written after. The ratio is to serde_json reading the same bytes into its own values \
             and writing them",
            days.offered,
            written.len()
        ))
        .note(format!(
            "{} times serde_json alone on the same {} bytes; the core alone {} µs",
            rounded(ratio.median()),
            written.len(),
            rounded(alone.median())
        ))
        .with("ratio_to_json_alone", ratio.to_json())
        .with("json_alone_micros", limit.to_json())
        .with("advance_alone_micros", alone.to_json())
        .with("advance_once_with_the_answer_micros", once.to_json())
        .with("with_lz4_snapshot_micros", packed.to_json()))
}

/// Every shipped set read and checked, against reading its YAML alone.
fn library(bench: &Bench) -> anyhow::Result<Row> {
    let sets: Vec<_> =
        shipped::NAMES.iter().filter_map(|name| Some((shipped::files(name)?, shipped::environment(name)))).collect();
    let [mut whole, mut limit, mut ratio] = [const { Series::new() }; 3];
    for _ in 0..bench.repeats {
        let ours = micros(bench, || {
            for (files, environment) in &sets {
                let files: Vec<(&str, &str)> =
                    files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
                black_box(FlowSet::load(&files, environment).ok()?);
            }
            Some(())
        })?;
        let least = micros(bench, || {
            for text in
                sets.iter().flat_map(|(files, _)| files).filter(|(name, _)| name.rsplit('.').next() == Some("yaml"))
            {
                black_box(serde_saphyr::from_str::<Json>(text.1).ok()?);
            }
            Some(())
        })?;
        whole.push(ours / 1000.0);
        limit.push(least / 1000.0);
        ratio.push(ours / least);
    }
    let bytes: usize = sets.iter().flat_map(|(files, _)| files.values()).map(String::len).sum();
    Ok(Row::of("loading and checking the library", &whole, "ms", Some(Budget::AtMost(50.0)))
        .how(format!("FlowSet::load of all {} shipped sets, {bytes} bytes of flows and messages", sets.len()))
        .note(format!("{} times its YAML alone", rounded(ratio.median())))
        .with("yaml_alone_millis", limit.to_json())
        .with("ratio_to_yaml_alone", ratio.to_json()))
}

fn phrases(bench: &Bench) -> anyhow::Result<Row> {
    let context = booking::context(Channel::WhatsApp);
    let heard: Vec<_> = PHRASES
        .iter()
        .map(|(language, wanted, said)| (Ears::new(language, context.now, context.zone), *wanted, *said))
        .collect();
    if let Some((.., said)) = heard.iter().find(|(ears, wanted, said)| read(*wanted, said, ears) == Reading::Nothing) {
        anyhow::bail!("violation: \"{said}\" is not read");
    }
    let mut series = Series::new();
    for _ in 0..bench.repeats {
        let all = micros(bench, || {
            for (ears, wanted, said) in &heard {
                black_box(read(*wanted, black_box(said), ears));
            }
            Some(())
        })?;
        series.push(all / heard.len() as f64);
    }
    Ok(Row::of("reading a phrase", &series, "µs", None)
        .how(format!("the mean of {} days, times, numbers and answers in four languages", heard.len())))
}

/// The day list shown again, by channel: what a digression costs, without the session's JSON.
fn shown(bench: &Bench, set: &FlowSet) -> anyhow::Result<Row> {
    let all: Vec<AtDays<'_>> =
        Channel::ALL.into_iter().map(|channel| AtDays::reach(set, channel)).collect::<Result<_, _>>()?;
    let mut series = [const { Series::new() }; Channel::ALL.len()];
    for _ in 0..bench.repeats {
        for (days, series) in all.iter().zip(&mut series) {
            series.push(micros(bench, || days.turn(black_box(&days.state), &days.unread, &[]))?);
        }
    }
    let others = Channel::ALL.into_iter().zip(&series).skip(1);
    let others = others.map(|(channel, series)| format!("{} {} µs", channel.as_str(), rounded(series.median())));
    let row = Row::of("showing a choice", &series[0], "µs", None)
        .how("an answer that cannot be read, and the day list laid out again, each channel at its own list; the value is WhatsApp's")
        .note(others.collect::<Vec<_>>().join(", "));
    Ok(Channel::ALL
        .into_iter()
        .zip(&series)
        .fold(row, |row, (channel, series)| row.with(channel.as_str(), series.to_json())))
}

/// Microseconds of processor time of one call, over as many as fit into the time of one measurement. `None` from a call is a violation.
fn micros<T>(bench: &Bench, mut call: impl FnMut() -> Option<T>) -> anyhow::Result<f64> {
    let time = Duration::from_secs_f64(bench.seconds as f64 / MEASUREMENTS);
    let mut calls = 0_u32;
    let (begun, before) = (Instant::now(), machine::thread_time());
    while begun.elapsed() < time {
        for _ in 0..CALLS {
            if black_box(call()).is_none() {
                anyhow::bail!("violation: a call of the flow core gave nothing");
            }
        }
        calls += CALLS;
    }
    let used = machine::thread_time()
        .zip(before)
        .map_or_else(|| begun.elapsed(), |(after, before)| after.saturating_sub(before));
    Ok(used.as_secs_f64() * 1e6 / f64::from(calls))
}
