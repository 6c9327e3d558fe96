//! The tenants' doors as the engine holds them in memory: found by the provider's name of them, with the tenant's key unwrapped.

use std::collections::HashMap;
use std::sync::Arc;

use chrono_tz::Tz;
use parking_lot::RwLock;
use secrecy::SecretString;
use url::Url;

use super::library::{Library, LibraryError};
use crate::crypto::{KeyRing, TenantKey};
use crate::domain::{AccountId, Country, QuietHours, TenantId};
use crate::flows::{Channel, FlowSet};
use crate::store::{AccountRow, LiveFlows, ServerRow, Store, StoreError, TenantRules, WayBetween, seals};

/// One door, ready for use.
#[derive(Debug)]
pub struct Account {
    pub id: AccountId,
    pub tenant: Arc<Tenant>,
    pub channel: Channel,
    /// The provider's name of the account (WhatsApp: `phone_number_id`).
    pub external_id: String,
    /// What it belongs to at the provider (WhatsApp: the WABA id).
    pub parent_id: String,
    /// The app that signs for it.
    pub app: String,
    /// The token it sends with. `None`: receiving only.
    pub credential: Option<SecretString>,
    /// Why nothing is sent for it until somebody acts.
    pub stopped_reason: Option<String>,
    /// Calling codes, and from whom its messages to those countries come.
    pub senders: Vec<(String, String)>,
    /// The number by which people know it, `+` and digits, where it is not part of its name.
    pub number: Option<String>,
}

/// What a turn has to know of a tenant.
#[derive(Debug)]
pub struct Tenant {
    pub id: TenantId,
    pub key: Arc<TenantKey>,
    pub zone: Tz,
    pub language: String,
    /// The flows its people talk to.
    pub flows: Arc<FlowSet>,
    /// Which revision of them that is; 0 for the shipped ones.
    pub revision: i32,
    /// The shipped flows it speaks as long as it has published none.
    pub shipped: String,
    /// What it says of writing to people.
    pub rules: Rules,
    /// Its own servers, by the names its flows use.
    pub servers: HashMap<String, Server>,
    /// Channels in order: what cannot leave by one goes by a later one. `None`: it says nothing.
    pub fallback: Option<Vec<Channel>>,
    /// How long the code of a move is good, if it says so.
    pub code_minutes: Option<u16>,
}

/// What a tenant says of writing to people.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    /// Its name, as people read it.
    pub name: String,
    /// ISO 3166: in whose form phone numbers are typed; `None`: the country of its zone.
    pub country: Option<Country>,
    pub quiet: Option<QuietHours>,
}

impl From<TenantRules> for Rules {
    fn from(row: TenantRules) -> Self {
        let quiet = row.quiet.and_then(|(from, until)| QuietHours::new(from, until));
        let country = row.country.as_deref().and_then(|code| Country::named(code).ok());
        Self { name: row.name, country, quiet }
    }
}

/// A server of a tenant's own.
#[derive(Debug, Clone)]
pub struct Server {
    pub url: Url,
    pub secret: SecretString,
}

/// All doors. Reading is a pointer copy; [`Accounts::refresh`] replaces them whole.
#[derive(Debug, Default)]
pub struct Accounts {
    inner: RwLock<Arc<Index>>,
    pub library: Library,
}

#[derive(Debug, Default)]
struct Index {
    by_id: HashMap<AccountId, Arc<Account>>,
    by_name: HashMap<Channel, HashMap<String, Arc<Account>>>,
    by_parent: HashMap<Channel, HashMap<String, Vec<Arc<Account>>>>,
    /// The accounts of each USSD gateway, the longest code first.
    by_gateway: HashMap<String, Vec<Arc<Account>>>,
    by_tenant: HashMap<TenantId, Vec<Arc<Account>>>,
    /// The first account of a tenant at one app or gateway.
    by_app: HashMap<(TenantId, Channel, String), Arc<Account>>,
    tenants: HashMap<TenantId, Arc<Tenant>>,
}

impl Accounts {
    pub fn by_id(&self, id: AccountId) -> Option<Arc<Account>> {
        self.inner.read().by_id.get(&id).cloned()
    }

    /// By the provider's name of it.
    pub fn named(&self, channel: Channel, external_id: &str) -> Option<Arc<Account>> {
        self.inner.read().by_name.get(&channel)?.get(external_id).cloned()
    }

    /// The accounts that belong to one parent (WhatsApp: a WABA).
    pub fn of_parent(&self, channel: Channel, parent_id: &str) -> Vec<Arc<Account>> {
        let index = self.inner.read();
        index.by_parent.get(&channel).and_then(|parents| parents.get(parent_id)).cloned().unwrap_or_default()
    }

