//! A name for a user without one, where user namespaces are forbidden: a container run with `--user 1234`, say.
//!
//! `initdb`, and it alone, insists on a name for the user id. A few lines of C answer in the place of the C library; they need the C
//! compiler that a machine with Rust has.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::command::run;
use super::error::{PrivatePostgresError, Result, Tried as _};

const SOURCE: &str = include_str!("nameless.c");

/// The environment variable that makes a program use the library first.
pub(super) const PRELOAD: &str = "LD_PRELOAD";

/// Builds the library in `folder` for the user `uid`.
pub(super) fn build(folder: &Path, uid: u32) -> Result<PathBuf> {
    let (source, library) = (folder.join("nameless.c"), folder.join("nameless.so"));
    fs::write(&source, SOURCE).tried(|| format!("write {}", source.display()))?;
    run(Command::new("cc").args(["-shared", "-fPIC", "-o"]).arg(&library).arg(&source))
        .map_err(|error| PrivatePostgresError::UserWithoutName { uid, why: error.to_string() })?;
    fs::remove_file(&source).tried(|| format!("remove {}", source.display()))?;
    Ok(library)
}
