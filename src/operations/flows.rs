//! A tenant's flows: published as a whole folder, checked first; listed, given back, rolled back; and how people walk through them.
//!
//! The caller's pool acts as the owner of the tables. A running engine speaks a new revision as soon as it is asked to by a `refresh` (see
//! [`super::requests`]), else within ten seconds; sessions that are open stay on the revision they began with.

use std::collections::BTreeMap;

use serde_json::json;
use sha2::{Digest as _, Sha256};
use sqlx::{PgConnection, PgPool};

use crate::domain::TenantId;
use crate::flows::{At, Environment, FlowSet, Mistake, Review, shipped};
use crate::store::admin::{self, flows as rows};

pub use crate::store::admin::flows::{FunnelRow, ListedRevision};

/// Files of one folder.
const FILES_MAX: usize = 500;
/// All its files together.
const FOLDER_BYTES_MAX: usize = 4 * 1024 * 1024;
/// What a folder of flows consists of; everything else in it stays where it is.
const ENDINGS: [&str; 3] = [".yaml", ".yml", ".ftl"];

/// Name of a file to its text.
pub type Folder = BTreeMap<String, String>;

/// Why a folder was not published.
#[derive(Debug, thiserror::Error)]
pub enum FlowError {
    #[error("there is no tenant {0}: see `ganira tenant list`")]
    NoTenant(TenantId),
    #[error("tenant {0} has no revision {1}: see `ganira flow revisions`")]
    NoRevision(TenantId, i32),
    #[error("there is no .flow.yaml in the folder")]
    Empty,
    #[error(
        "a folder of flows has at most {FILES_MAX} files of {FOLDER_BYTES_MAX} bytes together; this one has {files} of {bytes}"
    )]
    TooLarge { files: usize, bytes: usize },
    #[error("the flows have {} mistakes", .0.len())]
    Mistakes(Vec<Mistake>),
    #[error("{}", unreviewed(.0))]
    Unreviewed(Vec<String>),
    #[error("the database refused")]
    Database(#[from] sqlx::Error),
}

fn unreviewed(files: &[String]) -> String {
    format!("nobody has reviewed {}: have them read, or publish without asking for reviews", files.join(", "))
}

/// What publishing did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    pub revision: i32,
    /// What was live before; `None`: the shipped flows.
    pub before: Option<i32>,
    /// The very same files were a revision already: that one is live again.
    pub again: bool,
    /// What runs as written, and probably not as meant.
    pub warnings: Vec<Mistake>,
    /// How many places of which earlier revision move, in words.
    pub moves: Vec<(i32, String)>,
}

/// How to publish.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    pub note: &'a str,
    pub by: &'a str,
    /// Refuse texts that no reviewer has read.
    pub reviewed_only: bool,
}

/// Checks a folder and makes it the live revision, in one transaction. Equal files are one revision: publishing them again rolls back to it.
pub async fn publish(
    pool: &PgPool,
    tenant: TenantId,
    files: Folder,
    environment: &Environment,
    wanted: Wanted<'_>,
) -> Result<Published, FlowError> {
    let files = own_files(files)?;
    let set = load(&files, environment)?;
    if wanted.reviewed_only {
        let unread = set.reviews().filter(|reviewed| *reviewed.review == Review::Unreviewed);
        let open: Vec<String> = unread.map(|reviewed| reviewed.file.to_owned()).collect();
        if !open.is_empty() {
            return Err(FlowError::Unreviewed(open));
        }
    }
    let mut transaction = admin::begin(pool).await?;
    if !rows::lock(&mut transaction, tenant).await? {
        return Err(FlowError::NoTenant(tenant));
    }
    let before = rows::live(&mut transaction, tenant).await?;
    if let Some(live) = before {
        against(&mut transaction, tenant, live, &set, environment).await?;
    }
    let moves = heirs(&mut transaction, tenant, &set, environment).await?;
    let digest = digest(&files);
    let known = rows::with_digest(&mut transaction, tenant, &digest).await?;
    let revision = match known {
        Some(revision) => revision,
        None => rows::insert(&mut transaction, tenant, &digest, &json!(files), wanted.note).await?,
    };
    rows::publish(&mut transaction, tenant, revision, wanted.by).await?;
    transaction.commit().await?;
    let warnings = set.warnings().iter().cloned().chain(unread(&set)).collect();
    Ok(Published { revision, before, again: known.is_some(), warnings, moves })
}

/// Makes an earlier revision the live one again. It was checked when it was made.
pub async fn roll_back(pool: &PgPool, tenant: TenantId, revision: i32, by: &str) -> Result<Published, FlowError> {
    let mut transaction = admin::begin(pool).await?;
    if !rows::lock(&mut transaction, tenant).await? {
        return Err(FlowError::NoTenant(tenant));
    }
    if rows::files(&mut transaction, tenant, revision).await?.is_none() {
        return Err(FlowError::NoRevision(tenant, revision));
    }
    let before = rows::live(&mut transaction, tenant).await?;
    rows::publish(&mut transaction, tenant, revision, by).await?;
    transaction.commit().await?;
    Ok(Published { revision, before, again: true, warnings: Vec::new(), moves: Vec::new() })
}