    /// The account whose code a person dialled at a USSD gateway: the longest that what she dialled begins with. A gateway that says nothing
    /// like a code leads to its only account.
    pub fn dialled(&self, gateway: &str, code: &str) -> Option<Arc<Account>> {
        let index = self.inner.read();
        let accounts = index.by_gateway.get(gateway)?;
        let dialled = code.trim().trim_end_matches('#');
        let begins = |account: &&Arc<Account>| {
            let own = account.code().trim_end_matches('#');
            dialled.strip_prefix(own).is_some_and(|rest| rest.is_empty() || rest.starts_with('*'))
        };
        let only = || accounts.first().filter(|_| accounts.len() == 1 && !dialled.starts_with('*'));
        accounts.iter().find(begins).or_else(only).cloned()
    }

    /// One of a tenant's doors, where any will do.
    pub fn of_tenant(&self, tenant: TenantId) -> Option<Arc<Account>> {
        self.inner.read().by_tenant.get(&tenant)?.first().cloned()
    }

    /// All of a tenant's doors, the oldest first.
    pub fn all_of_tenant(&self, tenant: TenantId) -> Vec<Arc<Account>> {
        self.inner.read().by_tenant.get(&tenant).cloned().unwrap_or_default()
    }

    /// A tenant's account at one app or gateway; the first, where it has several.
    pub fn of_app(&self, tenant: TenantId, channel: Channel, app: &str) -> Option<Arc<Account>> {
        self.inner.read().by_app.get(&(tenant, channel, app.to_owned())).cloned()
    }

    pub fn tenant(&self, id: TenantId) -> Option<Arc<Tenant>> {
        self.inner.read().tenants.get(&id).cloned()
    }

    pub fn all(&self) -> Vec<Arc<Account>> {
        self.inner.read().by_id.values().cloned().collect()
    }

    /// Reads all doors anew. One whose tenant's key does not open is left out and logged: it must not take the others along.
    pub async fn refresh(&self, store: &dyn Store, ring: &KeyRing) -> Result<(), StoreError> {
        let before = self.inner.read().clone();
        let mut index = Index::default();
        let servers = store.servers().await?;
        let live: HashMap<TenantId, LiveFlows> =
            store.live_flows().await?.into_iter().map(|live| (live.tenant, live)).collect();
        let mut rules: HashMap<TenantId, Rules> =
            store.tenant_rules().await?.into_iter().map(|row| (row.tenant, row.into())).collect();
        let mut senders: HashMap<AccountId, Vec<(String, String)>> = HashMap::new();
        for row in store.sender_ids().await? {
            senders.entry(row.account).or_default().push((row.calling_code, row.sender));
        }
        let ways = store.ways_between().await?;
        let mut rows = store.accounts().await?;
        rows.sort_by_key(|row| row.id);
        for row in rows {
            let tenant = match index.tenants.get(&row.tenant) {
                Some(tenant) => tenant.clone(),
                None => {
                    match self.tenant_of(store, ring, &before, &row, (live.get(&row.tenant), &servers, &ways)).await {
                        Ok(tenant) => {
                            let rules = rules.remove(&row.tenant).unwrap_or_default();
                            let tenant = Arc::new(Tenant { rules, ..tenant });
                            index.tenants.insert(row.tenant, tenant.clone());
                            tenant
                        }
                        Err(Unusable::Away(error)) => return Err(error),
                        Err(Unusable::Broken(reason)) => {
                            tracing::error!(
                                account.id = row.id.0,
                                tenant.id = row.tenant.0,
                                reason,
                                "an account cannot be used"
                            );
                            continue;
                        }
                    }
                }
            };
            let Some(channel) = Channel::named(&row.channel) else { continue };
            let number = ways.iter().filter_map(|way| way.number.as_ref()).find(|(id, _)| *id == row.id);
            let number = number.map(|(_, number)| number.clone());
            let senders = senders.remove(&row.id).unwrap_or_default();
            let account = Arc::new(Account { senders, ..open(row, channel, tenant, number) });
            index.by_name.entry(channel).or_default().insert(account.external_id.clone(), account.clone());
            if channel == Channel::Ussd {
                index.by_gateway.entry(account.app.clone()).or_default().push(account.clone());
            }
            let parents = index.by_parent.entry(channel).or_default();
            parents.entry(account.parent_id.clone()).or_default().push(account.clone());
            index.by_tenant.entry(account.tenant.id).or_default().push(account.clone());
            let at_app = (account.tenant.id, channel, account.app.clone());
            index.by_app.entry(at_app).or_insert_with(|| account.clone());
            index.by_id.insert(account.id, account);
        }
        for accounts in index.by_gateway.values_mut() {
            accounts.sort_by_key(|account| std::cmp::Reverse(account.code().len()));
        }
        *self.inner.write() = Arc::new(index);
        Ok(())
    }
}

