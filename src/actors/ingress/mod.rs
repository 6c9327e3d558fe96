//! The one entrance: whatever touches a conversation comes in here, gets its permit, its contact and its place in the order.

mod codes;
mod hop;
mod own;
mod receipts;

pub use hop::Dialled;

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use chrono::TimeDelta;
use futures::future::BoxFuture;
use ractor::ActorRef;

use crate::actors::accounts::Account;
use crate::actors::admission::{Admission, Refusal};
use crate::actors::dead_letters::{self, Buried, Owner, Raw, Reason};
use crate::actors::event::{Answer, Event, EventKind, NewEvent, Verdict};
use crate::actors::parts::PartIn;
use crate::actors::shard::ShardMessage;
use crate::actors::shared::Shared;
use crate::actors::ussd::InFlight;
use crate::domain::{AccountId, Address, Conversation, EventId, Inbound, InboundKind, Sender, Timestamp, Trace};
use crate::flows::Channel;
use crate::store::{Notice, Redeemed};

/// Days before today that the journal still has; providers repeat for seven.
const DAYS_BEFORE: i64 = 8;
const DAYS_AFTER: i64 = 1;

/// The entrance. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Ingress(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    shared: Arc<Shared>,
    admission: Arc<Admission>,
    routers: OnceLock<Vec<ActorRef<ShardMessage>>>,
    ussd: InFlight,
}

/// What became of a request's updates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// All of them are safe: 200.
    Safe,
    /// At least one is not: 503, come again.
    NotSafe,
    /// The body names an account of another app: 401.
    Forbidden,
    Refused(Refusal),
}

/// Whose conversation an update belongs to, and what became of a code in it. An error: that could not be found out.
type Whose = Result<(Option<Conversation>, Option<Redeemed>), ()>;

/// One update whose answer is still awaited.
enum Pending<'a> {
    Settled(Verdict),
    Turn(Answer),
    /// Not bound to an order: begun when all updates of the request have their place.
    Work(BoxFuture<'a, Verdict>),
}

impl Ingress {
    pub fn new(shared: Arc<Shared>, admission: Arc<Admission>) -> Self {
        Self(Arc::new(Inner { shared, admission, routers: OnceLock::new(), ussd: InFlight::default() }))
    }

    pub(super) fn account(&self, id: AccountId) -> Option<Arc<Account>> {
        self.0.shared.world.accounts.by_id(id)
    }

    /// Whether one more update may come in that came by no request of ours: see [`Admission::enter`].
    pub fn admits(&self, channel: Channel) -> bool {
        self.0.admission.enter(channel).is_ok()
    }

    /// Opens the way to the shards, once they run.
    pub(super) fn connect(&self, routers: Vec<ActorRef<ShardMessage>>) {
        let _ = self.0.routers.set(routers);
    }

    /// Takes the updates of one verified request, in their order. Dropping the future loses nothing: turns begun go on.
    pub async fn take(&self, channel: Channel, app: &str, updates: Vec<Inbound>, trace: Trace) -> Taken {
        if !self.all_belong(channel, app, &updates) {
            return Taken::Forbidden;
        }
        if let Err(refusal) = self.0.admission.spend(updates.len().saturating_sub(1)) {
            return Taken::Refused(refusal);
        }
        let updates = match <[Inbound; 1]>::try_from(updates) {
            Ok([update]) => return self.take_one(channel, app, update, trace).await,
            Err(updates) => updates,
        };
        // One after the other and before all else: they decide whose the other updates of their senders are.
        let mut codes = Vec::with_capacity(updates.len());
        for update in &updates {
            codes.push(self.redeem(channel, update).await);
        }
        let contacts = updates.iter().zip(&codes).map(|(update, code)| self.contact(channel, update, code.as_ref()));
        let contacts = futures::future::join_all(contacts).await;
        // Were the others taken, they would pass the one that has to come again.
        if contacts.iter().any(Result::is_err) {
            return Taken::NotSafe;
        }
        let mut pending = Vec::with_capacity(updates.len());
        for ((update, contact), code) in updates.into_iter().zip(contacts).zip(codes) {
            let code = code.and_then(Result::ok);
            pending.push(self.submit(channel, app, update, contact.map(|contact| (contact, code)), trace).await);
        }
        let verdicts = futures::future::join_all(pending.into_iter().map(Pending::verdict)).await;
        if verdicts.into_iter().all(Verdict::is_safe) { Taken::Safe } else { Taken::NotSafe }
    }

