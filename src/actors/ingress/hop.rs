//! Hops of people at a keypad: taken with a deadline, and always answered with a screen.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::time::{Instant, timeout_at};

use super::Ingress;
use crate::actors::accounts::Account;
use crate::actors::event::{Answer, Event, EventKind, NewEvent, Verdict};
use crate::actors::ussd::refusal::Refusal;
use crate::actors::ussd::session::Short;
use crate::actors::ussd::{Seat, session};
use crate::domain::{Conversation, EventId, Hop, MoveCode, Phone, Screen, Sender, Timestamp, Trace, Typed};
use crate::store::Redeemed;

/// How often it is tried to tell the conversation that a screen was missed, and how long in between.
const MISSED_TRIES: u32 = 20;
const MISSED_AGAIN: Duration = Duration::from_millis(500);

/// A hop on its way in.
#[derive(Debug, Clone)]
pub struct Dialled {
    /// The gateway's name in the configuration.
    pub gateway: String,
    pub hop: Hop,
    /// The request, as the journal keeps it.
    pub raw: Bytes,
    pub trace: Trace,
    /// When its screen has to leave.
    pub until: Instant,
}

/// A hop whose account is known.
#[derive(Debug)]
struct Taken {
    account: Arc<Account>,
    hop: Hop,
    raw: Bytes,
    trace: Trace,
    until: Instant,
    id: EventId,
    /// It has the same id when it comes again.
    named: bool,
}

/// A hop that was answered before its turn was decided.
#[derive(Debug)]
struct Late {
    event: Arc<Event>,
    verdict: Answer,
    told: Screen,
}

impl Ingress {
    /// The screen that answers a hop, in time. Dropping the future loses nothing: the turn goes on.
    pub async fn hop(&self, dialled: Dialled) -> Screen {
        let Dialled { gateway, hop, raw, trace, until } = dialled;
        let Some(account) = self.0.shared.world.accounts.dialled(&gateway, &hop.code) else {
            return Refusal::NotInService.of_account(None, &hop.code);
        };
        if account.stopped_reason.is_some() {
            return Refusal::NotInService.of_account(Some(&account), &hop.code);
        }
        let id = session::hop_id(&self.0.shared.world.hashes, account.id, &hop);
        let (named, key) = (id.is_some(), id.map_or_else(|| self.nameless(&account, &hop), |id| id.0));
        let mut seat = match self.0.ussd.sit(key) {
            Seat::Told(screen) => return screen,
            Seat::Behind(seat) => seat,
            Seat::First(sender) => {
                let seat = sender.subscribe();
                let (ingress, account) = (self.clone(), account.clone());
                let id = id.unwrap_or_else(|| EventId(crate::crypto::random::array()));
                let taken = Taken { account, hop, raw, trace, until, id, named };
                crate::actors::spawn(async move {
                    let (screen, late) = ingress.answer_hop(&taken).await;
                    let screen = match screen {
                        Ok(screen) => {
                            if screen.ended {
                                ingress.0.shared.world.ussd.has_left(Short::event(taken.id));
                            }
                            screen
                        }
                        Err(refused) => {
                            // A hop that nothing names may be another one next time.
                            if taken.named {
                                ingress.0.ussd.keep_told(key, refused.clone());
                            }
                            refused
                        }
                    };
                    sender.send_replace(Some(screen));
                    ingress.0.ussd.rise(key);
                    if let Some(late) = late {
                        ingress.follow(late).await;
                    }
                });
                seat
            }
        };
        let screen = seat.wait_for(Option::is_some).await.ok().and_then(|screen| screen.clone());
        screen.unwrap_or_else(|| Refusal::Trouble.of_account(Some(&account), ""))
    }

    /// Her session is over, says its gateway. Without her number it is looked for among those that are remembered; one that is not ends
    /// when it has been idle.
    pub async fn hung_up(
        &self,
        gateway: &str,
        session: &str,
        who: Option<(Phone, String)>,
        raw: Bytes,
        trace: Trace,
    ) -> Verdict {
        let world = &self.0.shared.world;
        let (account, conversation) = if let Some((phone, code)) = who {
            let Some(account) = world.accounts.dialled(gateway, &code) else { return Verdict::Void };
            let Ok(conversation) = self.caller(&account, &phone).await else { return Verdict::Unavailable };
            (account, conversation)
        } else {
            let Some(conversation) = self.0.ussd.whose(self.session_key(gateway, session)) else {
                return Verdict::Void;
            };
            let mut accounts = world.accounts.all().into_iter();
            let own = accounts.find(|own| own.app == gateway && own.tenant.id == conversation.tenant);
            let Some(account) = own else { return Verdict::Void };
            (account, conversation)
        };
        let id = self.event_id(&[b"hung_up", &account.id.0.to_be_bytes(), session.as_bytes()]);
        let kind = EventKind::HungUp { session: session.to_owned() };
        let received_at = self.now();
        let new = NewEvent { id, occurred_at: None, received_at, account, conversation, kind, raw, trace };
        self.route(new).await.verdict().await
    }

