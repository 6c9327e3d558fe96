//! What an earlier run may have left behind: a server that is still stopping, one whose keeper was killed, or only its pid file.
//!
//! The server's log is locked, and every process of the server inherits the lock with its standard output: whoever gets it knows that
//! none of them lives, and that a pid file is stale even where its number has been given to another process since.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::command::run;
use super::error::{PrivatePostgresError, Result, Tried as _};
use super::seat::cluster;

/// A log that grew beyond this is begun anew.
const LOG_BYTES_MAX: u64 = 16 * 1024 * 1024;
const ASK_AFTER: Duration = Duration::from_secs(2);
const INSIST_AFTER: Duration = Duration::from_secs(30);
const GIVE_UP_AFTER: Duration = Duration::from_mins(1);
const POLL: Duration = Duration::from_millis(10);

pub(super) fn log_file(folder: &Path) -> PathBuf {
    folder.join("server.log")
}

/// Holds the folder for this process; another supervisor's hold is an error that names it.
pub(super) fn hold(folder: &Path) -> Result<File> {
    let path = folder.join("supervisor.lock");
    let file = open(&path)?;
    match file.try_lock() {
        Ok(()) => {
            fs::write(&path, std::process::id().to_string()).tried(|| format!("write {}", path.display()))?;
            Ok(file)
        }
        Err(TryLockError::WouldBlock) => {
            let process = fs::read_to_string(&path).unwrap_or_default();
            Err(PrivatePostgresError::InUse { dir: folder.to_owned(), process })
        }
        Err(TryLockError::Error(error)) => Err(error).tried(|| format!("lock {}", path.display())),
    }
}

/// The server's log, locked, when no process of an earlier server lives any more. Waits for one that stops, stops one that does not.
pub(super) fn outlive(folder: &Path) -> Result<File> {
    let path = log_file(folder);
    let log = open(&path)?;
    let begun = Instant::now();
    let mut asked = None;
    loop {
        match log.try_lock() {
            Ok(()) => break,
            Err(TryLockError::Error(error)) => return Err(error).tried(|| format!("lock {}", path.display())),
            Err(TryLockError::WouldBlock) => {}
        }
        let signal = match begun.elapsed() {
            waited if waited > GIVE_UP_AFTER => {
                return Err(PrivatePostgresError::DoesNotStop { dir: folder.to_owned() });
            }
            waited if waited > INSIST_AFTER => Some("QUIT"),
            waited if waited > ASK_AFTER => Some("INT"),
            _ => None,
        };
        if signal != asked {
            asked = signal;
            stop_server(folder, signal);
        }
        sleep(POLL);
    }
    if log.metadata().is_ok_and(|found| found.len() > LOG_BYTES_MAX) {
        log.set_len(0).tried(|| format!("empty {}", path.display()))?;
    }
    remove_stale_pid_file(folder)?;
    Ok(log)
}

/// The process number in the pid file, if there is one.
pub(super) fn server_process(folder: &Path) -> Option<u32> {
    fs::read_to_string(pid_file(folder)).ok()?.lines().next()?.trim().parse().ok()
}

/// Whether the server says in its pid file that it takes connections.
pub(super) fn is_ready(folder: &Path) -> bool {
    fs::read_to_string(pid_file(folder))
        .is_ok_and(|text| text.lines().nth(7).is_some_and(|line| line.trim() == "ready"))
}

pub(super) fn stop_server(folder: &Path, signal: Option<&str>) {
    if let (Some(signal), Some(process)) = (signal, server_process(folder).filter(|process| is_postgres(*process))) {
        // A process that has ended meanwhile is what we want.
        let _ = run(Command::new("sh").args(["-c", "kill -\"$1\" \"$2\"", "sh", signal, &process.to_string()]));
    }
}

fn remove_stale_pid_file(folder: &Path) -> Result<()> {
    let path = pid_file(folder);
    // Somebody may have started a server on the folder by hand: it holds no lock of ours.
    if server_process(folder).is_some_and(|process| works_in(process, &cluster(folder))) {
        stop_server(folder, Some("INT"));
        let begun = Instant::now();
        while path.exists() {
            if begun.elapsed() > INSIST_AFTER {
                return Err(PrivatePostgresError::DoesNotStop { dir: folder.to_owned() });
            }
            sleep(POLL);
        }
    }
    match fs::remove_file(&path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).tried(|| format!("remove {}", path.display()))
        }
        _ => Ok(()),
    }
}

fn pid_file(folder: &Path) -> PathBuf {
    cluster(folder).join("postmaster.pid")
}

fn is_postgres(process: u32) -> bool {
    command_line(process).contains("postgres")
}

/// Whether `process` is a Postgres on this very cluster.
fn works_in(process: u32, cluster: &Path) -> bool {
    let same_folder = fs::read_link(format!("/proc/{process}/cwd")).map(|folder| folder == cluster);
    is_postgres(process) && same_folder.unwrap_or_else(|_| command_line(process).contains(&*cluster.to_string_lossy()))
}

fn command_line(process: u32) -> String {
    let linux = fs::read(format!("/proc/{process}/cmdline")).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    linux.unwrap_or_else(|_| {
        run(Command::new("ps").args(["-o", "command=", "-p", &process.to_string()])).unwrap_or_default()
    })
}

fn open(path: &Path) -> Result<File> {
    let opened = OpenOptions::new().create(true).append(true).read(true).mode(0o600).open(path);
    opened.tried(|| format!("open {}", path.display()))
}
