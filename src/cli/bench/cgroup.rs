//! A share of the machine: a control group with so much processor time and memory, for a process and what it starts. Version 2 where the
//! system has it, else version 1.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::bail;

use crate::crypto::random;

const ROOT: &str = "/sys/fs/cgroup";
/// Processor time is given out in pieces of this length, as the kernel does unless told otherwise.
const PERIOD_US: u64 = 100_000;
/// What has ended leaves its group a little later.
const EMPTY_WITHIN: Duration = Duration::from_secs(5);

/// So much of the machine.
#[derive(Debug, Clone, Copy, serde::Serialize)]
pub(super) struct Share {
    pub cores: f64,
    pub memory_mib: u64,
}

/// No group can be made here: without one nothing can be said about a smaller machine.
#[derive(Debug, thiserror::Error)]
#[error("not measured: {path} cannot be written, and without a control group this machine cannot be made smaller")]
pub(super) struct NoShare {
    path: String,
    source: std::io::Error,
}

/// A group of its own; removed when dropped, once all its processes have ended.
#[derive(Debug)]
pub(super) struct Cgroup {
    /// One in version 2, one for each of processor and memory in version 1.
    folders: Vec<PathBuf>,
}

impl Cgroup {
    /// A new group.
    pub(super) fn new(share: Share) -> Result<Self, NoShare> {
        let name = format!("ganira-bench-{}", random::hex_token::<4>());
        let root = Path::new(ROOT);
        let quota_us = (share.cores * PERIOD_US as f64) as u64;
        let memory = share.memory_mib * 1024 * 1024;
        let mut group = Self { folders: Vec::new() };
        if root.join("cgroup.controllers").exists() {
            for controller in ["cpu", "memory"] {
                // Fails where it is given on already, or by whoever must not: then the files below are missing.
                let _ = fs::write(root.join("cgroup.subtree_control"), format!("+{controller}"));
            }
            let folder = group.make(root.join(&name))?;
            write(&folder.join("cpu.max"), format!("{quota_us} {PERIOD_US}"))?;
            write(&folder.join("memory.max"), memory.to_string())?;
            // A machine without swap.
            let _ = fs::write(folder.join("memory.swap.max"), "0");
        } else {
            let folder = group.make(root.join("cpu").join(&name))?;
            write(&folder.join("cpu.cfs_period_us"), PERIOD_US.to_string())?;
            write(&folder.join("cpu.cfs_quota_us"), quota_us.to_string())?;
            let folder = group.make(root.join("memory").join(&name))?;
            write(&folder.join("memory.limit_in_bytes"), memory.to_string())?;
        }
        Ok(group)
    }

    fn make(&mut self, folder: PathBuf) -> Result<PathBuf, NoShare> {
        fs::create_dir(&folder).map_err(|source| NoShare { path: folder.display().to_string(), source })?;
        self.folders.push(folder.clone());
        Ok(folder)
    }

    /// The files into which a process writes 0 to enter, before it becomes what is to be measured.
    pub(super) fn doors(&self) -> Vec<PathBuf> {
        self.folders.iter().map(|folder| folder.join("cgroup.procs")).collect()
    }

    /// How often its processes had to wait because their share was used up, of how many periods. `None` where the kernel does not say.
    pub(super) fn throttled(&self) -> Option<(u64, u64)> {
        let said = fs::read_to_string(self.folders.first()?.join("cpu.stat")).ok()?;
        let count = |name: &str| said.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok());
        Some((count("nr_throttled ")?, count("nr_periods ")?))
    }

    /// The most memory its processes and the files they read have had, in bytes. `None` where the kernel does not say.
    pub(super) fn memory_most(&self) -> Option<u64> {
        let names = ["memory.peak", "memory.max_usage_in_bytes"];
        let mut said = names.iter().filter_map(|name| fs::read_to_string(self.folders.last()?.join(name)).ok());
        said.next()?.trim().parse().ok()
    }

    /// Removes it, when its processes have ended.
    pub(super) fn remove(mut self) -> anyhow::Result<()> {
        let begun = Instant::now();
        while let Some(folder) = self.folders.last() {
            match fs::remove_dir(folder) {
                Ok(()) => {
                    self.folders.pop();
                }
                Err(_) if begun.elapsed() < EMPTY_WITHIN => std::thread::sleep(Duration::from_millis(10)),
                Err(error) => bail!("the control group {} cannot be removed: {error}", folder.display()),
            }
        }
        Ok(())
    }
}

impl Drop for Cgroup {
    fn drop(&mut self) {
        for folder in &self.folders {
            let _ = fs::remove_dir(folder);
        }
    }
}

fn write(file: &Path, text: String) -> Result<(), NoShare> {
    fs::write(file, text).map_err(|source| NoShare { path: file.display().to_string(), source })
}
