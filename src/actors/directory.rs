//! Who is it: addresses to contacts, from a cache, else by grouped statements. Also loads conversations, grouped the same way.

use std::collections::HashMap;
use std::future::Future;
use std::sync::Arc;

use parking_lot::Mutex;
use quick_cache::sync::Cache;
use tokio::sync::{mpsc, oneshot};

use super::accounts::Tenant;
use crate::crypto::KeyedHash;
use crate::domain::{Address, ContactId, Conversation, EventId, MoveCode, Sender, TenantId, Timestamp};
use crate::flows::Channel;
use crate::store::{
    LoadedConversation, Redeemed, Result, SealedSender, SenderHashes, SentCode, Store, StoreError, seals,
};

/// Addresses kept in memory; about 100 bytes each.
const CACHED_MAX: usize = 200_000;
/// Looked up in one statement.
const GROUP_MAX: usize = 256;

/// The entrance. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Directory {
    store: Arc<dyn Store>,
    hashes: KeyedHash,
    cache: Arc<Cache<SenderHashes, ContactId>>,
    finds: mpsc::Sender<Ask<SenderHashes, Option<ContactId>>>,
    births: mpsc::Sender<Ask<SealedSender, ContactId>>,
    loads: mpsc::Sender<Ask<Conversation, Option<LoadedConversation>>>,
    /// Erased since this incarnation began: a lookup under way must not bring them back into the cache.
    erased: Arc<Mutex<Vec<ContactId>>>,
}

/// A question and where its answer goes.
type Ask<Q, A> = (Q, oneshot::Sender<std::result::Result<A, ()>>);

impl Directory {
    pub fn start(store: Arc<dyn Store>, hashes: KeyedHash, queue_max: usize) -> Self {
        let (finds, find_queue) = mpsc::channel(queue_max);
        let (births, birth_queue) = mpsc::channel(queue_max);
        let (loads, load_queue) = mpsc::channel(queue_max);
        super::spawn(group(store.clone(), find_queue, find_all));
        super::spawn(group(store.clone(), birth_queue, birth_all));
        super::spawn(group(store.clone(), load_queue, load_all));
        Self { store, hashes, cache: Arc::new(Cache::new(CACHED_MAX)), finds, births, loads, erased: Arc::default() }
    }

    /// The contact who wrote, born if need be.
    pub async fn resolve(&self, tenant: &Tenant, sender: &Sender) -> Result<ContactId> {
        let hashes = self.hash(tenant, sender);
        if let Some(contact) = self.cache.get(&hashes) {
            return Ok(contact);
        }
        let contact = match ask(&self.finds, hashes, "look a sender up").await? {
            Some(contact) => contact,
            None => ask(&self.births, seal(tenant, sender, hashes), "find or create a contact").await?,
        };
        if !self.erased.lock().contains(&contact) {
            self.cache.insert(hashes, contact);
        }
        Ok(contact)
    }

    /// The provider vouches that who was reached by `before` is now reached by `sender`.
    pub async fn move_to(&self, tenant: &Tenant, before: &[Address], sender: &Sender) -> Result<Option<ContactId>> {
        let before: Vec<[u8; 16]> = before.iter().map(|address| self.address(tenant, address)).collect();
        let hashes = self.hash(tenant, sender);
        let contact = self.store.move_addresses(&before, &seal(tenant, sender, hashes)).await?;
        // Entries made of the old addresses would lead to the wrong person once the number is somebody else's.
        self.drop_cached(tenant.id, &before);
        Ok(contact)
    }

    fn drop_cached(&self, tenant: TenantId, addresses: &[[u8; 16]]) {
        self.cache.retain(|key, _| {
            let hit = |hash: Option<[u8; 16]>| hash.is_some_and(|hash| addresses.contains(&hash));
            key.tenant != tenant || !(hit(key.scoped) || hit(key.phone))
        });
    }

    /// Takes the code of a move that `sender` sent by `channel`. If it is good, her addresses lead to the contact it was given to.
    pub async fn redeem(
        &self,
        tenant: &Tenant,
        sender: &Sender,
        (code, channel): (MoveCode, Channel),
        (event, at): (EventId, Timestamp),
        wrong_max: u32,
    ) -> Result<Redeemed> {
        let hashes = self.hash(tenant, sender);
        let code = self.hashes.code(tenant.id.0, &code.bytes());
        let sender = seal(tenant, sender, hashes);
        let sent = SentCode { code, channel: channel.as_str(), sender, event, at, wrong_max };
        let redeemed = self.store.redeem_code(&sent).await?;
        if let Redeemed::Joined(contact) = redeemed {
            let own: Vec<[u8; 16]> = hashes.scoped.into_iter().chain(hashes.phone).collect();
            self.drop_cached(tenant.id, &own);
            if !self.erased.lock().contains(&contact) {
                self.cache.insert(hashes, contact);
            }
        }
        Ok(redeemed)
    }

