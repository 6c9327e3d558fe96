//! `ganira keys`: which key of the ring wraps what, and wrapping everything under the first one.

use std::path::PathBuf;

use anyhow::bail;
use clap::{Args, Subcommand};
use serde_json::{Value as Json, json};

use super::operator::{Operator, Where};
use super::output::{say, say_json, say_table};
use crate::operations::keys::{self, Rotated};

#[derive(Debug, Args)]
pub(super) struct KeysCommand {
    #[command(subcommand)]
    action: Action,
    #[command(flatten)]
    place: Where,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Show which keys of the ring are in use
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Wrap every tenant's key and the system's under the first key of the ring
    ///
    /// In this order: put the new key first in secrets.key_ring and keep the old one behind it; restart every engine, so that each knows
    /// both; run this, under load if need be, and again whenever in doubt; take the old key out of the ring. Backups of before still need
    /// the old key. The hash key stays as it is.
    Rotate {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

impl KeysCommand {
    pub(super) async fn run(self, file: Option<PathBuf>) -> anyhow::Result<()> {
        let operator = self.place.connect(file).await?;
        match self.action {
            Action::List { json } => list(&operator, json).await,
            Action::Rotate { json } => rotate(&operator, json).await,
        }
    }
}

async fn list(operator: &Operator, json: bool) -> anyhow::Result<()> {
    let uses = keys::list(&operator.pool, &operator.ring()?).await?;
    if json {
        let shown = uses.iter().map(|one| {
            json!({ "id": one.id, "in_ring": one.in_ring, "primary": one.primary, "tenants": one.tenants, "system": one.system })
        });
        return say_json(&shown.collect::<Vec<Json>>());
    }
    let rows = uses.iter().map(|one| {
        let role = match (one.in_ring, one.primary, one.in_use()) {
            (false, _, _) => "MISSING from secrets.key_ring: what it wraps cannot be read",
            (_, true, _) => "wraps",
            (_, _, true) => "opens; `ganira keys rotate` frees it",
            (_, _, false) => "unused: may be removed",
        };
        let system = if one.system { "yes" } else { "no" };
        vec![one.id.clone(), one.tenants.to_string(), system.to_owned(), role.to_owned()]
    });
    say_table(&["ring key", "tenants", "system", "role"], &rows.collect::<Vec<_>>(), "The ring is empty.")
}

async fn rotate(operator: &Operator, json: bool) -> anyhow::Result<()> {
    let ring = operator.ring()?;
    let rotated = keys::rotate(&operator.pool, &ring).await?;
    if json {
        say_json(&as_json(&rotated, ring.primary()))?;
    } else {
        say(&told(&rotated, ring.primary()))?;
    }
    if rotated.failed.is_empty() {
        return Ok(());
    }
    let failed = rotated.failed.iter().map(|(tenant, error)| format!("\n  {}: {error}", owner(*tenant)));
    bail!("{} keys could not be wrapped anew:{}", rotated.failed.len(), failed.collect::<String>())
}

fn owner(tenant: Option<crate::domain::TenantId>) -> String {
    tenant.map_or_else(|| "the system".to_owned(), |tenant| format!("tenant {tenant}"))
}

fn told(rotated: &Rotated, primary: &str) -> String {
    let system = if rotated.system { " and the system's key" } else { "" };
    let removable = match rotated.removable.as_slice() {
        [] if rotated.failed.is_empty() => "No other key is left in the ring.".to_owned(),
        [] => "No key may be removed from the ring yet.".to_owned(),
        ids => format!(
            "Nothing needs {} any more: it may be removed from secrets.key_ring. Keep it with the backups made before now.",
            ids.join(", ")
        ),
    };
    format!("Wrapped {} tenants' keys{system} under {primary}.\n{removable}", rotated.tenants)
}

fn as_json(rotated: &Rotated, primary: &str) -> Json {
    let failed = rotated.failed.iter().map(|(tenant, error)| json!({ "tenant": tenant, "error": error.to_string() }));
    json!({
        "primary": primary, "tenants": rotated.tenants, "system": rotated.system, "removable": rotated.removable,
        "failed": failed.collect::<Vec<_>>(),
    })
}
