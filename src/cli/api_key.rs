//! `ganira api-key`: keys by which machines call the admin API.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};
use serde_json::json;

use super::operator::{Operator, Where};
use super::output::{say, say_json, say_table};
use crate::domain::{Role, Scope, Timestamp};
use crate::operations::api_keys::{self, NewApiKey};

#[derive(Debug, Args)]
pub(super) struct ApiKeyCommand {
    #[command(subcommand)]
    action: Action,
    #[command(flatten)]
    place: Where,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Make a key and print it, this once
    Add {
        /// The tenant's number or name
        #[arg(long)]
        tenant: String,
        /// What it is for
        #[arg(long)]
        label: String,
        /// It may do what this role may
        #[arg(long, value_parser = PossibleValuesParser::new(Role::ALL.map(Role::name)), required_unless_present = "scope")]
        role: Option<String>,
        /// It may do this; can be given several times
        #[arg(long, value_parser = PossibleValuesParser::new(Scope::ALL.map(Scope::name)), conflicts_with = "role")]
        scope: Vec<String>,
        /// From when on it is good no more, such as 2027-01-01T00:00:00Z
        #[arg(long, value_name = "TIME")]
        expires: Option<Timestamp>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// List a tenant's keys
    List {
        /// The tenant's number or name
        #[arg(long)]
        tenant: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Make a key good no more, at once
    Revoke {
        /// The tenant's number or name
        #[arg(long)]
        tenant: String,
        /// The key's number, as `ganira api-key list` shows it
        id: i64,
    },
}

impl ApiKeyCommand {
    pub(super) async fn run(self, file: Option<PathBuf>) -> anyhow::Result<()> {
        let operator = self.place.connect(file).await?;
        match self.action {
            Action::Add { tenant, label, role, scope, expires, json } => {
                let scopes = scopes(role.as_deref(), &scope)?;
                add(&operator, &tenant, &NewApiKey { label, scopes, expires_at: expires }, json).await
            }
            Action::List { tenant, json } => list(&operator, &tenant, json).await,
            Action::Revoke { tenant, id } => {
                let tenant = operator.tenant(&tenant).await?;
                api_keys::revoke_as_owner(&operator.pool, tenant, id).await?;
                say(&format!("Key {id} is good no more."))
            }
        }
    }
}

fn scopes(role: Option<&str>, scopes: &[String]) -> anyhow::Result<Vec<Scope>> {
    if let Some(role) = role {
        let role = Role::ALL.into_iter().find(|known| known.name() == role).context("there is no such role")?;
        return Ok(role.scopes().to_vec());
    }
    Ok(scopes.iter().map(|scope| scope.parse()).collect::<Result<_, _>>()?)
}

async fn add(operator: &Operator, tenant: &str, new: &NewApiKey, json: bool) -> anyhow::Result<()> {
    let tenant = operator.tenant(tenant).await?;
    let (id, key) = api_keys::add_as_owner(&operator.pool, tenant, new).await?;
    if json {
        return say_json(&json!({ "id": id, "key": key.expose() }));
    }
    say(&format!("Key {id} of tenant {tenant}. It is shown this once:\n{}", key.expose()))
}

async fn list(operator: &Operator, tenant: &str, json: bool) -> anyhow::Result<()> {
    let tenant = operator.tenant(tenant).await?;
    let keys = api_keys::list_as_owner(&operator.pool, tenant).await?;
    if json {
        let each = keys.iter().map(|key| {
            json!({
                "id": key.id, "label": key.label, "tail": key.tail, "scopes": key.scopes, "created_at": key.created_at,
                "expires_at": key.expires_at, "revoked_at": key.revoked_at,
            })
        });
        return say_json(&each.collect::<Vec<_>>());
    }
    let rows: Vec<Vec<String>> = keys
        .iter()
        .map(|key| {
            let ended = match (key.revoked_at, key.expires_at) {
                (Some(at), _) => format!("revoked {at}"),
                (None, Some(at)) => format!("until {at}"),
                (None, None) => "good".to_owned(),
            };
            vec![key.id.to_string(), key.label.clone(), format!("…{}", key.tail), key.scopes.join(" "), ended]
        })
        .collect();
    say_table(
        &["id", "label", "ends in", "scopes", "state"],
        &rows,
        "This tenant has no API key: `ganira api-key add`.",
    )
}
