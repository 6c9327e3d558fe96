//! Filling the tables that the engine only reads: what operators, tenants and other processes write.

use ganira::domain::{Conversation, TenantId, Timestamp};
use ganira::store::{AccountRow, FlowFiles, SenderIdRow, ServerRow, TenantRules, WayBetween};
use serde_json::Value as Json;

use super::SimStore;
use super::salon::{self, Occupancy};
use super::tables::{Loosened, Request};

impl SimStore {
    /// Opens a door, or changes it; the first of a tenant gives the tenant a name.
    pub fn seed_account(&self, account: AccountRow) {
        self.write(|tables, _| {
            let tenant = account.tenant;
            let name = format!("Tenant {tenant}");
            tables.rules.entry(tenant).or_insert(TenantRules { tenant, name, country: None, quiet: None });
            tables.accounts.insert(account.id, account);
        });
    }

    pub fn seed_rules(&self, rules: TenantRules) {
        self.write(|tables, _| tables.rules.insert(rules.tenant, rules));
    }

    pub fn seed_way(&self, way: WayBetween) {
        self.write(|tables, _| tables.ways.push(way));
    }

    pub fn seed_server(&self, server: ServerRow) {
        self.write(|tables, _| tables.servers.push(server));
    }

    pub fn seed_sender_id(&self, sender: SenderIdRow) {
        self.write(|tables, _| tables.sender_ids.push(sender));
    }

    /// Publishes a revision: it is live from now on.
    pub fn publish(&self, tenant: TenantId, revision: i32, files: FlowFiles) {
        self.write(|tables, _| {
            tables.revisions.insert((tenant, revision), files);
            tables.live.insert(tenant, revision);
        });
    }

    /// Asks something of the running engine; the number of the request.
    pub fn request(&self, kind: &str, arguments: Json, about: Option<Conversation>, sealed: Option<Vec<u8>>) -> i64 {
        self.write(|tables, _| {
            tables.sequences.request += 1;
            let id = tables.sequences.request;
            let kind = kind.to_owned();
            tables.requests.put(id, Request { kind, arguments, about, sealed, done_at: None, answer: None });
            id
        })
    }

    /// Takes a time of a resource for a contact; false where somebody has some of it.
    pub fn hold(&self, tenant: TenantId, owner: &str, resource: i64, hold: Occupancy) -> bool {
        self.write(|tables, _| salon::hold(tables, tenant, owner, resource, hold))
    }

    /// Belts that do not hold from now on.
    pub fn loosen(&self, belts: Loosened) {
        self.write(|tables, _| tables.loosened = belts);
    }

    /// What the store's own clock says.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }
}
