//! The figures as `docs/performance.md` shows them: written by the run itself between two marks, so that nobody copies numbers by hand.

use std::path::Path;

use anyhow::{Context as _, bail};
use serde_json::Value;

use super::figures::{Budget, Row, written};

const PAGE: &str = "docs/performance.md";
const BEGINS: &str = "<!-- figures: written by `ganira bench --write` -->\n";
const ENDS: &str = "<!-- end of the figures -->";

/// Writes the table into the page of the folder this runs in.
pub(super) fn write(machine: &Value, rows: &[Row]) -> anyhow::Result<()> {
    let page = Path::new(PAGE);
    let text = std::fs::read_to_string(page)
        .with_context(|| format!("{PAGE} cannot be read: run this in the repository's folder"))?;
    let text = put(&text, &table(machine, rows)).with_context(|| format!("{PAGE} has no place for the figures"))?;
    std::fs::write(page, text).with_context(|| format!("{PAGE} cannot be written"))
}

fn put(text: &str, table: &str) -> anyhow::Result<String> {
    let Some((before, rest)) = text.split_once(BEGINS) else { bail!("expected a line {BEGINS}") };
    let Some((_, after)) = rest.split_once(ENDS) else { bail!("expected {ENDS} behind it") };
    Ok(format!("{before}{BEGINS}{table}{ENDS}{after}"))
}

fn table(machine: &Value, rows: &[Row]) -> String {
    let mut text =
        format!("{}\n\n| figure | value | spread | budget | met | |\n|---|---|---|---|---|---|\n", on(machine));
    for row in rows {
        text.push_str(&line(row));
    }
    text
}

/// Where and when.
fn on(machine: &Value) -> String {
    let said = |name: &str| match &machine[name] {
        Value::String(text) => text.clone(),
        Value::Null => "unknown".to_owned(),
        other => other.to_string(),
    };
    let day = said("at").chars().take(10).collect::<String>();
    format!(
        "{day}, commit {}, {}: {}, {} cores, {} MiB, {}, {}, Postgres {} (fsync {} by {}, synchronous_commit {}, full_page_writes {}, log \
         compressed: {}); measured {} times each, load average at the end {}.",
        said("commit"),
        said("build"),
        said("cpu"),
        said("cores"),
        said("memory_mib"),
        said("kernel"),
        said("rustc"),
        said("postgres"),
        said("fsync"),
        said("wal_sync_method"),
        said("synchronous_commit"),
        said("full_page_writes"),
        said("wal_compression"),
        said("repeats"),
        said("load_average_at_end"),
    )
}

fn line(row: &Row) -> String {
    let budget = match row.budget {
        Some(Budget::AtLeast(limit)) => format!("≥ {limit}"),
        Some(Budget::AtMost(limit)) => format!("≤ {limit}"),
        None => String::new(),
    };
    let met = match row.met() {
        Some(true) => "yes",
        Some(false) => "**no**",
        None => "",
    };
    let unit = if row.unit == "ratio" { String::new() } else { format!(" {}", row.unit) };
    let value = row.value.map_or_else(|| "not measured".to_owned(), |value| format!("{}{unit}", written(value)));
    let spread = row.iqr.map(written).unwrap_or_default();
    let note = if row.value.is_none() { &row.how } else { &row.note };
    format!("| {} | {value} | {spread} | {budget} | {met} | {} |\n", row.name, note.replace('|', "/"))
}
