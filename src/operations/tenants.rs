//! Tenants and their doors to the channels: made, listed, given a token, stopped and resumed.
//!
//! The caller's pool acts as the owner of the tables (see [`crate::store::admin`]). A running engine reads the doors anew every ten
//! seconds, or at once when it is asked to by a `refresh` (see [`super::requests`]).

use chrono_tz::Tz;
use secrecy::{ExposeSecret as _, SecretString};
use sqlx::{PgConnection, PgPool};

use crate::crypto::{CryptoError, KeyRing, TenantKey};
use crate::domain::{AccountId, Phone, TenantId, account_name};
use crate::flows::{Channel, FlowSet, shipped};
use crate::store::admin::{self, tenants as rows};
use crate::store::seals;

pub use crate::store::admin::tenants::{ListedAccount, ListedTenant};

const WHATSAPP: &str = "whatsapp";
const USSD: &str = "ussd";
/// A code may be this long on the dialler.
const CODE_CHARS_MAX: usize = 40;
/// As the table has it.
const NAME_CHARS_MAX: usize = 80;

/// A business that is to use the engine.
#[derive(Debug, Clone)]
pub struct NewTenant {
    /// Unique among the tenants, 1 to 80 characters.
    pub name: String,
    /// An IANA time zone, such as `Africa/Kigali`.
    pub zone: String,
    /// The language spoken until a person's own is known: one that the flows speak.
    pub language: String,
    /// The set of flows that people talk to.
    pub flow: String,
}

/// A WhatsApp number of a tenant.
#[derive(Debug, Clone)]
pub struct NewWhatsapp {
    /// Meta's id of the number, digits.
    pub phone_number_id: String,
    /// Meta's id of the WhatsApp Business account the number belongs to, digits.
    pub waba_id: String,
    /// The app whose webhooks bring its messages: a name under `whatsapp.apps`.
    pub app: String,
    /// The token it sends with. `None`: it receives only.
    pub token: Option<SecretString>,
}

/// A USSD code of a tenant.
#[derive(Debug, Clone)]
pub struct NewUssd {
    /// The gateway that brings it: a name under `ussd.gateways`.
    pub gateway: String,
    /// As people dial it, such as `*384*77#`.
    pub code: String,
}

/// Which door is meant.
#[derive(Debug, Clone)]
pub enum Which {
    /// By its own number, as `ganira tenant list` shows it.
    Account(AccountId),
    /// A WhatsApp number, by Meta's id.
    PhoneNumberId(String),
}

