//! Housekeeping: partitions ahead, retention, what people ask from other processes, idle buckets, new accounts.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::TryStreamExt;
use object_store::path::Path as ObjectPath;
use object_store::{ObjectStore, ObjectStoreExt};
use serde_json::Value as Json;
use tokio::time::{Instant, MissedTickBehavior, interval, interval_at};

use super::admission::Admission;
use super::dead_letters::{self, Buried};
use super::event::Verdict;
use super::fence::Fence;
use super::ingress::{Ingress, Taken};
use super::outbound::Outbound;
use super::shared::World;
use crate::channels::sms::Called;
use crate::channels::whatsapp;
use crate::domain::{ContactId, Conversation, InboundKind, TenantId, Trace};
use crate::flows::{Channel, Purpose, Row};
use crate::operations::news;
use crate::store::RequestRow;

/// How often requests are looked for.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How often accounts are read anew and expired holds swept.
const ACCOUNTS_EVERY: Duration = Duration::from_secs(10);
/// How often partitions are made sure of and idle buckets forgotten.
const DAYS_EVERY: Duration = Duration::from_mins(1);
/// How often what has outlived its retention is dropped.
const RETENTION_EVERY: Duration = Duration::from_hours(1);
/// Codes are kept for as long as a message that holds one may be delivered again: WhatsApp repeats for seven days.
const CODES_KEPT: chrono::TimeDelta = chrono::TimeDelta::days(9);
/// Old files dropped at once.
const MEDIA_MAX: i32 = 1000;
/// Requests taken at once.
const REQUESTS_MAX: i32 = 64;

/// What housekeeping works with.
#[derive(Debug)]
pub struct Housekeeper {
    pub world: Arc<World>,
    pub fence: Fence,
    pub ingress: Ingress,
    pub admission: Arc<Admission>,
    pub outbound: Outbound,
    pub objects: Arc<dyn ObjectStore>,
}

