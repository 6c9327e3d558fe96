//! Who owns what: `register`, `heartbeat`, `release` and the fence.

use chrono::TimeDelta;
use ganira::domain::Timestamp;
use ganira::store::{Registration, WriterId};

use super::commit::Abort;
use super::tables::{Node, Tables, Writer};

pub(super) fn register(
    tables: &mut Tables,
    name: &str,
    commit_lanes: u16,
    stale_ms: u32,
    now: Timestamp,
) -> Option<Registration> {
    let fresh = now - TimeDelta::milliseconds(stale_ms.into());
    if tables.nodes.iter().any(|(other, node)| other != name && !node.released && node.beat > fresh) {
        return None;
    }
    fence_all(tables);
    let incarnation = tables.nodes.get(name).map_or(0, |node| node.incarnation) + 1;
    tables.nodes.put(name.to_owned(), Node { incarnation, beat: now, released: false });
    let mut writers = Vec::new();
    for lane in 0..=commit_lanes {
        tables.sequences.writer += 1;
        let writer = WriterId(tables.sequences.writer);
        let row = Writer { node: name.to_owned(), incarnation, lane, alive: true, last_batch: 0, last_digest: None };
        tables.writers.put(writer, row);
        writers.push(writer);
    }
    let facts = writers.remove(0);
    Some(Registration { incarnation, facts, lanes: writers })
}

/// What a takeover does to whoever was there.
pub(super) fn fence_all(tables: &mut Tables) {
    tables.writers.change_where(|_, writer| writer.alive, |writer| writer.alive = false);
}

pub(super) fn heartbeat(tables: &mut Tables, name: &str, incarnation: i64, now: Timestamp) -> bool {
    tables.nodes.change_where(
        |node, row| node == name && row.incarnation == incarnation && !row.released,
        |row| row.beat = now,
    );
    tables.writers.values().any(|writer| writer.node == name && writer.incarnation == incarnation && writer.alive)
}

pub(super) fn release(tables: &mut Tables, name: &str, incarnation: i64) {
    let is_of = |node: &str, of: i64| node == name && of == incarnation;
    tables.writers.change_where(|_, row| is_of(&row.node, row.incarnation), |row| row.alive = false);
    tables.nodes.change_where(|node, row| is_of(node, row.incarnation), |row| row.released = true);
}

/// True: go on. False: this very content was applied before.
pub(super) fn fence(tables: &mut Tables, writer: WriterId, batch: i64, digest: &[u8; 32]) -> Result<bool, Abort> {
    let fenced = || Abort::new("GN001", format!("writer {} is fenced at batch {batch}", writer.0));
    let row = tables.writers.get(&writer).ok_or_else(fenced)?;
    let is_dead = !row.alive;
    if (row.alive || tables.loosened.fence) && row.last_batch == batch - 1 {
        tables.writers.change(&writer, |row| {
            row.last_batch = batch;
            row.last_digest = Some(*digest);
        });
        return Ok(true);
    }
    if row.last_batch == batch && (row.last_digest.as_ref() == Some(digest) || tables.loosened.digest) {
        return Ok(false);
    }
    tables.fenced += u64::from(is_dead);
    Err(fenced())
}