impl Account {
    /// The number or code at its gateway, of an account that has one (see [`crate::domain::account_name`]).
    pub fn code(&self) -> &str {
        self.external_id.split_once(' ').map_or("", |(_, code)| code)
    }
}

impl Accounts {
    /// A tenant with its key and the flows that are live for it. If those cannot be read, it goes on speaking what it spoke before.
    async fn tenant_of(
        &self,
        store: &dyn Store,
        ring: &KeyRing,
        before: &Index,
        row: &AccountRow,
        (live, servers, ways): (Option<&LiveFlows>, &[ServerRow], &[WayBetween]),
    ) -> Result<Tenant, Unusable> {
        let known = before.tenants.get(&row.tenant);
        let (revision, flows) = match live {
            None => (
                0,
                FlowSet::shipped(&row.flow)
                    .ok_or_else(|| Unusable::Broken(format!("there is no flow set {}", row.flow)))?,
            ),
            Some(live) => {
                let flows = match self.library.held(&live.digest) {
                    Some(flows) => Ok(flows),
                    None => self.library.revision(store, row.tenant, live.revision).await,
                };
                match (flows, known) {
                    (Ok(flows), _) => (live.revision, flows),
                    (Err(error), Some(known)) => {
                        tracing::error!(tenant.id = row.tenant.0, %error, "the live flows cannot be used, the ones before go on");
                        (known.revision, known.flows.clone())
                    }
                    (Err(LibraryError::Store(error)), None) => return Err(Unusable::Away(error)),
                    (Err(error), None) => return Err(Unusable::Broken(error.to_string())),
                }
            }
        };
        let key = tenant_key(row, ring, known).map_err(Unusable::Broken)?;
        let zone = row.zone.parse().map_err(|_| Unusable::Broken(format!("unknown time zone {}", row.zone)))?;
        let own = servers.iter().filter(|server| server.tenant == row.tenant);
        let servers = own.filter_map(|server| Some((server.name.clone(), open_server(server, &key)?))).collect();
        let way = ways.iter().find(|way| way.tenant == row.tenant);
        let named = |names: &Vec<String>| names.iter().filter_map(|name| Channel::named(name)).collect();
        Ok(Tenant {
            id: row.tenant,
            rules: Rules::default(),
            fallback: way.and_then(|way| way.fallback.as_ref()).map(named),
            code_minutes: way.and_then(|way| way.code_minutes),
            servers,
            key,
            zone,
            language: row.language.clone(),
            flows,
            revision,
            shipped: row.flow.clone(),
        })
    }
}

/// Why an account's tenant cannot be had.
enum Unusable {
    /// The database does not answer now: without the account all that is said to it would be taken for a stranger's.
    Away(StoreError),
    Broken(String),
}

/// The wrapping may be by a ring key that this process was started without; the key itself is still the one it knows.
fn tenant_key(row: &AccountRow, ring: &KeyRing, known: Option<&Arc<Tenant>>) -> Result<Arc<TenantKey>, String> {
    match (ring.unwrap_tenant_key(row.tenant.0, &row.wrapped_tenant_key), known) {
        (Ok(key), _) => Ok(Arc::new(key)),
        (Err(_), Some(known)) => Ok(known.key.clone()),
        (Err(error), None) => Err(error.to_string()),
    }
}

/// One that does not open is left out: its flows take the way for a server that fails.
fn open_server(row: &ServerRow, key: &TenantKey) -> Option<Server> {
    let secret = key.open(seals::SERVER, row.name.as_bytes(), &row.secret).ok();
    let secret = secret.and_then(|plain| String::from_utf8(plain).ok());
    let server = secret.zip(row.url.parse().ok()).map(|(secret, url)| Server { url, secret: secret.into() });
    if server.is_none() {
        tracing::error!(tenant.id = row.tenant.0, server = row.name, "a tenant's server cannot be used");
    }
    server
}

fn open(row: AccountRow, channel: Channel, tenant: Arc<Tenant>, number: Option<String>) -> Account {
    let credential = row.credential.as_deref().and_then(|sealed| {
        let plain = tenant.key.open(seals::CREDENTIAL, row.external_id.as_bytes(), sealed).ok()?;
        String::from_utf8(plain).ok().map(SecretString::from)
    });
    Account {
        id: row.id,
        tenant,
        channel,
        external_id: row.external_id,
        parent_id: row.parent_id,
        app: row.app,
        credential,
        stopped_reason: row.stopped_reason,
        senders: Vec::new(),
        number,
    }
}
