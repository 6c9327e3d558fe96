//! Deciding where a private Postgres lives and as whom it runs, before anything is written.

use std::fs::{self, DirBuilder};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::account::{Account, Us, is_free_or_of, owner_of, reachable_by_others};
use super::error::{PrivatePostgresError, Result, Tried as _};
use super::npm;
use super::programs::{self, Programs, Search};

/// Where root's folders go when `nobody` cannot reach the wanted ones. Survives a restart of the machine, unlike /tmp.
const OPEN_FOLDER: &str = "/var/tmp";

/// Folder, user and programs that fit together.
#[derive(Debug)]
pub(super) struct Seat {
    pub folder: PathBuf,
    pub account: Account,
    pub programs: Programs,
    /// Our own user id.
    pub us: u32,
}

impl Seat {
    pub(super) fn take(
        wanted: &Path,
        search: &Search,
        namespaces_allowed: bool,
        notices: &mut Vec<String>,
    ) -> Result<Self> {
        let us = Us::look(namespaces_allowed)?;
        let wanted = std::path::absolute(wanted).tried(|| format!("find {}", wanted.display()))?;
        let folder = choose_folder(&us, &wanted, notices)?;
        let needed = read_version(&folder)?;
        let needed = needed.map(|major| (folder.as_path(), major));
        let programs = programs::find(search, needed, || cache_folder(&us), notices)?;
        let account = choose_account(&us, &folder, &programs)?;
        Ok(Self { folder, account, programs, us: us.uid })
    }
}

/// The cluster's own folder within ours.
pub(super) fn cluster(folder: &Path) -> PathBuf {
    folder.join("cluster")
}

/// Where a database that is wanted in `wanted` may live: there, or in root's open folder.
pub(super) fn places(wanted: &Path) -> [PathBuf; 2] {
    [wanted.to_owned(), Path::new(OPEN_FOLDER).join(format!("ganira-{}", short_hash(wanted)))]
}

/// The wanted folder, or for root an open one where nobody but root could reach the wanted. A database that is there stays where it is.
fn choose_folder(us: &Us, wanted: &Path, notices: &mut Vec<String>) -> Result<PathBuf> {
    let [_, elsewhere] = places(wanted);
    let made_elsewhere = || owner_of(&cluster(&elsewhere)).is_some_and(|(uid, _)| uid == us.nobody.0);
    let closed = || !us.namespaces && !reachable_by_others(wanted);
    if us.uid != 0 || cluster(wanted).exists() || !(made_elsewhere() || closed()) {
        return Ok(wanted.to_owned());
    }
    if !is_free_or_of(&elsewhere, &[0, us.nobody.0]) {
        return Err(PrivatePostgresError::NotOurs { path: elsewhere });
    }
    notices.push(format!(
        "the database lives in {}: Postgres cannot run as root, and other users cannot reach {}",
        elsewhere.display(),
        wanted.display()
    ));
    Ok(elsewhere)
}

fn choose_account(us: &Us, folder: &Path, programs: &Programs) -> Result<Account> {
    if us.uid != 0 {
        let own = if us.named { Some(Account::Own) } else { us.mapped() };
        return Ok(own.unwrap_or(Account::Nameless { uid: us.uid }));
    }
    let closed = [folder, &programs.postgres()].into_iter().find(|path| !reachable_by_others(path)).map(Path::to_owned);
    let dropped = match owner_of(&cluster(folder)) {
        Some((0, _)) if us.namespaces => None,
        Some((uid, gid)) if uid != 0 => Some(Account::Dropped { uid, gid }),
        _ => Some(us.dropped()),
    };
    match (dropped, closed, us.mapped()) {
        (Some(dropped), None, _) => Ok(dropped),
        (_, _, Some(mapped)) => Ok(mapped),
        (_, closed, None) => Err(PrivatePostgresError::OutOfReach {
            path: closed.unwrap_or_else(|| folder.to_owned()),
            uid: us.nobody.0,
        }),
    }
}

/// The major version that made the cluster; `None` when there is none yet.
fn read_version(folder: &Path) -> Result<Option<u32>> {
    let file = cluster(folder).join("PG_VERSION");
    if !file.exists() {
        return Ok(None);
    }
    let text = fs::read_to_string(&file).tried(|| format!("read {}", file.display()))?;
    Ok(text.trim().split('.').next().and_then(|major| major.parse().ok()))
}

/// A folder of ours for fetched programs: the user's cache, or an open one where that cannot be used.
fn cache_folder(us: &Us) -> Result<PathBuf> {
    let from = |variable: &str| std::env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from);
    let own = from("XDG_CACHE_HOME").or_else(|| from("HOME").map(|home| home.join(".cache")));
    let usable = |folder: &Path| us.uid != 0 || us.namespaces || reachable_by_others(&folder.join("inside"));
    if let Some(folder) = own.map(|own| own.join("ganira")).filter(|folder| usable(folder))
        && make_folder(&folder, 0o755).is_ok()
        && npm::label(&folder).is_ok()
    {
        return Ok(folder);
    }
    let folder = Path::new(OPEN_FOLDER).join(format!("ganira-programs-{}", us.uid));
    if !is_free_or_of(&folder, &[us.uid]) {
        // Programs from a folder that somebody else could have filled are not run.
        return Err(PrivatePostgresError::NotOurs { path: folder });
    }
    make_folder(&folder, 0o755)?;
    npm::label(&folder)?;
    Ok(folder)
}

/// Makes a folder and those above it; those above stay open as our umask says.
pub(super) fn make_folder(folder: &Path, mode: u32) -> Result<()> {
    let making = || format!("make the folder {}", folder.display());
    if let Some(parent) = folder.parent() {
        fs::create_dir_all(parent).tried(making)?;
    }
    match DirBuilder::new().mode(mode).create(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error).tried(making),
        _ => Ok(()),
    }
}

fn short_hash(path: &Path) -> String {
    hex::encode(&Sha256::digest(path.as_os_str().as_encoded_bytes())[..6])
}
