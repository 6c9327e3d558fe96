//! Why a private Postgres could not be had. Messages say what to do.

use std::path::PathBuf;

/// A private Postgres could not be found, made, started or stopped.
#[derive(Debug, thiserror::Error)]
pub enum PrivatePostgresError {
    #[error("{what}")]
    Io {
        what: String,
        #[source]
        source: std::io::Error,
    },
    #[error("`{program}` failed: {said}")]
    ProgramFailed { program: String, said: String },
    #[error(
        "no Postgres programs: {tried}. Install Postgres 15 or newer (Debian: `apt install postgresql`; macOS: \
         `brew install postgresql@17`) or Node.js with npm, or name a folder with `postgres` and `initdb` in database.programs_dir"
    )]
    NoPrograms { tried: String },
    #[error(
        "{dir} holds no Postgres 15 or newer ({why}): expected the programs `postgres` and `initdb` in database.programs_dir"
    )]
    UnusableProgramsDir { dir: PathBuf, why: String },
    #[error(
        "the database in {dir} was made by Postgres {major}, which is not here ({tried}): install Postgres {major}, name its \
         programs in database.programs_dir, or move the folder away to begin anew"
    )]
    NoProgramsFor { dir: PathBuf, major: u32, tried: String },
    #[error(
        "the npm package {package} is not what was pinned: expected {expected}, got {found}. Nothing of it was used"
    )]
    WrongChecksum { package: String, expected: String, found: String },
    #[error("the database in {dir} is in use by process {process}")]
    InUse { dir: PathBuf, process: String },
    #[error(
        "the user id {uid} has no entry in /etc/passwd, which Postgres' initdb needs, this system does not allow user namespaces, and \
         no stand-in could be compiled ({why}): run as a user with an entry, or set database.url to a Postgres of yours"
    )]
    UserWithoutName { uid: u32, why: String },
    #[error(
        "{path} cannot be reached by the unprivileged user {uid} that Postgres runs as: allow it on every folder above (chmod o+x)"
    )]
    OutOfReach { path: PathBuf, uid: u32 },
    #[error("{path} belongs to somebody else: remove it")]
    NotOurs { path: PathBuf },
    #[error("Postgres did not start in {dir}; the end of its log:\n{log}")]
    DidNotStart { dir: PathBuf, log: String },
    #[error("Postgres of an earlier run still holds {dir} and does not stop")]
    DoesNotStop { dir: PathBuf },
    #[error("cannot ask the private Postgres")]
    Database(#[from] sqlx::Error),
}

pub(super) type Result<T> = std::result::Result<T, PrivatePostgresError>;

/// Gives an IO error the sentence of what was tried.
pub(super) trait Tried<T> {
    fn tried(self, what: impl FnOnce() -> String) -> Result<T>;
}

impl<T> Tried<T> for std::io::Result<T> {
    fn tried(self, what: impl FnOnce() -> String) -> Result<T> {
        self.map_err(|source| PrivatePostgresError::Io { what: format!("cannot {}", what()), source })
    }
}