    /// Most requests bring one update: there is no order to keep.
    async fn take_one(&self, channel: Channel, app: &str, update: Inbound, trace: Trace) -> Taken {
        let code = self.redeem(channel, &update).await;
        let Ok(contact) = self.contact(channel, &update, code.as_ref()).await else { return Taken::NotSafe };
        let whose = Ok((contact, code.and_then(Result::ok)));
        let pending = self.submit(channel, app, update, whose, trace).await;
        if pending.verdict().await.is_safe() { Taken::Safe } else { Taken::NotSafe }
    }

    /// Takes a part of a long message. [`Taken::Safe`]: it is kept, or its message is in.
    pub(in crate::actors) async fn gather(&self, part: PartIn, trace: Trace) -> Taken {
        self.0.shared.parts.gather(self, part, trace).await
    }

    /// A signed body that could not be read: kept whole by its hash, so that its repetition changes nothing.
    pub async fn bury_body(&self, channel: Channel, app: &str, body: &Bytes, error: &str) -> Taken {
        let buried = Buried::Body { channel, app: app.to_owned(), body: Raw(body.clone()) };
        let world = &self.0.shared.world;
        match dead_letters::bury(world, Owner::default(), body, Reason::Unreadable, error, &buried).await {
            Ok(()) => Taken::Safe,
            Err(_) => Taken::NotSafe,
        }
    }

    /// What a dead letter holds, once more, as a new event at the end.
    pub async fn replay(&self, channel: Channel, inbound: Inbound, replay: &str, trace: Trace) -> Verdict {
        let Some(account) = self.0.shared.world.accounts.named(channel, &inbound.account) else {
            return Verdict::Unavailable;
        };
        let original = self.provider_event(&account, &inbound.provider_id);
        let day = inbound.occurred_at.unwrap_or_else(|| self.now()).date_naive();
        match self.0.shared.world.store.journaled(account.tenant.id, original, &[day]).await {
            Ok(true) => return Verdict::Duplicate,
            Ok(false) => {}
            Err(_) => return Verdict::Unavailable,
        }
        let code = self.redeem(channel, &inbound).await;
        let provider_id = format!("replay:{replay}:{}", inbound.provider_id);
        let again = Inbound { provider_id, occurred_at: None, ..inbound };
        let contact = self.contact(channel, &again, code.as_ref()).await;
        let contact = contact.map(|contact| (contact, code.and_then(Result::ok)));
        match self.submit_unlimited(channel, again, contact, trace).await {
            Some(pending) => pending.verdict().await,
            None => Verdict::Unavailable,
        }
    }

    /// Every account in the body must belong to the app that signed it. One nobody has is not another's.
    fn all_belong(&self, channel: Channel, app: &str, updates: &[Inbound]) -> bool {
        let accounts = &self.0.shared.world.accounts;
        let mut last: Option<&str> = None;
        updates.iter().all(|update| {
            // A gateway's receipts are looked up among its own messages, whoever's they are.
            if channel == Channel::Sms && matches!(update.kind, InboundKind::Receipt(_)) {
                return true;
            }
            if last == Some(&update.account) {
                return true;
            }
            last = Some(&update.account);
            match accounts.named(channel, &update.account) {
                Some(account) => account.app == app,
                None => accounts.of_parent(channel, &update.account).iter().all(|account| account.app == app),
            }
        })
    }

