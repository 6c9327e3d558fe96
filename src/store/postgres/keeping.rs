//! What people stopped, and what tenants say of writing to people.

use chrono::NaiveTime;
use sqlx::PgPool;

use super::rest::failed;
use crate::domain::{AccountId, Conversation, TenantId};
use crate::store::{Result, SenderIdRow, TenantRules};

#[derive(sqlx::FromRow)]
struct Rules {
    tenant_id: i64,
    name: String,
    country: Option<String>,
    quiet_from: Option<NaiveTime>,
    quiet_until: Option<NaiveTime>,
}

pub(super) async fn rules(pool: &PgPool) -> Result<Vec<TenantRules>> {
    let rows: Vec<Rules> =
        sqlx::query_as("SELECT tenant_id, name, country, quiet_from, quiet_until FROM tenant_rules()")
            .fetch_all(pool)
            .await
            .map_err(failed("read what tenants say of writing to people"))?;
    let read = |row: Rules| TenantRules {
        tenant: TenantId(row.tenant_id),
        name: row.name,
        country: row.country,
        quiet: row.quiet_from.zip(row.quiet_until),
    };
    Ok(rows.into_iter().map(read).collect())
}

pub(super) async fn sender_ids(pool: &PgPool) -> Result<Vec<SenderIdRow>> {
    let rows: Vec<(i64, String, String)> = sqlx::query_as("SELECT account_id, calling_code, sender FROM sender_ids()")
        .fetch_all(pool)
        .await
        .map_err(failed("read the sender ids"))?;
    let read = |(account, calling_code, sender)| SenderIdRow { account: AccountId(account), calling_code, sender };
    Ok(rows.into_iter().map(read).collect())
}

pub(super) async fn opt_outs(pool: &PgPool, conversation: Conversation) -> Result<Vec<(String, String)>> {
    sqlx::query_as("SELECT channel, purpose FROM opt_outs($1, $2)")
        .bind(conversation.tenant.0)
        .bind(conversation.contact.0)
        .fetch_all(pool)
        .await
        .map_err(failed("read what a person stopped"))
}

pub(super) async fn opted_out(pool: &PgPool, conversation: Conversation, channel: &str, purpose: &str) -> Result<bool> {
    sqlx::query_scalar("SELECT opted_out($1, $2, $3, $4)")
        .bind(conversation.tenant.0)
        .bind(conversation.contact.0)
        .bind(channel)
        .bind(purpose)
        .fetch_one(pool)
        .await
        .map_err(failed("ask what a person stopped"))
}