/// Why a tenant or a door was not written.
#[derive(Debug, thiserror::Error)]
pub enum TenantError {
    #[error("the name {0:?} cannot be used: expected 1 to {NAME_CHARS_MAX} characters, not only spaces")]
    Name(String),
    #[error("there is a tenant named {0:?} already: choose another name")]
    NameTaken(String),
    #[error("there is no time zone {0:?}: expected an IANA name such as Africa/Kigali")]
    Zone(String),
    #[error("there is no set of flows {0:?}: expected one of {known}", known = shipped::OFFERED.join(", "))]
    Flow(String),
    #[error("the flows of {flow} do not all speak {language:?}: expected one of {spoken}")]
    Language { language: String, flow: String, spoken: String },
    #[error("the {what} {found:?} is not Meta's: expected digits, such as 106540352242922")]
    NotAnId { what: &'static str, found: String },
    #[error("the app's name is missing: expected a name under whatsapp.apps of the configuration")]
    App,
    #[error("the number or sender {0:?} cannot be used: expected +250788000200, a short code such as 7711, or a word")]
    NotASender(String),
    #[error("the token is empty")]
    Token,
    #[error("the code {0:?} cannot be dialled: expected *, digits and #, such as *384*77#")]
    Code(String),
    #[error("there is no account {0}: see `ganira tenant list`")]
    NoSuchAccount(AccountId),
    #[error("the number {0} belongs to a tenant already: see `ganira tenant list`")]
    AccountTaken(String),
    #[error("there is no tenant {0}: see `ganira tenant list`")]
    NoTenant(TenantId),
    #[error("no tenant has the WhatsApp number {0}: see `ganira tenant list`")]
    NoAccount(String),
    #[error("the key of tenant {tenant} cannot be opened")]
    Key { tenant: TenantId, source: CryptoError },
    #[error("the database refused")]
    Database(#[from] sqlx::Error),
}

type Result<T> = std::result::Result<T, TenantError>;

/// Writes a tenant with a fresh key of its own.
pub async fn create(pool: &PgPool, ring: &KeyRing, new: &NewTenant) -> Result<TenantId> {
    check(new)?;
    let mut transaction = admin::begin(pool).await?;
    let id = rows::next_id(&mut transaction).await?;
    let (_, wrapped_key) = ring.generate_tenant_key(id.0);
    let row = rows::TenantRow {
        name: new.name.trim(),
        zone: &new.zone,
        language: &new.language,
        flow: &new.flow,
        wrapped_key: &wrapped_key,
    };
    rows::insert(&mut transaction, id, &row)
        .await
        .map_err(|error| if taken(&error) { TenantError::NameTaken(row.name.to_owned()) } else { error.into() })?;
    transaction.commit().await?;
    Ok(id)
}

fn check(new: &NewTenant) -> Result<()> {
    if !(1..=NAME_CHARS_MAX).contains(&new.name.trim().chars().count()) {
        return Err(TenantError::Name(new.name.clone()));
    }
    new.zone.parse::<Tz>().map_err(|_| TenantError::Zone(new.zone.clone()))?;
    let flows = FlowSet::shipped(&new.flow).ok_or_else(|| TenantError::Flow(new.flow.clone()))?;
    let spoken = flows.languages();
    if spoken.contains(&new.language.as_str()) {
        return Ok(());
    }
    Err(TenantError::Language { language: new.language.clone(), flow: new.flow.clone(), spoken: spoken.join(", ") })
}

/// All tenants by their number, each with its doors.
pub async fn list(pool: &PgPool) -> Result<Vec<(ListedTenant, Vec<ListedAccount>)>> {
    let mut transaction = admin::begin(pool).await?;
    let tenants = rows::all(&mut transaction).await?;
    let accounts = rows::accounts(&mut transaction).await?;
    let of = |id: TenantId| accounts.iter().filter(|account| account.tenant == id).cloned().collect();
    Ok(tenants.into_iter().map(|tenant| (tenant.clone(), of(tenant.id))).collect())
}

/// A tenant by its number, or by its name where the text is no number.
pub async fn find(pool: &PgPool, id_or_name: &str) -> Result<Option<TenantId>> {
    let mut transaction = admin::begin(pool).await?;
    match id_or_name.parse() {
        Ok(id) => Ok(rows::find(&mut transaction, TenantId(id)).await?.map(|tenant| tenant.id)),
        Err(_) => Ok(rows::named(&mut transaction, id_or_name).await?),
    }
}

/// Gives a tenant a WhatsApp number. No two tenants share one.
pub async fn add_whatsapp(pool: &PgPool, ring: &KeyRing, tenant: TenantId, new: &NewWhatsapp) -> Result<AccountId> {
    digits("phone number id", &new.phone_number_id)?;
    digits("WABA id", &new.waba_id)?;
    if new.app.trim().is_empty() {
        return Err(TenantError::App);
    }
    let mut transaction = admin::begin(pool).await?;
    let key = key_of(&mut transaction, ring, tenant).await?;
    let sealed = new.token.as_ref().map(|token| seal(&key, &new.phone_number_id, token)).transpose()?;
    let row = rows::AccountRow {
        channel: WHATSAPP,
        external_id: &new.phone_number_id,
        parent_id: &new.waba_id,
        app: &new.app,
        credential: sealed.as_deref(),
    };
    let id = rows::insert_account(&mut transaction, tenant, &row).await.map_err(|error| {
        if taken(&error) { TenantError::AccountTaken(new.phone_number_id.clone()) } else { error.into() }
    })?;
    transaction.commit().await?;
    Ok(id)
}

/// Gives a tenant a USSD code. No two tenants share one at the same gateway; a longer code of another tenant's wins over this one.
pub async fn add_ussd(pool: &PgPool, tenant: TenantId, new: &NewUssd) -> Result<AccountId> {
    let code = dialable(&new.code)?;
    let name = account_name(&new.gateway, code);
    let mut transaction = admin::begin(pool).await?;
    rows::find(&mut transaction, tenant).await?.ok_or(TenantError::NoTenant(tenant))?;
    let row =
        rows::AccountRow { channel: USSD, external_id: &name, parent_id: "", app: &new.gateway, credential: None };
    let id = rows::insert_account(&mut transaction, tenant, &row)
        .await
        .map_err(|error| if taken(&error) { TenantError::AccountTaken(name.clone()) } else { error.into() })?;
    transaction.commit().await?;
    Ok(id)
}

/// `*`, digits in groups that a `*` parts, `#`.
fn dialable(code: &str) -> Result<&str> {
    let code = code.trim();
    let groups = code.strip_prefix('*').and_then(|rest| rest.strip_suffix('#'));
    let digits = |group: &str| !group.is_empty() && group.bytes().all(|byte| byte.is_ascii_digit());
    let good = code.len() <= CODE_CHARS_MAX && groups.is_some_and(|groups| groups.split('*').all(digits));
    if good { Ok(code) } else { Err(TenantError::Code(code.to_owned())) }
}

/// Gives a WhatsApp number another token. One that was stopped, be it for its token, stays so until it is resumed.
pub async fn set_token(
    pool: &PgPool,
    ring: &KeyRing,
    phone_number_id: &str,
    token: &SecretString,
) -> Result<AccountId> {
    let mut transaction = admin::begin(pool).await?;
    let account = whatsapp(&mut transaction, phone_number_id).await?;
    let key = key_of(&mut transaction, ring, account.tenant).await?;
    rows::set_credential(&mut transaction, account.id, &seal(&key, phone_number_id, token)?).await?;
    transaction.commit().await?;
    Ok(account.id)
}

/// By which number people know a WhatsApp number: it stands in the links that lead to it.
pub async fn set_number(pool: &PgPool, phone_number_id: &str, number: &Phone) -> Result<AccountId> {
    let mut transaction = admin::begin(pool).await?;
    let account = whatsapp(&mut transaction, phone_number_id).await?;
    rows::set_number(&mut transaction, account.id, number.as_str()).await?;
    transaction.commit().await?;
    Ok(account.id)
}

/// Channels in order: what cannot leave by one goes by a later one. An empty list: by none; `None`: as where nobody has said anything.
pub async fn set_fallback(pool: &PgPool, tenant: TenantId, ways: Option<&[Channel]>) -> Result<()> {
    let names = ways.map(|ways| ways.iter().map(|way| way.as_str().to_owned()).collect::<Vec<_>>());
    let mut transaction = admin::begin(pool).await?;
    let known = rows::set_fallback(&mut transaction, tenant, names.as_deref()).await?;
    transaction.commit().await?;
    if known { Ok(()) } else { Err(TenantError::NoTenant(tenant)) }
}

/// How long the code of a move is good where a flow does not say, from 1 to 1440 minutes; `None`: as the configuration says.
pub async fn set_code_minutes(pool: &PgPool, tenant: TenantId, minutes: Option<u16>) -> Result<()> {
    let mut transaction = admin::begin(pool).await?;
    let minutes = minutes.map(|minutes| i16::try_from(minutes).unwrap_or(i16::MAX));
    let known = rows::set_code_minutes(&mut transaction, tenant, minutes).await?;
    transaction.commit().await?;
    if known { Ok(()) } else { Err(TenantError::NoTenant(tenant)) }
}

/// Nothing leaves by this door until it is resumed; what comes in is handled as ever. A USSD code, whose screens are answers, is told to be
/// out of service.
pub async fn stop(pool: &PgPool, which: &Which, reason: &str) -> Result<ListedAccount> {
    set_stopped(pool, which, Some(reason)).await
}

/// What waits for this door leaves again.
pub async fn resume(pool: &PgPool, which: &Which) -> Result<ListedAccount> {
    set_stopped(pool, which, None).await
}

async fn set_stopped(pool: &PgPool, which: &Which, reason: Option<&str>) -> Result<ListedAccount> {
    let mut transaction = admin::begin(pool).await?;
    let account = match which {
        Which::PhoneNumberId(id) => whatsapp(&mut transaction, id).await?,
        Which::Account(id) => {
            let all = rows::accounts(&mut transaction).await?;
            all.into_iter().find(|account| account.id == *id).ok_or(TenantError::NoSuchAccount(*id))?
        }
    };
    rows::set_stopped(&mut transaction, account.id, reason).await?;
    transaction.commit().await?;
    Ok(account)
}

async fn whatsapp(connection: &mut PgConnection, phone_number_id: &str) -> Result<ListedAccount> {
    let found = rows::lock_account(connection, WHATSAPP, phone_number_id).await?;
    found.ok_or_else(|| TenantError::NoAccount(phone_number_id.to_owned()))
}

/// The tenant's key, opened.
pub(super) async fn key_of(connection: &mut PgConnection, ring: &KeyRing, tenant: TenantId) -> Result<TenantKey> {
    let row = rows::find(connection, tenant).await?.ok_or(TenantError::NoTenant(tenant))?;
    ring.unwrap_tenant_key(tenant.0, &row.wrapped_key).map_err(|source| TenantError::Key { tenant, source })
}

pub(super) fn seal(key: &TenantKey, external_id: &str, token: &SecretString) -> Result<Vec<u8>> {
    let token = token.expose_secret().trim();
    if token.is_empty() {
        return Err(TenantError::Token);
    }
    Ok(key.seal(seals::CREDENTIAL, external_id.as_bytes(), token.as_bytes()))
}

fn digits(what: &'static str, text: &str) -> Result<()> {
    let good = (1..=32).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if good { Ok(()) } else { Err(TenantError::NotAnId { what, found: text.to_owned() }) }
}

pub(super) fn taken(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(sqlx::error::DatabaseError::is_unique_violation)
}
