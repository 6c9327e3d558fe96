//! On what the figures were measured, and what one process costs of it.

use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};

use super::ground::Ground;
use crate::domain::Clock;

/// The facts that stand beside every figure.
pub(super) async fn describe(ground: &Ground, repeats: usize) -> anyhow::Result<Value> {
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let cpu =
        cpu.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": ").map(|(_, name)| name.to_owned()));
    let memory = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let memory = kib(&memory, "MemTotal:").map(|kib| kib / 1024);
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    Ok(json!({
        "at": Clock::system().now().to_rfc3339(),
        "ganira": env!("CARGO_PKG_VERSION"),
        "commit": said_by("git", &["rev-parse", "--short", "HEAD"]),
        "build": if cfg!(debug_assertions) { "debug: these figures say nothing" } else { "release" },
        "rustc": said_by("rustc", &["--version"]),
        "cpu": cpu,
        "cores": std::thread::available_parallelism().map_or(0, usize::from),
        "memory_mib": memory,
        "kernel": said_by("uname", &["-sr"]),
        "repeats": repeats,
        "load_average_at_end": load.split_whitespace().next(),
        "postgres": ground.setting("server_version").await?,
        "fsync": ground.setting("fsync").await?,
        "full_page_writes": ground.setting("full_page_writes").await?,
        "synchronous_commit": ground.setting("synchronous_commit").await?,
        "wal_sync_method": ground.setting("wal_sync_method").await?,
        "wal_compression": ground.setting("wal_compression").await?,
    }))
}

fn said_by(program: &str, arguments: &[&str]) -> Option<String> {
    let said = Command::new(program).args(arguments).output().ok().filter(|said| said.status.success())?;
    Some(String::from_utf8_lossy(&said.stdout).trim().to_owned())
}

/// Bytes of a process in memory. `None` where the system does not say.
pub(super) fn resident_bytes(pid: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    kib(&status, "VmRSS:").map(|kib| kib * 1024)
}

/// How long this thread has had a processor. Other programs that want the same cores do not count. `None` where the system does not say.
pub(super) fn thread_time() -> Option<Duration> {
    let said = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    said.split_whitespace().next()?.parse().ok().map(Duration::from_nanos)
}

fn kib(text: &str, field: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(field))?;
    line.split_whitespace().next()?.parse().ok()
}