    /// Whose conversation an update belongs to. `Ok(None)`: nobody's.
    async fn contact(
        &self,
        channel: Channel,
        update: &Inbound,
        code: Option<&Result<Redeemed, ()>>,
    ) -> Result<Option<Conversation>, ()> {
        let Some(account) = self.0.shared.world.accounts.named(channel, &update.account) else { return Ok(None) };
        let tenant = &account.tenant;
        match code {
            Some(Ok(Redeemed::Joined(contact))) => {
                return Ok(Some(Conversation { tenant: tenant.id, contact: *contact }));
            }
            Some(Err(())) => return Err(()),
            _ => {}
        }
        let directory = &self.0.shared.directory;
        let resolve = async |sender: &Sender| {
            if sender.addresses().is_empty() {
                return Ok(None);
            }
            directory.resolve(tenant, sender).await.map(Some).map_err(|_| ())
        };
        let contact = match &update.kind {
            // An answer to a group would land in the person's own chat: it is kept, and not answered.
            InboundKind::Message(message) if message.group.is_some() => None,
            InboundKind::Message(message) => resolve(&message.from).await?,
            InboundKind::Echo { to, .. } => resolve(to).await?,
            InboundKind::Kept { from, .. } => resolve(from).await?,
            InboundKind::AddressChange { before, now, .. } => self.moved(&account, before, now).await?,
            InboundKind::Hop(_) | InboundKind::Receipt(_) | InboundKind::Notice { .. } => None,
        };
        Ok(contact.map(|contact| Conversation { tenant: tenant.id, contact }))
    }

    async fn moved(
        &self,
        account: &Account,
        before: &[Address],
        now: &Sender,
    ) -> Result<Option<crate::domain::ContactId>, ()> {
        let directory = &self.0.shared.directory;
        let found = directory.move_to(&account.tenant, before, now).await.map_err(|_| ())?;
        if found.is_some() || now.addresses().is_empty() {
            return Ok(found);
        }
        directory.resolve(&account.tenant, now).await.map(Some).map_err(|_| ())
    }

