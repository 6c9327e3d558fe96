//! A store in memory whose outbox is filled by hand, at any place.

use ganira::actors::outgoing::{Envelope, Outgoing};
use ganira::crypto::{DataKey, KeyRing, TenantKey};
use ganira::domain::{AccountId, ContactId, Conversation, OutboxId, Seq, TenantId};
use ganira::store::{AccountRow, AttemptState, OutboxPlace, Store as _, WriterId, seals};

use crate::sim_store::{Delivery, OutboxEntry, SimStore};

pub(super) const TENANT: TenantId = TenantId(1);

#[derive(Debug)]
pub(super) struct Table {
    pub ring: KeyRing,
    pub store: SimStore,
    /// Writes facts.
    pub facts: WriterId,
    tenant_key: TenantKey,
    contact_key: DataKey,
    wrapped_contact_key: Vec<u8>,
}

impl Table {
    /// With these accounts, named by their numbers.
    pub async fn new(accounts: &[i64]) -> Self {
        let ring = KeyRing::parse("first:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=").unwrap();
        let (tenant_key, wrapped_tenant_key) = ring.generate_tenant_key(TENANT.0);
        let (contact_key, wrapped_contact_key) = tenant_key.generate_data_key(seals::CONTACT_KEY);
        let store = SimStore::new(super::dispatcher::clock());
        for number in accounts {
            let external_id = number.to_string();
            store.seed_account(AccountRow {
                id: AccountId(*number),
                tenant: TENANT,
                channel: "whatsapp".to_owned(),
                credential: Some(tenant_key.seal(seals::CREDENTIAL, external_id.as_bytes(), b"token")),
                external_id,
                parent_id: "1".to_owned(),
                app: "dev".to_owned(),
                stopped_reason: None,
                zone: "Africa/Kigali".to_owned(),
                language: "rw".to_owned(),
                flow: "salon".to_owned(),
                wrapped_tenant_key: wrapped_tenant_key.clone(),
            });
        }
        let facts = store.register("one", 1, 0).await.unwrap().unwrap().facts;
        Self { ring, store, facts, tenant_key, contact_key, wrapped_contact_key }
    }

    /// Commits a message; what a lane would hand to the dispatchers.
    pub fn commit(&self, account: i64, contact: i64, seq: i64, place: OutboxPlace, envelope: Envelope) -> Outgoing {
        let conversation = Conversation { tenant: TENANT, contact: ContactId(contact) };
        let id = OutboxId { conversation, seq: Seq(seq), n: 0 };
        let (at, account) = (self.store.now(), AccountId(account));
        let body = envelope.seal(&self.contact_key, id);
        self.store.change(|tables| {
            tables.contact_keys.put(conversation, self.wrapped_contact_key.clone());
            tables.outbox.put((id, at.date_naive()), OutboxEntry { account, place, at, body });
        });
        Outgoing { id, account, place, at, envelope: envelope.into() }
    }

    /// As an engine left it that was killed in the middle of an attempt.
    pub fn begun(&self, message: &Outgoing) {
        let begun = Delivery {
            account: message.account,
            attempt: 1,
            attempt_state: AttemptState::Begun as i16,
            rank: 0,
            message: None,
            error_code: None,
            price_category: None,
            changed_at: message.at,
        };
        self.store.change(|tables| tables.deliveries.put(message.id, begun));
    }

    /// A message whose bytes nobody can read any more.
    pub fn spoil(&self, message: &Outgoing) {
        let key = (message.id, message.at.date_naive());
        self.store.change(|tables| tables.outbox.change(&key, |row| row.body[20] ^= 1));
    }

    /// A person whose key is gone.
    pub fn erase(&self, message: &Outgoing) {
        self.store.change(|tables| tables.contact_keys.take(&message.id.conversation));
    }

    pub fn delivery(&self, id: OutboxId) -> Option<Delivery> {
        self.store.read(|tables| tables.deliveries.get(&id).cloned())
    }

    pub fn stopped_reason(&self, account: i64) -> Option<String> {
        self.store.read(|tables| tables.accounts.get(&AccountId(account))?.stopped_reason.clone())
    }

    /// Gives an account a token anew.
    pub fn repair(&self, account: i64, token: &str) {
        self.store.change(|tables| {
            let row = tables.accounts.get_mut(&AccountId(account)).expect("a known account");
            row.stopped_reason = None;
            row.credential =
                Some(self.tenant_key.seal(seals::CREDENTIAL, row.external_id.as_bytes(), token.as_bytes()));
        });
    }
}
