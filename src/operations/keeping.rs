//! What a tenant says of writing to people: its quiet hours, its country, and its sender for each country. A running engine reads it anew
//! when it is asked to by a `refresh`.

use chrono::NaiveTime;
use sqlx::PgPool;

use crate::domain::{Country, QuietHours, TenantId};
use crate::flows::layout::gsm;
use crate::store::admin::{self, keeping as rows};

pub use crate::store::admin::keeping::SenderRow;

const SMS: &str = "sms";
/// Of letters; GSM 03.40, section 9.1.2.5: ten octets hold eleven septets.
const LETTERS_MAX: usize = 11;
/// Of figures (E.164).
const DIGITS: std::ops::RangeInclusive<usize> = 3..=15;
const CALLING_DIGITS: std::ops::RangeInclusive<usize> = 1..=7;

/// Why it was not written.
#[derive(Debug, thiserror::Error)]
pub enum KeepingError {
    #[error("quiet from {0} until the same time would be the whole day: give two times")]
    WholeDay(NaiveTime),
    #[error("the calling code {0:?} cannot be used: expected 1 to 7 digits without + or 00, such as 250")]
    CallingCode(String),
    #[error(
        "the sender {0:?} cannot be used: expected 3 to 15 digits, or at most {LETTERS_MAX} letters, digits, spaces and marks of GSM 03.38, of which one is a letter"
    )]
    Sender(String),
    #[error("tenant {tenant} has no SMS account {name:?}: see `ganira tenant list`")]
    NoAccount { tenant: TenantId, name: String },
    #[error("the account {name} has no sender for {calling_code}: see `ganira tenant sender-id list`")]
    NoSender { name: String, calling_code: String },
    #[error("there is no tenant {0}: see `ganira tenant list`")]
    NoTenant(TenantId),
    #[error("the database refused")]
    Database(#[from] sqlx::Error),
}

/// From when until when a tenant leaves people in peace; `None`: at no time.
pub async fn set_quiet(
    pool: &PgPool,
    tenant: TenantId,
    quiet: Option<(NaiveTime, NaiveTime)>,
) -> Result<(), KeepingError> {
    if let Some((from, until)) = quiet
        && QuietHours::new(from, until).is_none()
    {
        return Err(KeepingError::WholeDay(from));
    }
    let mut transaction = admin::begin(pool).await?;
    if !rows::set_quiet(&mut transaction, tenant, quiet).await? {
        return Err(KeepingError::NoTenant(tenant));
    }
    transaction.commit().await?;
    Ok(())
}

/// In whose form a tenant's people type phone numbers.
pub async fn set_country(pool: &PgPool, tenant: TenantId, country: Country) -> Result<(), KeepingError> {
    let mut transaction = admin::begin(pool).await?;
    if !rows::set_country(&mut transaction, tenant, country.code()).await? {
        return Err(KeepingError::NoTenant(tenant));
    }
    transaction.commit().await?;
    Ok(())
}

/// The country a tenant named, else that of its zone.
pub async fn country(pool: &PgPool, tenant: TenantId) -> Result<Option<Country>, KeepingError> {
    let mut transaction = admin::begin_reading(pool).await?;
    let rules = rows::rules(&mut transaction, tenant).await?.ok_or(KeepingError::NoTenant(tenant))?;
    let named = rules.country.as_deref().and_then(|code| Country::named(code).ok());
    Ok(named.or_else(|| rules.zone.parse().ok().and_then(Country::of_zone)))
}

/// Lets an SMS account write to a country under this name or number.
pub async fn set_sender(
    pool: &PgPool,
    tenant: TenantId,
    account: &str,
    calling_code: &str,
    sender: &str,
) -> Result<(), KeepingError> {
    check_code(calling_code)?;
    if !is_sender(sender) {
        return Err(KeepingError::Sender(sender.to_owned()));
    }
    let mut transaction = admin::begin(pool).await?;
    let id = rows::account(&mut transaction, tenant, SMS, account).await?;
    let id = id.ok_or_else(|| KeepingError::NoAccount { tenant, name: account.to_owned() })?;
    rows::set_sender(&mut transaction, (tenant, id), calling_code, sender).await?;
    transaction.commit().await?;
    Ok(())
}

/// From then on it writes there under its own number.
pub async fn remove_sender(
    pool: &PgPool,
    tenant: TenantId,
    account: &str,
    calling_code: &str,
) -> Result<(), KeepingError> {
    check_code(calling_code)?;
    let mut transaction = admin::begin(pool).await?;
    let id = rows::account(&mut transaction, tenant, SMS, account).await?;
    let id = id.ok_or_else(|| KeepingError::NoAccount { tenant, name: account.to_owned() })?;
    if !rows::remove_sender(&mut transaction, id, calling_code).await? {
        return Err(KeepingError::NoSender { name: account.to_owned(), calling_code: calling_code.to_owned() });
    }
    transaction.commit().await?;
    Ok(())
}

/// All senders, or those of one tenant.
pub async fn senders(pool: &PgPool, tenant: Option<TenantId>) -> Result<Vec<SenderRow>, KeepingError> {
    let mut transaction = admin::begin_reading(pool).await?;
    Ok(rows::senders(&mut transaction, tenant).await?)
}

fn check_code(calling_code: &str) -> Result<(), KeepingError> {
    let digits = calling_code.bytes().all(|byte| byte.is_ascii_digit()) && !calling_code.starts_with('0');
    if digits && CALLING_DIGITS.contains(&calling_code.len()) {
        return Ok(());
    }
    Err(KeepingError::CallingCode(calling_code.to_owned()))
}

/// Whether networks take it for a sender: figures, or a few letters of the phones' alphabet.
pub fn is_sender(sender: &str) -> bool {
    if sender.bytes().all(|byte| byte.is_ascii_digit()) {
        return DIGITS.contains(&sender.len());
    }
    let short = gsm::septets(sender).is_some_and(|septets| septets <= LETTERS_MAX);
    let trimmed = sender.trim() == sender && !sender.contains(['\n', '\r']);
    short && trimmed && sender.chars().any(char::is_alphabetic)
}
