//! docs/reliability.md: what the rows found, written by the command.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::engine::binary;
use crate::report::Report;
use crate::rows::{Row, Scale};

/// What stands before everything the command writes.
const HEAD: &str = "\
# Reliability

Real engines (`ganira serve`) on a real Postgres with fsync on, under a load of diaries: every reply is a complete read of what its person
has said, so that a lost, doubled or misplaced message is seen. Each row does one thing to them, counts how often it really bit, and
fails where it never did. *Violations* are counted over all messages of a row: acknowledged and lost, done twice, out of order, answered
more than once, a USSD hop repeated with other bytes, a message unaccounted for at the company, backlog that does not drain.
*Nobody answered* is the time around a fault in which no message was acknowledged.

This file is written by the commands below; the tests are in `tests/torture`.

```
make torture              # all rows; SHORT=1 for a few of each fault, ROWS=1,4 for some rows
make soak MINUTES=30      # half of what the engine can take, for long
GANIRA_BIN=target/release/ganira REPORT=1 make torture    # with another binary, and into this file
```
";

/// A part of the file that one command writes.
struct Part {
    name: &'static str,
    title: &'static str,
}

const ROWS: Part = Part { name: "rows", title: "Faults" };
const SOAK: Part = Part { name: "soak", title: "Soak" };

pub fn table(reports: &[(&Row, Report)]) -> String {
    let mut table =
        "| # | | what is done | runs | what bit | messages | violations | nobody answered: median, most | time |\n\
                     |---|---|---|---|---|---|---|---|---|\n"
            .to_owned();
    for (Row { number, name, fault, .. }, report) in reports {
        let bites: Vec<String> = report.bites.iter().map(|(what, times)| format!("{times} {what}")).collect();
        let gap = report.gap().map_or("–".to_owned(), |(median, most)| format!("{}, {}", time(median), time(most)));
        let Report { runs, messages, took, .. } = report;
        let (bites, violations, took) = (bites.join("; "), report.violations(), took.as_secs());
        writeln!(
            table,
            "| {number} | **{name}** | {fault} | {runs} | {bites} | {messages} | {violations} | {gap} | {took} s |"
        )
        .unwrap();
    }
    table
}

/// Writes the part that these reports are of.
pub fn write(reports: &[(&Row, Report)], scale: Scale) {
    let part = if reports.iter().any(|(row, _)| row.name == SOAK.name) { SOAK } else { ROWS };
    let mut text = format!("{}\n\n{}", circumstances(scale), table(reports));
    for (Row { number, name, .. }, report) in reports {
        write!(text, "\n**{number} {name}**: ").unwrap();
        let figures: Vec<String> = report.all_figures().map(|(what, value)| format!("{what} {value}")).collect();
        writeln!(text, "{}.", figures.join("; ")).unwrap();
    }
    let path = path();
    let before = std::fs::read_to_string(&path).unwrap_or_default();
    let parts = [ROWS, SOAK].map(|one| {
        let own = if one.name == part.name { text.clone() } else { body(&before, &one) };
        format!("\n## {}\n{}\n{}\n{}\n", one.title, begin(&one), own.trim(), end(&one))
    });
    std::fs::write(path, format!("{HEAD}{}", parts.concat())).unwrap();
}

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reliability.md")
}

fn begin(part: &Part) -> String {
    format!("<!-- {} -->", part.name)
}

fn end(part: &Part) -> String {
    format!("<!-- end of {} -->", part.name)
}

/// What the file says in a part now.
fn body(file: &str, part: &Part) -> String {
    let (begin, end) = (begin(part), end(part));
    let found = file.split_once(&begin).and_then(|(_, rest)| rest.split_once(&end));
    found.map_or("Not measured yet.".to_owned(), |(body, _)| body.trim().to_owned())
}

fn circumstances(scale: Scale) -> String {
    let commit = said(Command::new("git").args(["describe", "--always", "--dirty", "--abbrev=12"]));
    let day = ganira::domain::Clock::system().now().format("%Y-%m-%d %H:%M UTC");
    let kernel = said(Command::new("uname").args(["-sr"]));
    let read = |file: &str, field: &str| {
        let text = std::fs::read_to_string(file).unwrap_or_default();
        let value = text.lines().find(|line| line.starts_with(field)).and_then(|line| line.split_once(':'));
        value.map_or("unknown".to_owned(), |(_, value)| value.trim().to_owned())
    };
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let memory_kb: u64 = read("/proc/meminfo", "MemTotal").trim_end_matches(" kB").parse().unwrap_or(0);
    let processor = read("/proc/cpuinfo", "model name");
    let optimised = binary().parent().is_some_and(|folder| folder.ends_with("release"));
    let build = if optimised { "a release build" } else { "a debug build" };
    let form = if scale == Scale::Short { "short form" } else { "long form" };
    format!(
        "Commit {commit}, {day}, {form}, {build}. {cores} cores ({processor}), {} GB, {kernel}; load, companies and checker on the same \
         machine; fsync, full_page_writes and synchronous_commit on.",
        memory_kb / 1_000_000
    )
}

fn said(command: &mut Command) -> String {
    let output = command.output().map(|output| output.stdout).unwrap_or_default();
    String::from_utf8_lossy(&output).trim().to_owned()
}

fn time(time: Duration) -> String {
    if time < Duration::from_secs(1) {
        format!("{} ms", time.as_millis())
    } else {
        format!("{:.1} s", time.as_secs_f64())
    }
}