/// All revisions of a tenant, the newest first.
pub async fn revisions(pool: &PgPool, tenant: TenantId) -> Result<Vec<ListedRevision>, FlowError> {
    let mut transaction = admin::begin_reading(pool).await?;
    Ok(rows::revisions(&mut transaction, tenant).await?)
}

/// The files of a revision; `None` asks for the live one, which may be the shipped one named `shipped`.
pub async fn files(pool: &PgPool, tenant: TenantId, revision: Option<i32>) -> Result<Folder, FlowError> {
    let mut transaction = admin::begin_reading(pool).await?;
    let revision = match revision {
        Some(revision) => Some(revision),
        None => rows::live(&mut transaction, tenant).await?,
    };
    if let Some(revision) = revision {
        return folder(&mut transaction, tenant, revision).await;
    }
    let row = admin::tenants::find(&mut transaction, tenant).await?.ok_or(FlowError::NoTenant(tenant))?;
    Ok(shipped::files(&row.flow).unwrap_or_default())
}

async fn folder(connection: &mut PgConnection, tenant: TenantId, revision: i32) -> Result<Folder, FlowError> {
    let files = rows::files(connection, tenant, revision).await?.ok_or(FlowError::NoRevision(tenant, revision))?;
    serde_json::from_value(files).map_err(|error| FlowError::Database(sqlx::Error::Decode(error.into())))
}

/// How people walked through the flows in the last `days` days.
pub async fn funnel(pool: &PgPool, tenant: TenantId, days: u16) -> Result<Vec<FunnelRow>, FlowError> {
    let mut transaction = admin::begin_reading(pool).await?;
    Ok(rows::funnel(&mut transaction, tenant, i32::from(days)).await?)
}

/// Holds a new set against the live revision: digits in print keep their meaning, places and values lost have heirs.
async fn against(
    connection: &mut PgConnection,
    tenant: TenantId,
    live: i32,
    set: &FlowSet,
    environment: &Environment,
) -> Result<(), FlowError> {
    let files = folder(connection, tenant, live).await?;
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    // One that this release cannot read any more binds nobody.
    let Ok(earlier) = FlowSet::published(&files, environment) else { return Ok(()) };
    let mistakes = FlowSet::check_against(set, &earlier, live.unsigned_abs());
    let mistakes: Vec<Mistake> = mistakes.into_iter().filter(Mistake::refuses).collect();
    if mistakes.is_empty() { Ok(()) } else { Err(FlowError::Mistakes(mistakes)) }
}

/// A warning for every file of texts that nobody has read.
fn unread(set: &FlowSet) -> impl Iterator<Item = Mistake> {
    let open = set.reviews().filter(|reviewed| *reviewed.review == Review::Unreviewed);
    open.map(|reviewed| {
        let mend =
            format!("let somebody who speaks {} read it, and write ### reviewed by NAME, day", reviewed.language);
        let top = At { line: 1, column: 1 };
        Mistake::new(reviewed.file, top, "the texts are unreviewed", "they say so themselves", mend).into_warning()
    })
}

/// Proves that every place of the revisions that `moves` names has an heir.
async fn heirs(
    connection: &mut PgConnection,
    tenant: TenantId,
    set: &FlowSet,
    environment: &Environment,
) -> Result<Vec<(i32, String)>, FlowError> {
    let mut moves = Vec::new();
    for revision in set.moves_from() {
        let files = if revision == 0 {
            let row = admin::tenants::find(connection, tenant).await?.ok_or(FlowError::NoTenant(tenant))?;
            shipped::files(&row.flow).unwrap_or_default()
        } else {
            folder(connection, tenant, revision).await?
        };
        let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        let earlier = FlowSet::published(&files, environment).map_err(FlowError::Mistakes)?;
        let proven = FlowSet::heirs(&earlier, set).map_err(FlowError::Mistakes)?;
        moves.push((revision, proven.to_string()));
    }
    Ok(moves)
}

fn own_files(files: Folder) -> Result<Folder, FlowError> {
    let files: Folder =
        files.into_iter().filter(|(name, _)| ENDINGS.iter().any(|ending| name.ends_with(ending))).collect();
    let bytes = files.values().map(String::len).sum();
    if files.len() > FILES_MAX || bytes > FOLDER_BYTES_MAX {
        return Err(FlowError::TooLarge { files: files.len(), bytes });
    }
    if !files.keys().any(|name| name.ends_with(".flow.yaml")) {
        return Err(FlowError::Empty);
    }
    Ok(files)
}

fn load(files: &Folder, environment: &Environment) -> Result<FlowSet, FlowError> {
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    FlowSet::load(&files, environment).map_err(FlowError::Mistakes)
}

/// SHA-256 over names and texts, each with its length before it.
fn digest(files: &Folder) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in files.iter().flat_map(|(name, text)| [name, text]) {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().into()
}
