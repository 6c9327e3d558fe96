//! The server's own settings, written anew at every start.

use std::fs;
use std::path::Path;

use super::account::Account;
use super::error::{Result, Tried as _};
use super::programs::Programs;
use super::seat::cluster;
use super::{Durability, command::run};

/// Included at the end of `postgresql.conf`.
const FILE: &str = "ganira.conf";

/// Values measured for a machine of two cores whose load is many small commits.
const TUNED: &str = "\
listen_addresses = ''
unix_socket_permissions = 0700
max_connections = 100
wal_buffers = 64MB
max_wal_size = 4GB
checkpoint_timeout = 15min
commit_delay = 0
autovacuum_naptime = 10s
idle_in_transaction_session_timeout = 5s
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = '%m [%p] '
log_checkpoints = off
";

/// A committed row survives the loss of power.
const SAFE: &str = "fsync = on\nsynchronous_commit = on\nfull_page_writes = on\n";
/// A committed row survives everything but the loss of power: only for tests' databases, which are thrown away.
const THROWN_AWAY: &str = "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\nmax_connections = 400\nwal_level = minimal\n\
                           max_wal_senders = 0\nautovacuum = off\n";

pub(super) fn write(folder: &Path, account: Account, programs: &Programs, durability: Durability) -> Result<()> {
    let mut text = TUNED.to_owned();
    text.push_str(match durability {
        Durability::Safe => SAFE,
        Durability::ThrownAway => THROWN_AWAY,
    });
    let file = cluster(folder).join(FILE);
    if compresses_with_lz4(folder, account, programs) {
        text.push_str("wal_compression = lz4\n");
    }
    fs::write(&file, text).tried(|| format!("write {}", file.display()))?;
    account.own(&file)
}

/// Makes the main settings file read ours; once, after `initdb`.
pub(super) fn include(folder: &Path) -> Result<()> {
    let file = cluster(folder).join("postgresql.conf");
    let changing = || format!("change {}", file.display());
    let text = fs::read_to_string(&file).tried(changing)?;
    fs::write(&file, format!("{text}\ninclude_if_exists = '{FILE}'\n")).tried(changing)
}

/// Not every build knows lz4, and an unknown value keeps the server from starting.
fn compresses_with_lz4(folder: &Path, account: Account, programs: &Programs) -> bool {
    let mut command = account.command(programs.postgres());
    command.args(["-C", "wal_compression", "-c", "wal_compression=lz4", "-D"]).arg(cluster(folder));
    run(&mut command).is_ok()
}
