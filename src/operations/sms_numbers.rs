//! A tenant's numbers and senders at SMS gateways.

use secrecy::SecretString;
use sqlx::PgPool;

use super::tenants::{TenantError, key_of, seal, taken};
use crate::crypto::KeyRing;
use crate::domain::{AccountId, TenantId, account_name, sender_number};
use crate::store::admin::{self, tenants as rows};

const SMS: &str = "sms";
/// A number has at most 16 characters, a sender's word 11.
const NUMBER_CHARS_MAX: usize = 40;

/// A number, short code or sender of a tenant.
#[derive(Debug, Clone)]
pub struct NewSms {
    /// The gateway that brings and takes its messages: a name under `sms.gateways`.
    pub gateway: String,
    pub number: String,
    /// What the company calls the customer: Africa's Talking's username, Twilio's account SID, Vonage's `api_key`, SMPP's `system_id`.
    pub parent: String,
    /// The API key, token or password it sends with. `None`: it receives only.
    pub token: Option<SecretString>,
}

/// Gives a tenant a number at a gateway; one that it has already gets the credential. No two tenants share one.
pub async fn add(pool: &PgPool, ring: &KeyRing, tenant: TenantId, new: &NewSms) -> Result<AccountId, TenantError> {
    let number = sender_number(&new.number);
    if number.is_empty() || number.len() > NUMBER_CHARS_MAX || number.chars().any(char::is_control) {
        return Err(TenantError::NotASender(new.number.clone()));
    }
    let name = account_name(&new.gateway, &number);
    let mut transaction = admin::begin(pool).await?;
    let key = key_of(&mut transaction, ring, tenant).await?;
    let sealed = new.token.as_ref().map(|token| seal(&key, &name, token)).transpose()?;
    let known = rows::lock_account(&mut transaction, SMS, &name).await?;
    let id = match known {
        Some(account) if account.tenant != tenant => return Err(TenantError::AccountTaken(name)),
        Some(account) => {
            if let Some(sealed) = &sealed {
                rows::set_credential(&mut transaction, account.id, sealed).await?;
            }
            account.id
        }
        None => {
            let row = rows::AccountRow {
                channel: SMS,
                external_id: &name,
                parent_id: new.parent.trim(),
                app: &new.gateway,
                credential: sealed.as_deref(),
            };
            let inserted = rows::insert_account(&mut transaction, tenant, &row).await;
            inserted.map_err(|error| if taken(&error) { TenantError::AccountTaken(name) } else { error.into() })?
        }
    };
    transaction.commit().await?;
    Ok(id)
}