    /// What the table knows of a conversation; grouped with others asked for at the same time.
    pub async fn load(&self, conversation: Conversation) -> Result<Option<LoadedConversation>> {
        ask(&self.loads, conversation, "load a conversation").await
    }

    /// The contact was erased: her addresses lead nowhere.
    pub fn forget(&self, conversation: Conversation) {
        self.erased.lock().push(conversation.contact);
        self.cache.retain(|_, contact| *contact != conversation.contact);
    }

    fn hash(&self, tenant: &Tenant, sender: &Sender) -> SenderHashes {
        let hash = |address: Address| self.address(tenant, &address);
        SenderHashes {
            tenant: tenant.id,
            scoped: sender.scoped_id.clone().map(Address::WhatsApp).map(hash),
            phone: sender.phone.clone().map(Address::Phone).map(hash),
        }
    }

    fn address(&self, tenant: &Tenant, address: &Address) -> [u8; 16] {
        self.hashes.address(tenant.id.0, address.canonical().as_bytes())
    }
}

fn seal(tenant: &Tenant, sender: &Sender, hashes: SenderHashes) -> SealedSender {
    let seal =
        |address: Address, hash: [u8; 16]| tenant.key.seal(seals::DIRECTORY, &hash, address.canonical().as_bytes());
    SealedSender {
        hashes,
        scoped_sealed: sender.scoped_id.clone().map(Address::WhatsApp).zip(hashes.scoped).map(|(a, h)| seal(a, h)),
        phone_sealed: sender.phone.clone().map(Address::Phone).zip(hashes.phone).map(|(a, h)| seal(a, h)),
        wrapped_key: tenant.key.generate_data_key(seals::CONTACT_KEY).1,
    }
}

async fn ask<Q, A>(queue: &mpsc::Sender<Ask<Q, A>>, question: Q, what: &'static str) -> Result<A> {
    let lost = || StoreError { what, source: sqlx::Error::WorkerCrashed };
    let (gate, answer) = oneshot::channel();
    queue.send((question, gate)).await.map_err(|_| lost())?;
    answer.await.map_err(|_| lost())?.map_err(|()| lost())
}

/// Natural grouping: what is asked while one statement runs goes into the next.
async fn group<Q, A, F>(
    store: Arc<dyn Store>,
    mut queue: mpsc::Receiver<Ask<Q, A>>,
    all: impl Fn(Arc<dyn Store>, Vec<Q>) -> F,
) where
    F: Future<Output = Result<Vec<A>>>,
{
    let mut asks = Vec::with_capacity(GROUP_MAX);
    while queue.recv_many(&mut asks, GROUP_MAX).await > 0 {
        let (questions, gates): (Vec<Q>, Vec<_>) = asks.drain(..).unzip();
        match all(store.clone(), questions).await {
            Ok(answers) => {
                for (gate, answer) in gates.into_iter().zip(answers) {
                    let _ = gate.send(Ok(answer));
                }
            }
            Err(error) => {
                tracing::warn!(error = %error.source, what = error.what, asked = gates.len(), "the directory could not be asked");
                for gate in gates {
                    let _ = gate.send(Err(()));
                }
            }
        }
    }
}

async fn find_all(store: Arc<dyn Store>, senders: Vec<SenderHashes>) -> Result<Vec<Option<ContactId>>> {
    store.find(&senders).await
}

/// Many strangers at once must not take every connection away from those who are known, nor from the heartbeat.
async fn birth_all(store: Arc<dyn Store>, senders: Vec<SealedSender>) -> Result<Vec<ContactId>> {
    let contacts = store.resolve(&senders).await?;
    Ok(contacts.into_iter().map(|(contact, _)| contact).collect())
}

async fn load_all(store: Arc<dyn Store>, conversations: Vec<Conversation>) -> Result<Vec<Option<LoadedConversation>>> {
    let loaded = store.load(&conversations).await?;
    let by_key: HashMap<Conversation, LoadedConversation> =
        loaded.into_iter().map(|row| (row.conversation, row)).collect();
    Ok(conversations.iter().map(|conversation| by_key.get(conversation).cloned()).collect())
}
