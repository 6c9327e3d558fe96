//! The npm package of Postgres' programs: one version, one checksum per platform, fetched once with the npm client and kept.

use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Component, Path, PathBuf};
use std::process::Command;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::Deserialize;
use sha2::{Digest as _, Sha512};

use super::command::run;
use super::error::{PrivatePostgresError, Result, Tried as _};

/// The pinned version of `@embedded-postgres/<platform>` (MIT; the programs under the PostgreSQL licence).
const VERSION: &str = "18.4.0-beta.17";
/// Its Postgres.
pub(super) const MAJOR: u32 = 18;

/// Platform in Rust's words, package name, and the published `dist.integrity`.
const PACKAGES: [(&str, &str, &str, &str); 4] = [
    (
        "linux",
        "x86_64",
        "linux-x64",
        "sha512-jVw/MdDtIX/vICH/DKIe6/mHpiCggdx6QVyza4vt/NbcZFsL0KhwglF6F1Koqx3gRBZ9XtN+vi63EsqSyqOSxA==",
    ),
    (
        "linux",
        "aarch64",
        "linux-arm64",
        "sha512-TIzjtGnDGSD/LbdW0OWCEcbI+YVT0WKSfSr20TCkkP4UR8zeKe+QCZbO0/CM4hS9EWyZ4cDebjRvpRc3iMi6wg==",
    ),
    (
        "macos",
        "x86_64",
        "darwin-x64",
        "sha512-4tShSYWMxUQTSWoQAdLnHISvRj6L9gTch9/31ASJPg6wgyN64LDRwMcOINEWybM7N0ropJ3nTYhFT3UX1bKY5Q==",
    ),
    (
        "macos",
        "aarch64",
        "darwin-arm64",
        "sha512-Kg1ZMNFzkVIJs3g4V2UYEc5X005km9rGinxFBH8R1sOU2Rblvz4pt2Uf93Pu8Rk273Ue9HIdrbMPpgUqwjUi0Q==",
    ),
];

/// A link that the package lists and npm archives cannot carry.
#[derive(Debug, Deserialize)]
struct Link {
    source: PathBuf,
    target: PathBuf,
}

/// The folder of the programs, fetched into `cache` if it is not there. Without a network it works from the second time on.
pub(super) fn programs(cache: &Path, notices: &mut Vec<String>) -> Result<PathBuf> {
    let (os, arch) = (std::env::consts::OS, std::env::consts::ARCH);
    let Some((.., platform, integrity)) =
        PACKAGES.iter().find(|(its_os, its_arch, ..)| (*its_os, *its_arch) == (os, arch))
    else {
        let said = format!("there is no package of Postgres for {os} on {arch}");
        return Err(PrivatePostgresError::ProgramFailed { program: "npm".to_owned(), said });
    };
    let home = cache.join(format!("postgres-{VERSION}-{platform}"));
    let bin = home.join("native/bin");
    let lock = File::create(cache.join("lock")).tried(|| format!("write into {}", cache.display()))?;
    lock.lock().tried(|| format!("lock {}", cache.display()))?;
    if !home.exists() {
        let package = format!("@embedded-postgres/{platform}@{VERSION}");
        fetch(&package, integrity, &home, cache)?;
        notices.push(format!("fetched Postgres {MAJOR} ({package}) into {}", home.display()));
    }
    Ok(bin)
}

fn fetch(package: &str, integrity: &str, home: &Path, cache: &Path) -> Result<()> {
    let work = cache.join(format!("fetching-{}", crate::crypto::random::hex_token::<6>()));
    fs::create_dir(&work).tried(|| format!("make {}", work.display()))?;
    let outcome = fetch_into(&work, package, integrity, home);
    let removed = fs::remove_dir_all(&work).tried(|| format!("remove {}", work.display()));
    outcome.and(removed)
}

fn fetch_into(work: &Path, package: &str, integrity: &str, home: &Path) -> Result<()> {
    run(Command::new("npm").args(["pack", "--silent", "--pack-destination", "."]).arg(package).current_dir(work))?;
    let archive = only_archive(work)?;
    verify(package, &fs::read(&archive).tried(|| format!("read {}", archive.display()))?, integrity)?;
    run(Command::new("tar").arg("-xzf").arg(&archive).arg("-C").arg(work))?;
    let unpacked = work.join("package");
    link(&unpacked)?;
    make_readable(&unpacked)?;
    fs::rename(&unpacked, home).tried(|| format!("move the unpacked package to {}", home.display()))
}

