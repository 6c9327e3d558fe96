//! Finding the programs `postgres` and `initdb`, in an order that a newcomer would expect.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::command::run;
use super::error::{PrivatePostgresError, Result};
use super::npm;

/// The oldest major version that will do.
pub const OLDEST_MAJOR: u32 = 15;

/// Where to look for programs.
#[derive(Debug, Clone)]
pub struct Search {
    /// The folder the operator named; when set, nothing else is looked at.
    pub configured: Option<PathBuf>,
    /// Folders in order of preference, with or without programs.
    pub folders: Vec<PathBuf>,
    /// Whether the npm package may be used when nothing else does.
    pub npm: bool,
}

impl Search {
    /// PATH, then the folders of distributions with the highest version first, then npm.
    pub fn system(configured: Option<PathBuf>) -> Self {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
        for (parent, prefix, inner) in DISTRIBUTIONS {
            folders.extend(versioned(Path::new(parent), prefix, inner));
        }
        Self { configured, folders, npm: true }
    }

    /// The npm package only.
    pub fn only_npm() -> Self {
        Self { configured: None, folders: Vec::new(), npm: true }
    }
}

/// Folder, how the versioned folders in it begin, and where in them the programs are: Debian, Red Hat, Alpine, Homebrew (twice).
const DISTRIBUTIONS: [(&str, &str, &str); 5] = [
    ("/usr/lib/postgresql", "", "bin"),
    ("/usr", "pgsql-", "bin"),
    ("/usr/libexec", "postgresql", ""),
    ("/opt/homebrew/opt", "postgresql@", "bin"),
    ("/usr/local/opt", "postgresql@", "bin"),
];

/// Programs that were tried and answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Programs {
    pub folder: PathBuf,
    pub major: u32,
}

impl Programs {
    pub(super) fn postgres(&self) -> PathBuf {
        self.folder.join("postgres")
    }

    pub(super) fn initdb(&self) -> PathBuf {
        self.folder.join("initdb")
    }
}

/// The first programs that can serve a folder made by `needed` (any version when it is new). What was passed over is said in `notices`.
pub(super) fn find(
    search: &Search,
    needed: Option<(&Path, u32)>,
    cache: impl FnOnce() -> Result<PathBuf>,
    notices: &mut Vec<String>,
) -> Result<Programs> {
    if let Some(dir) = &search.configured {
        return configured(dir, needed);
    }
    let mut tried = Vec::new();
    for folder in search.folders.iter().filter(|folder| folder.join("postgres").is_file()) {
        match suitable(folder, needed.map(|(_, major)| major)) {
            Ok(programs) => return Ok(programs),
            Err(why) => {
                notices.push(format!("skipped the Postgres in {}: {why}", folder.display()));
                tried.push(format!("{}: {why}", folder.display()));
            }
        }
    }
    if tried.is_empty() {
        tried.push("none in PATH or the system's folders".to_owned());
    }
    if search.npm && needed.is_none_or(|(_, major)| major == npm::MAJOR) {
        match cache().and_then(|cache| npm::programs(&cache, notices)) {
            Ok(folder) => match suitable(&folder, None) {
                Ok(programs) => return Ok(programs),
                Err(why) => tried.push(format!("{}: {why}", folder.display())),
            },
            Err(wrong @ PrivatePostgresError::WrongChecksum { .. }) => return Err(wrong),
            Err(error) => tried.push(format!("npm: {error}")),
        }
    }
    let tried = tried.join("; ");
    Err(match needed {
        Some((dir, major)) => PrivatePostgresError::NoProgramsFor { dir: dir.to_owned(), major, tried },
        None => PrivatePostgresError::NoPrograms { tried },
    })
}

fn configured(dir: &Path, needed: Option<(&Path, u32)>) -> Result<Programs> {
    suitable(dir, needed.map(|(_, major)| major))
        .map_err(|why| PrivatePostgresError::UnusableProgramsDir { dir: dir.to_owned(), why })
}

fn suitable(folder: &Path, needed: Option<u32>) -> std::result::Result<Programs, String> {
    // Links in PATH point into the real installation, which is the one to name.
    let postgres = fs::canonicalize(folder.join("postgres")).map_err(|error| error.to_string())?;
    let folder = postgres.parent().unwrap_or(folder).to_owned();
    let said = run(Command::new(&postgres).arg("--version")).map_err(|error| error.to_string())?;
    let major = read_major(&said).ok_or_else(|| format!("`postgres --version` said \"{}\"", said.trim()))?;
    if major < OLDEST_MAJOR {
        return Err(format!("version {major} is older than {OLDEST_MAJOR}"));
    }
    if needed.is_some_and(|needed| needed != major) {
        return Err(format!("version {major} is not the one that made the data folder"));
    }
    if !folder.join("initdb").is_file() {
        return Err("it has no initdb".to_owned());
    }
    Ok(Programs { folder, major })
}

/// The major version in the answer of `postgres --version`, such as `postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)`.
fn read_major(said: &str) -> Option<u32> {
    let version = said.split("(PostgreSQL)").nth(1)?.trim_start();
    version.split(|character: char| !character.is_ascii_digit()).next()?.parse().ok()
}

/// Folders below `parent` whose names are `prefix` and a number, highest first.
fn versioned(parent: &Path, prefix: &str, inner: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(parent).into_iter().flatten().flatten();
    let mut found: Vec<(u32, PathBuf)> = entries
        .filter_map(|entry| {
            let number = entry.file_name().to_str()?.strip_prefix(prefix)?.parse().ok()?;
            Some((number, entry.path().join(inner)))
        })
        .collect();
    found.sort_by_key(|(number, _)| std::cmp::Reverse(*number));
    found.into_iter().map(|(_, folder)| folder).collect()
}

#[cfg(test)]
mod tests {
    use super::read_major;

    #[test]
    fn the_major_version_is_read_from_every_builds_answer() {
        assert_eq!(read_major("postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)\n"), Some(15));
        assert_eq!(read_major("postgres (PostgreSQL) 18beta2\n"), Some(18));
        assert_eq!(read_major("postgres (PostgreSQL) 9.6.24\n"), Some(9));
        assert_eq!(read_major("something else 15.1"), None);
    }
}
