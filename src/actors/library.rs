//! The tenants' flows as they were published: each folder in memory once, however many tenants and revisions share it.

use std::collections::HashMap;
use std::sync::{Arc, Weak};

use parking_lot::Mutex;
use quick_cache::sync::Cache;

use crate::domain::TenantId;
use crate::flows::{Environment, FlowSet, Moves};
use crate::operations::registry;
use crate::store::{Store, StoreError};

/// Earlier revisions kept ready for the sessions that began on them.
const EARLIER_MAX: usize = 256;

/// Why a revision cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum LibraryError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("tenant {0} has no revision {1}")]
    None(TenantId, i32),
    #[error("revision {revision} of tenant {tenant} cannot be read by this release: {first}")]
    Unreadable { tenant: TenantId, revision: i32, first: String },
}

/// Reads revisions and keeps them.
#[derive(Debug)]
pub struct Library {
    /// What flows may name: published ones were checked when they were published, so it holds all that this release knows.
    environment: Environment,
    /// Folders by their digest, as long as anybody holds them.
    folders: Mutex<HashMap<Vec<u8>, Weak<FlowSet>>>,
    earlier: Cache<(TenantId, i32), Arc<FlowSet>>,
    /// How sessions move from one revision to another, by both numbers; `None`: they do not.
    moves: Cache<(TenantId, i32, i32), Option<Arc<Moves>>>,
}

impl Default for Library {
    fn default() -> Self {
        Self {
            environment: registry::environment(),
            folders: Mutex::default(),
            earlier: Cache::new(EARLIER_MAX),
            moves: Cache::new(EARLIER_MAX),
        }
    }
}

impl Library {
    /// A folder that somebody holds already.
    pub fn held(&self, digest: &[u8]) -> Option<Arc<FlowSet>> {
        self.folders.lock().get(digest)?.upgrade()
    }

    /// How a session on `from` goes on in `to`, if that one says so. It was proven when it was published; where this release cannot prove
    /// it any more, sessions stay where they are.
    pub fn moves(&self, tenant: TenantId, from: (i32, &FlowSet), to: (i32, &FlowSet)) -> Option<Arc<Moves>> {
        if !to.1.moves_from().contains(&from.0) {
            return None;
        }
        let key = (tenant, from.0, to.0);
        if let Some(known) = self.moves.get(&key) {
            return known;
        }
        let proven = FlowSet::heirs(from.1, to.1);
        if let Err(mistakes) = &proven {
            let first = mistakes.first().map(ToString::to_string);
            tracing::error!(
                tenant.id = tenant.0,
                from = from.0,
                to = to.0,
                first,
                "sessions cannot move to the live revision"
            );
        }
        let moves = proven.ok().map(Arc::new);
        self.moves.insert(key, moves.clone());
        moves
    }

    /// A revision: from memory, else from the store. It was checked when it was published and is not checked again: a stricter release must
    /// not silence a tenant.
    pub async fn revision(
        &self,
        store: &dyn Store,
        tenant: TenantId,
        revision: i32,
    ) -> Result<Arc<FlowSet>, LibraryError> {
        if let Some(set) = self.earlier.get(&(tenant, revision)) {
            return Ok(set);
        }
        let found = store.flow_files(tenant, revision).await?.ok_or(LibraryError::None(tenant, revision))?;
        let set = if let Some(set) = self.held(&found.digest) {
            set
        } else {
            let files: Vec<(&str, &str)> =
                found.files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
            let set = FlowSet::published(&files, &self.environment).map_err(|mistakes| {
                let first = mistakes.first().map(ToString::to_string).unwrap_or_default();
                LibraryError::Unreadable { tenant, revision, first }
            })?;
            let set = Arc::new(set);
            let mut folders = self.folders.lock();
            folders.retain(|_, folder| folder.strong_count() > 0);
            folders.insert(found.digest, Arc::downgrade(&set));
            set
        };
        self.earlier.insert((tenant, revision), set.clone());
        Ok(set)
    }
}