    /// Gives one update its place in the order.
    async fn submit<'a>(
        &'a self,
        channel: Channel,
        app: &'a str,
        update: Inbound,
        contact: Whose,
        trace: Trace,
    ) -> Pending<'a> {
        if channel == Channel::Sms && matches!(update.kind, InboundKind::Receipt(_)) {
            return Pending::Work(Box::pin(async move { self.named_receipt(app, &update, trace).await }));
        }
        let world = &self.0.shared.world;
        let account = world.accounts.named(channel, &update.account);
        if account.is_none() && world.accounts.of_parent(channel, &update.account).is_empty() {
            return self.bury(
                (channel, app),
                update,
                Owner::default(),
                Reason::UnknownAccount,
                "no tenant has this account",
            );
        }
        if let (InboundKind::Receipt(_), Some(account)) = (&update.kind, &account) {
            let account = account.clone();
            return Pending::Work(Box::pin(async move { self.receipt(&account, &update, trace).await }));
        }
        let Ok((contact, code)) = contact else { return Pending::Settled(Verdict::Unavailable) };
        let (Some(conversation), Some(account)) = (contact, account) else {
            return Pending::Work(Box::pin(async move { self.note(channel, &update).await }));
        };
        let owner =
            Owner { tenant: Some(conversation.tenant), contact: Some(conversation.contact), account: Some(account.id) };
        if !self.within_days(update.occurred_at) {
            return self.bury((channel, app), update, owner, Reason::OutOfDays, "its day lies outside the journal");
        }
        if matches!(update.kind, InboundKind::Message(_))
            && let Err(excess) = self.0.admission.check_sender(conversation)
        {
            self.tell_to_slow_down(conversation, &account);
            return self.bury((channel, app), update, owner, Reason::OverLimit, excess.word());
        }
        let pending = self.submit_unlimited(channel, update, Ok((Some(conversation), code)), trace).await;
        pending.unwrap_or(Pending::Settled(Verdict::Unavailable))
    }

    /// The way on after the buckets: a permit, an id, the router.
    async fn submit_unlimited(
        &self,
        channel: Channel,
        update: Inbound,
        contact: Whose,
        trace: Trace,
    ) -> Option<Pending<'static>> {
        let account = self.0.shared.world.accounts.named(channel, &update.account)?;
        let (conversation, code) = contact.ok()?;
        let conversation = conversation?;
        let id = self.provider_event(&account, &update.provider_id);
        let kind = match update.kind {
            InboundKind::Message(message) => {
                let (message, provider_id) = (Box::new(message), update.provider_id);
                match code {
                    Some(redeemed) => EventKind::Code { message, provider_id, redeemed },
                    None => EventKind::Message { message, provider_id },
                }
            }
            InboundKind::Echo { to, body } => EventKind::Echo { to, body },
            InboundKind::Kept { again, .. } => EventKind::Kept { again },
            InboundKind::AddressChange { now, .. } => EventKind::AddressChange { now },
            InboundKind::Hop(_) | InboundKind::Receipt(_) | InboundKind::Notice { .. } => return None,
        };
        let occurred_at = update.occurred_at;
        let new =
            NewEvent { id, occurred_at, received_at: self.now(), account, conversation, kind, raw: update.raw, trace };
        Some(self.route(new).await)
    }

    async fn route(&self, new: NewEvent) -> Pending<'static> {
        match self.enqueue(new).await {
            Some((_, answer)) => Pending::Turn(answer),
            None => Pending::Settled(Verdict::Unavailable),
        }
    }

    /// Waits for a permit and hands the event to its shard. `None`: the incarnation is over.
    async fn enqueue(&self, new: NewEvent) -> Option<(Arc<Event>, Answer)> {
        if self.0.shared.fence.has_fallen() {
            return None;
        }
        let permit = self.0.admission.permit().await?;
        let shard = usize::from(new.conversation.shard().0);
        let (event, answer) = Event::new(new, Some(permit));
        let router = self.0.routers.get().and_then(|routers| routers.get(shard))?;
        router.cast(ShardMessage::Deliver(event.clone())).ok()?;
        Some((event, answer))
    }

    /// What belongs to no conversation is kept as news about its account.
    async fn note(&self, channel: Channel, update: &Inbound) -> Verdict {
        let world = &self.0.shared.world;
        let field = match &update.kind {
            InboundKind::Notice { field } => field.clone(),
            InboundKind::Receipt(_) => "receipt".to_owned(),
            InboundKind::Message(message) if message.group.is_some() => "group message".to_owned(),
            _ => "message without a sender".to_owned(),
        };
        let event = EventId(world.hashes.event(0, update.provider_id.as_bytes()));
        let account = world.accounts.named(channel, &update.account).map(|account| account.id);
        let body = world.seal_by_system("notice", &event.0, &update.raw);
        let notice = Notice { event, account, field, at: self.now(), body };
        let recorded = self.0.shared.facts.note(notice).await;
        if recorded.is_ok() { Verdict::Committed } else { Verdict::Unavailable }
    }

    fn bury<'a>(
        &'a self,
        (channel, app): (Channel, &'a str),
        update: Inbound,
        owner: Owner,
        reason: Reason,
        error: &'static str,
    ) -> Pending<'a> {
        Pending::Work(Box::pin(async move {
            let raw = Raw(update.raw.clone());
            let dedupe = [update.account.as_bytes(), b"\0", update.provider_id.as_bytes()].concat();
            let buried = Buried::Update { channel, app: app.to_owned(), inbound: Box::new(update), raw };
            match dead_letters::bury(&self.0.shared.world, owner, &dedupe, reason, error, &buried).await {
                Ok(()) => Verdict::Buried,
                Err(error) => {
                    tracing::error!(error = %error.source, reason = reason.word(), "a dead letter could not be written");
                    Verdict::Unavailable
                }
            }
        }))
    }

    fn within_days(&self, occurred_at: Option<Timestamp>) -> bool {
        let now = self.now();
        occurred_at.is_none_or(|at| {
            let days = (at.date_naive() - now.date_naive()).num_days();
            (-DAYS_BEFORE..=DAYS_AFTER).contains(&days) && at - now < TimeDelta::days(DAYS_AFTER)
        })
    }

    fn provider_event(&self, account: &Account, provider_id: &str) -> EventId {
        EventId(self.0.shared.world.hashes.event(account.id.0, provider_id.as_bytes()))
    }

    fn event_id(&self, parts: &[&[u8]]) -> EventId {
        EventId(self.0.shared.world.hashes.other(&parts.join(&b'\0')))
    }

    fn now(&self) -> Timestamp {
        self.0.shared.world.clock.now()
    }
}

impl Pending<'_> {
    async fn verdict(self) -> Verdict {
        match self {
            Self::Settled(verdict) => verdict,
            Self::Work(work) => work.await,
            Self::Turn(answer) => answer.await.unwrap_or(Verdict::Unavailable),
        }
    }
}
