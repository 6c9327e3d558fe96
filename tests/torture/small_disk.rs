//! A disk that is full on command: a small file system in memory, and a file that takes what is left of it.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A mounted file system. It is gone when this is dropped.
#[derive(Debug)]
pub struct SmallDisk(PathBuf);

impl SmallDisk {
    /// Mounts one on a folder, which it makes. Only root may.
    pub fn mount(folder: &Path, megabytes: usize) -> Self {
        std::fs::create_dir_all(folder).unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &format!("size={megabytes}m,mode=0755"), "ganira-torture"]).arg(folder);
        let mounted = mount.status().unwrap().success();
        assert!(mounted, "a disk can be full only where one may be mounted: run this row as root");
        Self(folder.to_owned())
    }

    /// Takes all that is left, but for so much.
    pub fn fill(&self, but_kilobytes: usize) {
        let mut ballast = File::create(self.0.join("ballast")).unwrap();
        let kilobyte = [7; 1024];
        let mut taken: u64 = 0;
        // A page of a file is taken whole: smaller pieces find no more room.
        while ballast.write_all(&kilobyte).is_ok() {
            taken += 1024;
        }
        ballast.set_len(taken.saturating_sub(but_kilobytes as u64 * 1024)).unwrap();
    }

    pub fn free(&self) {
        let _ = std::fs::remove_file(self.0.join("ballast"));
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}
