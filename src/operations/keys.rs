//! The key ring in use: which of its keys wraps what, and wrapping everything under its first key.
//!
//! Tenants' keys and the system's stay what they are; only their wrapping changes, by compare-and-set. So an engine goes on under load,
//! two rotations at once do each other no harm, and an interrupted one is simply run again. The hash key is not part of the ring.

use std::collections::BTreeMap;

use sqlx::PgPool;

use crate::crypto::{CryptoError, KeyRing};
use crate::domain::TenantId;
use crate::store::admin::{self, keys as rows};

/// Passes over all keys: a tenant made meanwhile by somebody who has the old ring is caught by the next.
const PASSES_MAX: usize = 5;

/// How one ring key is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RingKeyUse {
    pub id: String,
    /// Whether the ring holds it. What it wraps cannot be read where it does not.
    pub in_ring: bool,
    /// Whether it wraps from now on.
    pub primary: bool,
    /// How many tenants' keys it wraps.
    pub tenants: u64,
    /// Whether it wraps the system's key.
    pub system: bool,
}

impl RingKeyUse {
    /// Whether it wraps anything.
    pub fn in_use(&self) -> bool {
        self.tenants > 0 || self.system
    }
}

/// What a rotation did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rotated {
    /// How many keys of tenants were wrapped anew.
    pub tenants: u64,
    /// Whether the system's key was.
    pub system: bool,
    /// Whose key could not be wrapped anew, and why. `None` is the system.
    pub failed: Vec<(Option<TenantId>, CryptoError)>,
    /// The keys of the ring that wrap nothing any more.
    pub removable: Vec<String>,
}

/// Every key of the ring, the first one first, then those that are in use and missing from it.
pub async fn list(pool: &PgPool, ring: &KeyRing) -> sqlx::Result<Vec<RingKeyUse>> {
    let mut transaction = admin::begin_reading(pool).await?;
    let tenants = rows::of_tenants(&mut transaction).await?;
    let system = rows::of_system(&mut transaction).await?;
    let mut uses: Vec<RingKeyUse> = ring.ids().map(|id| unused(id, ring)).collect();
    let mut missing: BTreeMap<String, RingKeyUse> = BTreeMap::new();
    let mut note = |wrapped: &[u8], count: &dyn Fn(&mut RingKeyUse)| {
        let id = KeyRing::wrapped_under(wrapped).unwrap_or("(unreadable)");
        match uses.iter_mut().find(|known| known.id == id) {
            Some(known) => count(known),
            None => count(missing.entry(id.to_owned()).or_insert_with(|| unused(id, ring))),
        }
    };
    for (_, wrapped) in &tenants {
        note(wrapped, &|known| known.tenants += 1);
    }
    if let Some(wrapped) = &system {
        note(wrapped, &|known| known.system = true);
    }
    uses.extend(missing.into_values());
    Ok(uses)
}

fn unused(id: &str, ring: &KeyRing) -> RingKeyUse {
    RingKeyUse {
        id: id.to_owned(),
        in_ring: ring.ids().any(|known| known == id),
        primary: ring.primary() == id,
        tenants: 0,
        system: false,
    }
}

/// Wraps every tenant's key and the system's under the ring's first key. May be cancelled, repeated, and run by two at once.
pub async fn rotate(pool: &PgPool, ring: &KeyRing) -> sqlx::Result<Rotated> {
    let mut rotated = Rotated { tenants: 0, system: false, failed: Vec::new(), removable: Vec::new() };
    for _ in 0..PASSES_MAX {
        let changed = pass(pool, ring, &mut rotated).await?;
        if changed == 0 {
            break;
        }
    }
    let uses = list(pool, ring).await?;
    let removable = uses.into_iter().filter(|one| one.in_ring && !one.primary && !one.in_use());
    rotated.removable = removable.map(|one| one.id).collect();
    Ok(rotated)
}

/// Once over all keys. Returns how many were not under the first ring key.
async fn pass(pool: &PgPool, ring: &KeyRing, rotated: &mut Rotated) -> sqlx::Result<usize> {
    let mut transaction = admin::begin_reading(pool).await?;
    let tenants = rows::of_tenants(&mut transaction).await?;
    let system = rows::of_system(&mut transaction).await?;
    transaction.rollback().await?;
    rotated.failed.clear();
    let mut changed = 0;
    for (tenant, old) in tenants {
        match ring.rewrap_tenant_key(tenant.0, &old) {
            Ok(None) => {}
            Ok(Some(new)) => {
                changed += 1;
                let mut transaction = admin::begin(pool).await?;
                let replaced = rows::replace_of_tenant(&mut transaction, tenant, &old, &new).await?;
                transaction.commit().await?;
                rotated.tenants += u64::from(replaced);
            }
            Err(error) => rotated.failed.push((Some(tenant), error)),
        }
    }
    match system.map(|old| (ring.rewrap_system_key(&old), old)) {
        None | Some((Ok(None), _)) => {}
        Some((Ok(Some(new)), old)) => {
            changed += 1;
            let mut transaction = admin::begin(pool).await?;
            rotated.system |= rows::replace_of_system(&mut transaction, &old, &new).await?;
            transaction.commit().await?;
        }
        Some((Err(error), _)) => rotated.failed.push((None, error)),
    }
    Ok(changed)
}