impl Housekeeper {
    /// Runs until the fence falls.
    pub async fn run(self) {
        let mut look = every(LOOK_EVERY);
        let mut accounts = every(ACCOUNTS_EVERY);
        let mut days = every(DAYS_EVERY);
        // Not at once: a restart has better things to do.
        let mut retention = interval_at(Instant::now() + DAYS_EVERY, RETENTION_EVERY);
        retention.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                // What is rarely ready stands before what may always be.
                biased;
                () = self.fence.fallen() => return,
                _ = retention.tick() => self.let_go().await,
                _ = days.tick() => self.keep_days().await,
                _ = accounts.tick() => self.refresh_accounts().await,
                _ = look.tick() => {
                    self.answer_requests().await;
                    self.ingress.ripen().await;
                }
            }
        }
    }

    async fn refresh_accounts(&self) {
        if let Err(error) = self.world.accounts.refresh(&*self.world.store, &self.world.ring).await {
            return tracing::warn!(error = %error.source, "the accounts could not be read");
        }
        self.outbound.refresh();
        self.write_funnel().await;
        if let Err(error) = self.world.store.sweep_holds().await {
            tracing::warn!(error = %error.source, "expired holds could not be swept");
        }
    }

    async fn write_funnel(&self) {
        if let Err(error) = self.world.funnel.write(&*self.world.store).await {
            tracing::warn!(error = %error.source, "the funnel could not be written");
        }
    }

    async fn keep_days(&self) {
        self.admission.forget_idle();
        match self.world.store.ensure_days().await {
            Ok(0) => {}
            Ok(made) => tracing::info!(made, "partitions were built ahead"),
            Err(error) => tracing::error!(error = %error.source, "the partitions ahead could not be built"),
        }
    }

    async fn let_go(&self) {
        let started = Instant::now();
        let retention = &self.world.settings.retention;
        match self.world.store.let_go(retention.journal_days, retention.dead_letter_days, retention.nobody_days).await {
            Ok(dropped) => {
                tracing::info!(
                    dropped,
                    duration_ms = started.elapsed().as_millis(),
                    "what outlived its retention was dropped"
                );
            }
            Err(error) => tracing::error!(error = %error.source, "what outlived its retention could not be dropped"),
        }
        let before = self.world.clock.now() - CODES_KEPT;
        if let Err(error) = self.world.store.sweep_codes(before).await {
            tracing::error!(error = %error.source, "old codes could not be forgotten");
        }
        if let Err(error) = self.drop_media(retention.media_days).await {
            tracing::error!(error, "old media could not be dropped");
        }
    }

    /// Files first: a row without its file is found again, a file without its row never.
    async fn drop_media(&self, days: u32) -> Result<(), String> {
        let store = &self.world.store;
        let objects = store.old_media(days, MEDIA_MAX).await.map_err(|error| error.source.to_string())?;
        for object in &objects {
            match self.objects.delete(&ObjectPath::from(object.as_str())).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(error.to_string()),
            }
        }
        store.forget_media(&objects).await.map_err(|error| error.source.to_string())
    }

    async fn answer_requests(&self) {
        let requests = match self.world.store.open_requests(REQUESTS_MAX).await {
            Ok(requests) => requests,
            Err(error) => return tracing::warn!(error = %error.source, "the requests could not be read"),
        };
        for request in requests {
            let Some(answer) = self.answer(&request).await else { continue };
            tracing::info!(request.id, request.kind, answer, "a request was answered");
            if let Err(error) = self.world.store.answer_request(request.id, &answer).await {
                tracing::warn!(error = %error.source, "the answer to a request could not be written");
            }
        }
    }

    /// `None`: it cannot be answered now and is tried again.
    async fn answer(&self, request: &RequestRow) -> Option<String> {
        let number = |name: &str| request.arguments.get(name).and_then(Json::as_i64);
        match request.kind.as_str() {
            "replay" => match number("dead_letter") {
                Some(id) => self.replay(id).await,
                None => Some("it lacks the number `dead_letter`".to_owned()),
            },
            "erase" => match (number("tenant"), number("contact")) {
                (Some(tenant), Some(contact)) => {
                    let conversation = Conversation { tenant: TenantId(tenant), contact: ContactId(contact) };
                    self.erase(conversation, request.id).await
                }
                _ => Some("it lacks the numbers `tenant` and `contact`".to_owned()),
            },
            "news" => match (number("tenant"), number("contact"), request.arguments.get("name").and_then(Json::as_str))
            {
                (Some(tenant), Some(contact), Some(name))
                    if request.arguments.get("id").is_some_and(Json::is_string) =>
                {
                    let who = Conversation { tenant: TenantId(tenant), contact: ContactId(contact) };
                    self.tell(who, name, request).await
                }
                _ => Some("it lacks the numbers `tenant` and `contact`, or the texts `name` and `id`".to_owned()),
            },
            "hand_back" => match (number("tenant"), number("contact")) {
                (Some(tenant), Some(contact)) => {
                    let who = Conversation { tenant: TenantId(tenant), contact: ContactId(contact) };
                    let there = request.arguments.get("there").and_then(Json::as_bool).unwrap_or(true);
                    told(self.ingress.handed_back(who, there, request.id).await)
                }
                _ => Some("it lacks the numbers `tenant` and `contact`".to_owned()),
            },
            "prefer" => match (number("tenant"), number("contact")) {
                (Some(tenant), Some(contact)) => {
                    let who = Conversation { tenant: TenantId(tenant), contact: ContactId(contact) };
                    let word = |name: &str| request.arguments.get(name).and_then(Json::as_str);
                    let (purpose, channel) = (word("purpose").map(Purpose::named), word("channel").map(Channel::named));
                    match (purpose, channel) {
                        (Some(None), _) | (_, Some(None)) => {
                            Some("this release does not know its purpose or channel".to_owned())
                        }
                        (purpose, channel) => {
                            told(self.ingress.prefers(who, purpose.flatten(), channel.flatten(), request.id).await)
                        }
                    }
                }
                _ => Some("it lacks the numbers `tenant` and `contact`".to_owned()),
            },
            "refresh" => {
                self.refresh_accounts().await;
                Some("done".to_owned())
            }
            other => Some(format!("this release does not know a request of kind {other:?}")),
        }
    }

    async fn replay(&self, id: i64) -> Option<String> {
        let row = match self.world.store.dead_letter_for_replay(id).await {
            Ok(Some(row)) => row,
            Ok(None) => return Some(format!("there is no dead letter {id}")),
            Err(_) => return None,
        };
        let name = format!("{id}.{}", row.replays);
        let answer = match dead_letters::open(&self.world, &row) {
            None => return Some("it cannot be opened: its tenant or key is gone".to_owned()),
            Some(Buried::Payment { .. }) => {
                return Some("it is a payment's result and cannot be replayed: settle it with its provider".to_owned());
            }
            Some(Buried::Internal { .. }) => {
                return Some("it is an event of the engine's own and cannot be replayed".to_owned());
            }
            Some(Buried::Update { inbound, .. }) if matches!(inbound.kind, InboundKind::Hop(_)) => {
                return Some("it is a person's key at a screen that is gone: it cannot be replayed".to_owned());
            }
            Some(Buried::Update { channel, app, mut inbound, raw }) => {
                // As at the entrance: an account that came later may belong to another app than the one that signed this.
                match self.world.accounts.named(channel, &inbound.account) {
                    None => return Some("no tenant has its account".to_owned()),
                    Some(account) if account.app != app => {
                        return Some("it was signed by another app than its account's".to_owned());
                    }
                    Some(_) => {}
                }
                inbound.raw = raw.0;
                let trace = Trace(crate::crypto::random::number());
                match self.ingress.replay(channel, *inbound, &name, trace).await {
                    Verdict::Unavailable => return None,
                    Verdict::Duplicate => "it had been handled after all",
                    Verdict::Buried => return Some("it failed again and stays a dead letter".to_owned()),
                    Verdict::Committed | Verdict::Void => "replayed",
                }
            }
            Some(Buried::Body { channel: Channel::Sms, app, body }) => return self.replay_sms(&app, &body.0, id).await,
            Some(Buried::Body { channel: Channel::Ussd, .. }) => {
                return Some("whoever dialled has long hung up: it cannot be replayed".to_owned());
            }
            Some(Buried::Body { channel, app, body }) => match whatsapp::parse(&body.0) {
                Err(error) => return Some(format!("it still cannot be read: {error}")),
                Ok(updates) => {
                    let trace = Trace(crate::crypto::random::number());
                    match self.ingress.take(channel, &app, updates, trace).await {
                        Taken::Safe => "replayed",
                        Taken::Forbidden => return Some("it names an account of another app".to_owned()),
                        Taken::NotSafe | Taken::Refused(_) => return None,
                    }
                }
            },
        };
        self.world.store.mark_replayed(id).await.ok()?;
        Some(answer.to_owned())
    }

    /// An SMS gateway's request once more. A query is kept as a body, which a form reads alike.
    async fn replay_sms(&self, gateway: &str, body: &Bytes, letter: i64) -> Option<String> {
        let Some(gateway) = self.world.sms.get(gateway) else {
            return Some("it is not of a gateway that posts requests, or that is no longer configured".to_owned());
        };
        let headers = http::HeaderMap::new();
        let called = Called { method: &http::Method::POST, target: "/", headers: &headers, body };
        if let Err(error) = gateway.read(&called) {
            return Some(format!("it still cannot be read: {error}"));
        }
        match self.world.sms.take(&self.ingress, gateway, &[called], Trace(crate::crypto::random::number())).await {
            Taken::Safe => {
                self.world.store.mark_replayed(letter).await.ok()?;
                Some("replayed".to_owned())
            }
            Taken::Forbidden => Some("it names an account of another gateway".to_owned()),
            Taken::NotSafe | Taken::Refused(_) => None,
        }
    }

    /// News for a person, sealed until now.
    async fn tell(&self, who: Conversation, name: &str, request: &RequestRow) -> Option<String> {
        let id = request.arguments.get("id").and_then(Json::as_str)?.to_owned();
        let payload = match &request.sealed {
            None => Row::new(),
            Some(sealed) => {
                let tenant = self.world.accounts.tenant(who.tenant);
                match tenant.and_then(|tenant| news::open(&tenant.key, who, name, &id, sealed)) {
                    Some(payload) => payload,
                    None => return Some("it cannot be opened: its tenant or key is gone".to_owned()),
                }
            }
        };
        told(self.ingress.news(who, &id, name.to_owned(), payload).await)
    }

    /// The turn erases rows and key; files are worthless without the key, and go as well.
    async fn erase(&self, conversation: Conversation, request: i64) -> Option<String> {
        if self.world.accounts.tenant(conversation.tenant).is_none() {
            return Some("nothing was erased: the tenant has no number, or its key does not open".to_owned());
        }
        match self.ingress.erase(conversation, request).await {
            Verdict::Unavailable => return None,
            Verdict::Buried => return Some("the erasure failed: see the dead letters".to_owned()),
            Verdict::Committed | Verdict::Duplicate | Verdict::Void => {}
        }
        let folder = ObjectPath::from(format!("{}/{}", conversation.tenant, conversation.contact));
        let files = self.objects.list(Some(&folder)).try_collect::<Vec<_>>().await.ok()?;
        for file in files {
            self.objects.delete(&file.location).await.ok()?;
        }
        Some("erased".to_owned())
    }
}

/// What whoever told it hears. `None`: it is tried again.
fn told(verdict: Verdict) -> Option<String> {
    let answer = match verdict {
        Verdict::Unavailable => return None,
        Verdict::Committed => "told",
        Verdict::Duplicate => "it had been told before",
        Verdict::Buried => "it failed: see the dead letters",
        Verdict::Void => "there is no such person",
    };
    Some(answer.to_owned())
}

fn every(period: Duration) -> tokio::time::Interval {
    let mut ticks = interval(period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}