    /// The screen, or what is said instead; and the turn if it is still under way.
    async fn answer_hop(&self, taken: &Taken) -> (Result<Screen, Screen>, Option<Late>) {
        let Taken { account, hop, until, .. } = taken;
        let refused = |refusal: Refusal, language: Option<String>| {
            Err(refusal.screen(language.as_deref().unwrap_or(&account.tenant.language), account.code()))
        };
        let Ok(Ok((conversation, redeemed))) = timeout_at(*until, self.whose(taken)).await else {
            return (refused(Refusal::TooLate, None), None);
        };
        let language = || self.0.ussd.language(conversation);
        self.0.ussd.began(self.session_key(&account.app, &hop.session), conversation);
        if self.0.admission.check_sender(conversation).is_err() {
            return (refused(Refusal::TooFast, language()), None);
        }
        let Ok(Some((event, mut verdict))) =
            timeout_at(*until, self.enqueue(event_of(taken, self.now(), conversation, redeemed))).await
        else {
            return (refused(Refusal::Busy, language()), None);
        };
        if let Ok(verdict) = timeout_at(*until, &mut verdict).await {
            let screen = self.screen_of(account, &event);
            let why = if verdict == Ok(Verdict::Buried) { Refusal::Trouble } else { Refusal::TooLate };
            return (screen.map_or_else(|| refused(why, language()), Ok), None);
        }
        let withdrawn = event.withdraw();
        let what = if withdrawn { "withdrawn" } else { "late" };
        metrics::counter!("ganira_ussd_deadline_total", "what" => what).increment(1);
        tracing::warn!(trace = %event.trace, what, "a hop was not answered in time");
        let told = refused(Refusal::TooLate, language());
        let late = (!withdrawn).then(|| Late { event, verdict, told: told.clone().unwrap_or_else(|told| told) });
        (told, late)
    }

    /// What her flow shows, if it came to that.
    fn screen_of(&self, account: &Account, event: &Event) -> Option<Screen> {
        let shown = event.shown()?;
        self.0.ussd.spoke(event.conversation, &shown.language, &account.tenant.language);
        Some(shown.screen.clone())
    }

    /// The operator has stopped waiting: if the turn is committed after all, the conversation hears that its screen was not seen.
    async fn follow(&self, late: Late) {
        let Late { event, verdict, told } = late;
        if verdict.await != Ok(Verdict::Committed) {
            return;
        }
        let Some(shown) = event.shown() else { return };
        for _ in 0..MISSED_TRIES {
            let id = self.event_id(&[b"missed", &event.id.0]);
            let (told, screen) = (told.text.clone(), shown.screen.clone());
            let kind = EventKind::Missed { hop: event.id, told, screen };
            let account = Some(event.account.clone());
            if self.internal(id, event.conversation, account, kind).await != Verdict::Unavailable {
                return;
            }
            tokio::time::sleep(MISSED_AGAIN).await;
        }
        tracing::error!(trace = %event.trace, "a screen was missed, and the conversation could not be told");
    }

    /// Who dialled. The code of a move, dialled behind the business's own, decides that; then it is not hers to answer anything else.
    async fn whose(&self, taken: &Taken) -> Result<(Conversation, Option<Redeemed>), ()> {
        let Taken { account, hop, id, .. } = taken;
        let behind = Some(&hop.dialled).filter(|_| hop.new != Some(false));
        let code = behind.and_then(|behind| MoveCode::in_dialled(&format!("*{behind}")));
        let mut redeemed = None;
        if let Some(code) = code.or_else(|| MoveCode::in_dialled(&hop.code)) {
            let from = Sender { phone: Some(hop.phone.clone()), ..Sender::default() };
            redeemed = Some(self.redeem_from(account, &from, code, *id).await?);
        }
        let conversation = match redeemed {
            Some(Redeemed::Joined(contact)) => Conversation { tenant: account.tenant.id, contact },
            _ => self.caller(account, &hop.phone).await?,
        };
        Ok((conversation, redeemed))
    }

    async fn caller(&self, account: &Account, phone: &Phone) -> Result<Conversation, ()> {
        let sender = Sender { phone: Some(phone.clone()), ..Sender::default() };
        let contact = self.0.shared.directory.resolve(&account.tenant, &sender).await.map_err(|_| ())?;
        Ok(Conversation { tenant: account.tenant.id, contact })
    }

    fn session_key(&self, gateway: &str, session: &str) -> [u8; 16] {
        self.event_id(&[b"session", gateway.as_bytes(), session.as_bytes()]).0
    }

    /// Names a hop of a gateway that neither counts nor tells the history, as long as it is in flight.
    fn nameless(&self, account: &Account, hop: &Hop) -> [u8; 16] {
        let (Typed::History(typed) | Typed::Last(typed)) = &hop.typed;
        let new = [hop.new.map_or(2, u8::from)];
        let account = account.id.0.to_be_bytes();
        self.event_id(&[b"hop", &account, hop.session.as_bytes(), &new, typed.as_bytes(), hop.dialled.as_bytes()]).0
    }
}

fn event_of(taken: &Taken, received_at: Timestamp, conversation: Conversation, redeemed: Option<Redeemed>) -> NewEvent {
    let Taken { account, hop, raw, trace, id, .. } = taken;
    NewEvent {
        id: *id,
        occurred_at: None,
        received_at,
        account: account.clone(),
        conversation,
        kind: EventKind::Hop { hop: Box::new(hop.clone()), redeemed },
        raw: raw.clone(),
        trace: *trace,
    }
}
