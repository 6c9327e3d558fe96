//! The tenants: whether the ring opens their keys and their numbers can send; and what waits for an operator.

use sqlx::PgPool;

use super::Finding;
use crate::cli::assemble;
use crate::config::Config;
use crate::crypto::{KeyRing, TenantKey};
use crate::operations::tenants::{self, ListedAccount, ListedTenant};
use crate::store::admin::{self, health, keys, requests};
use crate::store::seals;

/// Seconds without a heartbeat after which an engine counts as gone.
const SILENT_SECONDS_MAX: f64 = 30.0;

pub(super) async fn look(config: &Config, pool: &PgPool, findings: &mut Vec<Finding>) -> sqlx::Result<()> {
    match assemble::key_ring(config) {
        Ok(ring) => look_at_keys(config, &ring, pool, findings).await?,
        Err(error) => findings.push(Finding::fail("keys", format!("{error:#}"))),
    }
    let mut transaction = admin::begin_reading(pool).await?;
    let erased = health::erased_but_readable(&mut transaction).await?;
    findings.push(match erased {
        0 => Finding::ok("erasures", "whoever was erased stays so"),
        _ => Finding::fail("erasures", format!("{erased} erased people can be read, as after a restore: `ganira person erase` each of the table erasure")),
    });
    let letters = health::open_dead_letters(&mut transaction).await?;
    findings.push(match letters {
        0 => Finding::ok("dead letters", "none is open"),
        _ => Finding::warn("dead letters", format!("{letters} are open: see `ganira deadletter list --open`")),
    });
    findings.push(match requests::engine_silent_for(&mut transaction).await? {
        Some(silent) if silent < SILENT_SECONDS_MAX => {
            Finding::ok("engine", format!("one lives; it said so {silent:.0} s ago"))
        }
        Some(silent) => {
            Finding::warn("engine", format!("the last one has been silent for {silent:.0} s: start `ganira serve`"))
        }
        None => Finding::warn("engine", "none runs on this database"),
    });
    Ok(())
}

async fn look_at_keys(config: &Config, ring: &KeyRing, pool: &PgPool, findings: &mut Vec<Finding>) -> sqlx::Result<()> {
    let mut transaction = admin::begin_reading(pool).await?;
    let system = keys::of_system(&mut transaction).await?;
    transaction.rollback().await?;
    let tenants = tenants::list(pool).await.map_err(|error| match error {
        tenants::TenantError::Database(error) => error,
        other => sqlx::Error::Protocol(other.to_string()),
    })?;
    let mut bad: Vec<String> = Vec::new();
    if let Some(Err(error)) = system.map(|wrapped| ring.unwrap_system_key(&wrapped)) {
        bad.push(format!("the system's: {error}"));
    }
    let mut sending = Vec::new();
    for (tenant, accounts) in &tenants {
        match ring.unwrap_tenant_key(tenant.id.0, &tenant.wrapped_key) {
            Ok(key) => sending.extend(accounts.iter().filter_map(|account| complaint(config, tenant, account, &key))),
            Err(error) => bad.push(format!("tenant {}: {error}", tenant.id)),
        }
    }
    findings.push(if bad.is_empty() {
        Finding::ok("keys", format!("the ring opens the keys of {} tenants", tenants.len()))
    } else {
        Finding::fail("keys", format!("{} keys cannot be opened; {}", bad.len(), bad.join("; ")))
    });
    findings.push(if sending.is_empty() {
        let count: usize = tenants.iter().map(|(_, accounts)| accounts.len()).sum();
        Finding::ok("numbers", format!("{count} can send"))
    } else {
        Finding::warn("numbers", sending.join("; "))
    });
    Ok(())
}

/// What keeps a number from working.
fn complaint(config: &Config, tenant: &ListedTenant, account: &ListedAccount, key: &TenantKey) -> Option<String> {
    let which = format!("{} of tenant {}", account.external_id, tenant.id);
    if !config.whatsapp_apps.contains_key(&account.app) {
        return Some(format!(
            "{which}: its app {:?} is not under whatsapp.apps, so its webhooks are refused",
            account.app
        ));
    }
    if let Some(reason) = &account.stopped_reason {
        return Some(format!("{which} is stopped ({reason}): `ganira tenant resume` when that is mended"));
    }
    let Some(sealed) = &account.credential else {
        return Some(format!("{which} has no token and only receives: `ganira tenant set-token`"));
    };
    let opened = key.open(seals::CREDENTIAL, account.external_id.as_bytes(), sealed);
    opened.is_err().then(|| format!("{which}: its token does not open; give it again with `ganira tenant set-token`"))
}