fn only_archive(work: &Path) -> Result<PathBuf> {
    let listing = || format!("list {}", work.display());
    let mut entries = fs::read_dir(work).tried(listing)?.flatten().map(|entry| entry.path());
    let archive = entries.find(|path| path.extension().is_some_and(|extension| extension == "tgz"));
    archive.ok_or_else(|| PrivatePostgresError::ProgramFailed {
        program: "npm".to_owned(),
        said: "`npm pack` left no archive".to_owned(),
    })
}

/// Compares with an integrity text as npm publishes it (`sha512-` and base64).
fn verify(package: &str, archive: &[u8], integrity: &str) -> Result<()> {
    let found = format!("sha512-{}", STANDARD.encode(Sha512::digest(archive)));
    if found == integrity {
        return Ok(());
    }
    Err(PrivatePostgresError::WrongChecksum { package: package.to_owned(), expected: integrity.to_owned(), found })
}

fn link(unpacked: &Path) -> Result<()> {
    let list = unpacked.join("native/pg-symlinks.json");
    let text = fs::read_to_string(&list).tried(|| format!("read {}", list.display()))?;
    let links: Vec<Link> =
        serde_json::from_str(&text).map_err(std::io::Error::from).tried(|| format!("understand {}", list.display()))?;
    for Link { source, target } in &links {
        let target = unpacked.join(target);
        let parent = target.parent().unwrap_or(unpacked);
        fs::create_dir_all(parent).tried(|| format!("make {}", parent.display()))?;
        let relative = relative(parent, &unpacked.join(source));
        symlink(relative, &target).tried(|| format!("make the link {}", target.display()))?;
    }
    Ok(())
}

/// How to get from the folder `from` to `to`; both begin at the same place, so that the whole can be moved.
fn relative(from: &Path, to: &Path) -> PathBuf {
    let (from, to): (Vec<Component<'_>>, Vec<_>) = (from.components().collect(), to.components().collect());
    let shared = from.iter().zip(&to).take_while(|(one, other)| one == other).count();
    let up = from[shared..].iter().map(|_| Component::ParentDir);
    up.chain(to[shared..].iter().copied()).collect()
}

/// Lets every user read and run the programs, whatever our umask says.
fn make_readable(path: &Path) -> Result<()> {
    let changing = || format!("change {}", path.display());
    let found = fs::symlink_metadata(path).tried(changing)?;
    if found.is_symlink() {
        return Ok(());
    }
    let runnable = found.is_dir() || found.permissions().mode() & 0o100 != 0;
    let mode = if runnable { 0o755 } else { 0o644 };
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).tried(changing)?;
    if found.is_dir() {
        for entry in fs::read_dir(path).tried(changing)? {
            make_readable(&entry.tried(changing)?.path())?;
        }
    }
    Ok(())
}

/// Writes a note for people who wonder what this folder is.
pub(super) fn label(cache: &Path) -> Result<()> {
    let note = cache.join("README");
    if note.exists() {
        return Ok(());
    }
    let mut file = File::create(&note).tried(|| format!("write {}", note.display()))?;
    file.write_all(b"Programs that ganira fetched. It is safe to delete this folder.\n")
        .tried(|| "write a note".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_archive_with_another_checksum_is_refused() {
        let integrity =
            "sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==";
        assert!(verify("empty", b"", integrity).is_ok());
        let refused = verify("empty", b"x", integrity).unwrap_err();
        assert!(matches!(refused, PrivatePostgresError::WrongChecksum { .. }), "{refused}");
    }

    #[test]
    fn the_packages_links_are_made_relative_so_that_the_folder_can_move() {
        let folder = tempfile::tempdir().unwrap();
        let native = folder.path().join("native");
        fs::create_dir_all(native.join("lib")).unwrap();
        fs::write(native.join("lib/libpq.so.5.18"), "library").unwrap();
        let list = r#"[{"source":"native/lib/libpq.so.5.18","target":"native/lib/libpq.so.5"},
                       {"source":"native/lib/libpq.so.5.18","target":"native/share/here/libpq.so"}]"#;
        fs::write(native.join("pg-symlinks.json"), list).unwrap();
        link(folder.path()).unwrap();
        assert_eq!(fs::read_link(native.join("lib/libpq.so.5")).unwrap(), Path::new("libpq.so.5.18"));
        assert_eq!(fs::read_to_string(native.join("share/here/libpq.so")).unwrap(), "library");
    }
}
