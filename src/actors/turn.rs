//! One turn, worked out: an event and what is known of the conversation become a row for the commit. Waits only for operations' answers.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use chrono::TimeDelta;

use super::accounts::Account;
use super::doors::{Doors, Leaving, door_open, doors, leaves_by, speaks_by};
use super::event::{Event, EventKind, JobResult, Shown};
use super::fall_back::{self, Instead, fall_back};
use super::funnel::Walked;
use super::keeping::{self, Gate};
use super::lane::Commit;
use super::library::LibraryError;
use super::outgoing::{Envelope, InsteadOf, Recipient};
use super::shared::World;
use super::snapshot::{Kept, Snapshot, SnapshotError};
use super::ussd::session::{Heard, Placed};
use super::ussd::turn as keypad;
use crate::channels::Refused;
use crate::crypto::{DataKey, Place};
use crate::domain::outbound::WhenUnknown;
use crate::domain::{Content, Conversation, MessageBody, MoveCode, OutboxId, Seq, Timestamp};
use crate::flows::notices::CodeRefused;
use crate::flows::{
    self, Channel, Context, Count, Done, Fault, FlowSet, Input, Invited, JobOrder, Rests, Row, Say, Turn, Value,
};
use crate::operations::{Answered, Asker};
use crate::store::{
    FinishedJob, FiredTimer, GuardedEffect, JobRow, JournalRow, OutboxRow, Redeemed, StoreError, TurnRow, seals,
};

/// Rounds of questions in one turn. Each operation may need a round of its own; the core allows no more operations.
const ROUNDS_MAX: usize = 17;
/// The ordinal of the effect that gives a code; questions have small ones.
const CODE_ORDINAL: u8 = u8::MAX - 1;
/// The job that fetches media.
pub const MEDIA_JOB: &str = "media";

/// What an awake conversation knows, opened for one turn: between turns nobody holds the prepared key, which is larger than most sessions.
#[derive(Debug)]
pub struct Awake<'m> {
    pub seq: Seq,
    pub snapshot: &'m Snapshot,
    pub key: DataKey,
}

/// A turn ready for its lane, and what is true once it is committed.
#[derive(Debug)]
pub struct Worked {
    pub commit: Commit,
    pub after: Snapshot,
    /// An alarm row that this turn writes.
    pub armed: Option<Timestamp>,
    /// What the funnel learns of it.
    pub walked: Option<(Walked, Vec<Count>)>,
    /// The event is the result of a payment that nobody took: it must lie among the dead letters before this turn is committed.
    pub unclaimed: bool,
    /// What answers a hop.
    pub shown: Option<Shown>,
}

/// Why a turn could not be worked out. All of these would happen again.
#[derive(Debug, thiserror::Error)]
pub enum TurnError {
    #[error("the flow panicked: {0}")]
    Panicked(String),
    #[error("the flow asks without end")]
    AsksWithoutEnd,
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    /// Passes: a person at a keypad dials again rather than take the way for what is out of order.
    #[error("the database does not answer")]
    Away,
    /// Passes: the event comes again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Works one turn out. `truths`: what a refused commit said of the operations, by their ordinals.
pub async fn work(
    world: &World,
    awake: &Awake<'_>,
    event: &Event,
    truths: &BTreeMap<u8, String>,
) -> Result<Worked, TurnError> {
    let now = world.clock.now();
    let kept = &awake.snapshot.kept;
    let placed = keypad::placed(world, event, kept, now);
    let given = input(world, event, placed.as_ref(), kept, now);
    // A flow makes the new state out of the old one: copying that first would be for nothing.
    let mut after = match given {
        Given::Flow(_) => awake.snapshot.without_state(),
        _ => awake.snapshot.clone(),
    };
    after.ring.remember(event.id, event.occurred_at, event.received_at);
    receive(&mut after, event);
    let learned = keeping::learned(&mut after, event, now);
    keeping::joined(world, &mut after, event).await?;
    keypad::note(world, event, &mut after.kept, now);
    let account = &speaks_by(world, &after, event);
    let mut draft = match given {
        Given::Flow(input) => Asking { world, awake, event, account, truths, now }.advance(&input, &mut after).await?,
        Given::Refused(why) => {
            let text = flows::notices::code_refused(language(account, &after), why);
            Draft { messages: vec![notice(text)], ..Draft::default() }
        }
        Given::SlowDown => {
            let text = flows::notices::slow_down(language(account, &after));
            Draft { messages: vec![notice(text)], ..Draft::default() }
        }
        Given::Erase => {
            after = Snapshot { kept: Kept::default(), ring: after.ring };
            let erase = GuardedEffect { ordinal: 0, kind: "erase_person", args: serde_json::json!({}) };
            Draft { effects: vec![erase], ..Draft::default() }
        }
        Given::Nothing => Draft::default(),
    };
    draft.effects.extend(learned);
    let shown = match (&event.kind, placed) {
        (EventKind::Hop { hop, .. }, Some(Placed { began, .. })) => {
            let answered = keypad::Answered { hop, began, rests: draft.rests, now };
            Some(keypad::show(world, event, &answered, &mut after, &mut draft.messages))
        }
        _ => None,
    };
    if let Some(screen) = keypad::unseen(world, event, kept, now) {
        draft.messages.extend(keypad::missed(world, event, account, &after, &screen, now));
    }
    draft.alarm = draft.alarm.no_later_than(keypad::wake_at(world, &after.kept));
    Ok(Worked { shown, ..finish(world, awake, event, account, after, draft)? })
}

/// The turn of an event that was buried: nothing happens, but the row that brought it goes.
pub fn dismiss(world: &World, awake: &Awake<'_>, event: &Event) -> Result<Worked, TurnError> {
    let mut after = awake.snapshot.clone();
    after.ring.remember(event.id, event.occurred_at, event.received_at);
    let account = speaks_by(world, &after, event);
    let left_staff = matches!(event.kind, EventKind::HandedBack { .. });
    finish(world, awake, event, &account, after, Draft { left_staff, ..Draft::default() })
}

/// What a turn will write besides the snapshot.
#[derive(Default)]
struct Draft {
    messages: Vec<Say>,
    effects: Vec<GuardedEffect>,
    orders: Vec<JobOrder>,
    alarm: Wish,
    walked: Option<(Walked, Vec<Count>)>,
    unclaimed: bool,
    /// Staff have the conversation no more, whoever ended it.
    left_staff: bool,
    rests: Rests,
    /// What the messages stand in for, where all of them do.
    instead: Option<InsteadOf>,
}

/// When the flow wants to be woken.
#[derive(Default)]
enum Wish {
    /// It was not asked: the alarm there is stays.
    #[default]
    Unknown,
    Never,
    At(Timestamp),
}

impl Wish {
    fn no_later_than(self, at: Option<Timestamp>) -> Self {
        match (self, at) {
            (Self::At(wanted), Some(at)) => Self::At(wanted.min(at)),
            (Self::Never | Self::Unknown, Some(at)) => Self::At(at),
            (wish, _) => wish,
        }
    }
}

/// What an event gives to the conversation.
#[expect(clippy::large_enum_variant, reason = "made and taken apart at once")]
enum Given {
    Flow(Input),
    /// A code that is not taken.
    Refused(CodeRefused),
    SlowDown,
    Erase,
    Nothing,
}

fn input(world: &World, event: &Event, placed: Option<&Placed>, kept: &Kept, now: Timestamp) -> Given {
    match &event.kind {
        EventKind::Hop { redeemed: Some(redeemed), .. } | EventKind::Code { redeemed, .. } => moved(*redeemed),
        EventKind::Hop { .. } => match placed.map(|placed| placed.heard.clone()) {
            Some(Heard::Dialled(code)) => Given::Flow(Input::Dial { code }),
            Some(Heard::Typed(text)) => {
                Given::Flow(Input::Message { body: MessageBody::Text { text }, referral: None })
            }
            None => Given::Nothing,
        },
        EventKind::Missed { screen, .. } if screen.ended => Given::Nothing,
        EventKind::HungUp { .. } | EventKind::Missed { .. } => Given::Flow(Input::HungUp),
        EventKind::Alarm { .. } if keypad::is_gone(world, event, kept, now) => Given::Flow(Input::HungUp),
        EventKind::Message { message, .. } => {
            Given::Flow(Input::Message { body: message.body.clone(), referral: message.referral.clone() })
        }
        EventKind::Prefers { purpose, channel } => Given::Flow(Input::Prefers { purpose: *purpose, channel: *channel }),
        EventKind::Echo { .. } => {
            let minutes = i64::try_from(world.settings.engine.echo_quiet_minutes).unwrap_or(i64::MAX);
            Given::Flow(Input::StaffSpoke { quiet_until: now + TimeDelta::minutes(minutes) })
        }
        EventKind::Alarm { .. } => Given::Flow(Input::Alarm),
        EventKind::SendFailed { reason, .. } => Given::Flow(Input::SendFailed { reason }),
        EventKind::Receipt { state, .. } => {
            Given::Flow(Input::Event { name: "receipt".to_owned(), payload: row([("state", Value::text(*state))]) })
        }
        EventKind::JobDone { result: JobResult::Media(stored), .. } => {
            let stored = row([("stored", Value::YesNo(stored.is_some()))]);
            Given::Flow(Input::Event { name: MEDIA_JOB.to_owned(), payload: stored })
        }
        EventKind::JobDone { result: JobResult::Outside { number, outcome, value, payment, .. }, .. } => {
            let payment = payment.as_deref().cloned();
            Given::Flow(Input::Job { number: *number, outcome: outcome.clone(), value: value.clone(), payment })
        }
        EventKind::News { name, payload } => Given::Flow(Input::Event { name: name.clone(), payload: payload.clone() }),
        EventKind::HandedBack { there: true } => Given::Flow(Input::GivenBack),
        EventKind::HandedBack { there: false } => Given::Flow(Input::NobodyThere),
        EventKind::Kept { again } => Given::Flow(Input::Kept { again: *again }),
        EventKind::SlowDown => Given::SlowDown,
        EventKind::Erase => Given::Erase,
        EventKind::AddressChange { .. } => Given::Nothing,
    }
}

fn moved(redeemed: Redeemed) -> Given {
    match redeemed {
        Redeemed::Joined(_) => Given::Flow(Input::Moved),
        Redeemed::NotGood => Given::Refused(CodeRefused::NotGood),
        Redeemed::TooMany => Given::Refused(CodeRefused::TooMany),
    }
}

fn row<const N: usize>(fields: [(&str, Value); N]) -> Row {
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// Notes by which door the event came and what it tells of the person.
fn receive(after: &mut Snapshot, event: &Event) {
    let account = event.account.id;
    match &event.kind {
        EventKind::Message { message, .. } | EventKind::Code { message, .. } => {
            let from = &message.from;
            let to = Recipient { phone: from.phone.clone(), scoped_id: from.scoped_id.clone() };
            // The receipt time is ours: a message that was on its way for an hour opens the window no longer than the provider says.
            after.kept.came_by(
                account,
                to,
                Some(event.occurred_at.unwrap_or(event.received_at).min(event.received_at)),
            );
            if from.profile_name.is_some() {
                after.kept.profile_name.clone_from(&from.profile_name);
            }
        }
        EventKind::Hop { hop, .. } => {
            let to = Recipient { phone: Some(hop.phone.clone()), scoped_id: None };
            after.kept.came_by(account, to, Some(event.received_at));
        }
        EventKind::Echo { to, .. } => {
            let to = Recipient { phone: to.phone.clone(), scoped_id: to.scoped_id.clone() };
            after.kept.came_by(account, to, None);
        }
        EventKind::AddressChange { now } => {
            let to = Recipient { phone: now.phone.clone(), scoped_id: now.scoped_id.clone() };
            for door in after.kept.doors.iter_mut().filter(|door| door.account == account) {
                door.to = to.clone();
            }
        }
        _ => {}
    }
}

/// The flows of one turn.
struct Spoken {
    flows: Arc<FlowSet>,
    revision: i32,
    /// The session as these flows have it, if it comes from an earlier revision.
    moved: Option<flows::State>,
}

/// A flow at work on one event: all that it, and the operations it asks, may know.
struct Asking<'a> {
    world: &'a World,
    awake: &'a Awake<'a>,
    event: &'a Event,
    account: &'a Account,
    truths: &'a BTreeMap<u8, String>,
    now: Timestamp,
}

impl Asking<'_> {
    /// Runs the flow from the start again with every round of answers, until it is done.
    async fn advance(&self, input: &Input, after: &mut Snapshot) -> Result<Draft, TurnError> {
        let Self { world, awake, event, account, truths, now } = *self;
        let tenant = &account.tenant;
        let before = &awake.snapshot.kept.state;
        let Spoken { flows, revision, moved } = self.flows(before).await?;
        let before = moved.as_ref().unwrap_or(before);
        let ways = doors(world, account, after, event, now, || self.code());
        let instead = self.instead(before, &flows, &ways).await?;
        let Doors { all, unused, fallback, invitation } = ways;
        let context = Context {
            revision,
            door_open: door_open(account, after, event, now),
            doors: all,
            unused,
            fallback,
            invitation,
            screen: world.ussd.get(&account.app).map(|place| place.screen.clone()).unwrap_or_default(),
            code: if account.channel == Channel::Ussd { account.code().to_owned() } else { String::new() },
            shares: shares(event),
            language: tenant.language.clone(),
            profile_name: after.kept.profile_name.clone(),
            business: tenant.rules.name.clone(),
            country: tenant.rules.country,
            quiet: tenant.rules.quiet,
            opt_outs: after.kept.opt_outs.clone(),
            ..Context::at(now, tenant.zone, account.channel)
        };
        let seal = |table: &'static str, row: &[u8], bytes: &[u8]| {
            awake.key.seal(Place { tenant: event.conversation.tenant.0, table, row }, bytes)
        };
        let asker = Asker {
            tenant: event.conversation.tenant,
            contact: event.conversation.contact,
            event: event.id,
            zone: tenant.zone,
            language: before.language().unwrap_or(&tenant.language),
            now,
            true_outcomes: truths,
            seal: &seal,
        };
        let mut answered: Vec<Answered> = Vec::new();
        let is_hop = matches!(event.kind, EventKind::Hop { .. });
        for _ in 0..ROUNDS_MAX {
            let answers: Vec<_> = answered.iter().map(|one| one.answer.clone()).collect();
            match caught(&flows, before, input, &answers, &context)? {
                Turn::Ask(questions) => answered.extend(world.operations.answer(&asker, &questions).await),
                Turn::Done(_) if answered.iter().any(|one| one.database_away) && is_hop => return Err(TurnError::Away),
                Turn::Done(done) => {
                    let Done { state, mut messages, alarm, faults, counts, rests, jobs: orders, invited, wish, .. } =
                        *done;
                    let unclaimed = faults.contains(&Fault::Payment);
                    for fault in faults {
                        metrics::counter!("ganira_flow_faults_total", "fault" => fault.as_str()).increment(1);
                    }
                    let given_back = matches!(event.kind, EventKind::HandedBack { .. }) || before.is_with_staff(&flows);
                    let left_staff = given_back && !state.is_with_staff(&flows);
                    after.kept.state = state;
                    let mut effects: Vec<_> = answered.into_iter().filter_map(|one| one.effect).collect();
                    effects.extend(
                        wish.map(|wish| keeping::heed(after, account.channel, wish, keeping::source(&event.kind), now)),
                    );
                    effects.extend(invited.map(|invited| self.give_code(invited)));
                    let mut of = None;
                    if let Some(instead) = instead {
                        messages = instead.messages;
                        effects.push(instead.effect);
                        of = Some(instead.of);
                    }
                    let walked = Walked { tenant: tenant.id, revision, channel: account.channel, at: now };
                    return Ok(Draft {
                        messages,
                        effects,
                        orders,
                        alarm: alarm.map_or(Wish::Never, Wish::At),
                        walked: Some((walked, counts)),
                        unclaimed,
                        left_staff,
                        rests,
                        instead: of,
                    });
                }
            }
        }
        Err(TurnError::AsksWithoutEnd)
    }

    /// The code this turn may give: the same whenever it is run again, and another one if the first belongs to somebody.
    fn code(&self) -> MoveCode {
        let round = u8::from(self.truths.contains_key(&CODE_ORDINAL));
        let Conversation { tenant, contact } = self.event.conversation;
        let drawn = [&contact.0.to_be_bytes()[..], &self.event.id.0, &[round]].concat();
        MoveCode::drawn(self.world.hashes.draw(tenant.0, &drawn))
    }

    fn give_code(&self, invited: Invited) -> GuardedEffect {
        let hash = self.world.hashes.code(self.event.conversation.tenant.0, &self.code().bytes());
        let args = serde_json::json!({ "code": hex::encode(hash), "channel": invited.to, "until": invited.until });
        GuardedEffect { ordinal: CODE_ORDINAL, kind: "give_code", args }
    }

    /// What goes instead of a message that failed, where the flow itself does not mind.
    async fn instead(
        &self,
        before: &flows::State,
        flows: &FlowSet,
        doors: &Doors,
    ) -> Result<Option<Instead>, TurnError> {
        let EventKind::SendFailed { of, reason } = &self.event.kind else { return Ok(None) };
        if before.minds_undelivered(flows) || self.truths.contains_key(&fall_back::ORDINAL) {
            return Ok(None);
        }
        fall_back(self.world, self.awake, self.event, (*of, reason), doors).await
    }

    /// The flows that run here: a session goes on with those it began with, unless the live ones say how it moves to them.
    async fn flows(&self, before: &flows::State) -> Result<Spoken, TurnError> {
        let tenant = &self.account.tenant;
        let live = |moved| Spoken { flows: tenant.flows.clone(), revision: tenant.revision, moved };
        let Some(revision) = before.revision().filter(|revision| *revision != tenant.revision) else {
            return Ok(live(None));
        };
        let library = &self.world.accounts.library;
        let own = match revision {
            0 => FlowSet::shipped(&tenant.shipped).ok_or(LibraryError::None(tenant.id, 0)),
            _ => library.revision(&*self.world.store, tenant.id, revision).await,
        };
        match own {
            Ok(flows) => {
                let moves = library.moves(tenant.id, (revision, &*flows), (tenant.revision, &*tenant.flows));
                Ok(match moves {
                    Some(moves) => live(Some(moves.apply(before))),
                    None => Spoken { flows, revision, moved: None },
                })
            }
            Err(LibraryError::Store(error)) => Err(error.into()),
            Err(error) => {
                tracing::error!(tenant.id = tenant.id.0, %error, "a session's own flows are gone: it goes on with the live ones");
                Ok(live(None))
            }
        }
    }
}

/// The core cannot fail, but a bug in it must not take the conversation's actor along: a panic becomes a value.
fn caught(
    flow: &FlowSet,
    state: &flows::State,
    input: &Input,
    answers: &[flows::Answer],
    context: &Context,
) -> Result<Turn, TurnError> {
    catch_unwind(AssertUnwindSafe(|| flows::advance(flow, state, input, answers, context))).map_err(|panic| {
        let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        TurnError::Panicked(text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default())
    })
}

/// A number of the person that stays hers.
fn shares(event: &Event) -> u64 {
    let Conversation { tenant, contact } = event.conversation;
    let mixed = (tenant.0.cast_unsigned() << 32) ^ contact.0.cast_unsigned();
    // The finalizer of SplitMix64: neighbours must not get the same arm.
    let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

fn language<'a>(account: &'a Account, after: &'a Snapshot) -> &'a str {
    after.kept.state.language().unwrap_or(&account.tenant.language)
}

/// One of the engine's own texts, by the door the person stands at.
fn notice(text: &str) -> Say {
    let content = Content::Text { text: text.to_owned(), preview: false };
    let (when_unknown, wake) = (WhenUnknown::Leave, false);
    Say { content, when_unknown, wake, by: None, purpose: None, instead_of: None, words: Vec::new() }
}

/// Seals everything and lays it out for the commit.
fn finish(
    world: &World,
    awake: &Awake<'_>,
    event: &Event,
    account: &Account,
    mut after: Snapshot,
    draft: Draft,
) -> Result<Worked, TurnError> {
    let conversation = event.conversation;
    let seq = awake.seq.next();
    let (alarm, alarm_gone) = arm(&mut after, event, &draft);
    let mut outbox = Vec::with_capacity(draft.messages.len());
    let mut envelopes = Vec::with_capacity(draft.messages.len());
    let gate = Gate::new(account, &after, event, world.clock.now());
    for say in draft.messages {
        // Without a door there is nobody to say it to.
        let Some(Leaving { account, channel, to, door_until }) = leaves_by(world, account, &after, say.by) else {
            continue;
        };
        // A screen that nobody waits for cannot be shown.
        if channel == Channel::Ussd && !matches!(event.kind, EventKind::Hop { .. }) {
            continue;
        }
        let keeping::Passed { purpose, not_before, unwanted } = gate.pass(account, channel, say.purpose);
        let Say { content, when_unknown, wake, instead_of, words, .. } = say;
        let shut = |was| InsteadOf { channel: was, reason: Refused::WindowShut.word().to_owned(), message: None };
        let instead_of = draft.instead.clone().or_else(|| instead_of.map(shut));
        let envelope = Envelope {
            to,
            content,
            when_unknown,
            wake,
            door_until,
            purpose,
            not_before,
            unwanted,
            trace: event.trace,
            instead_of,
            words,
        };
        let n = i16::try_from(outbox.len()).unwrap_or(i16::MAX);
        let id = OutboxId { conversation, seq, n };
        outbox.push(OutboxRow { n, account, body: envelope.seal(&awake.key, id) });
        envelopes.push(Arc::new(envelope));
    }
    let day = event.day;
    #[cfg(feature = "planted-bugs")]
    let day = super::plant::day(day);
    let row = TurnRow {
        conversation,
        seq: awake.seq,
        snapshot: after.seal(&awake.key, conversation, seq)?,
        journal: JournalRow {
            event: event.id,
            day,
            account: event.account.id,
            kind: event.kind.number(),
            at: event.received_at,
            body: awake
                .key
                .seal(Place { tenant: conversation.tenant.0, table: seals::JOURNAL, row: &event.id.0 }, &event.raw),
        },
        outbox,
        alarm,
        alarm_gone,
        jobs: jobs(awake, event, seq, &draft.orders),
        job_finished: finished(event),
        effects: draft.effects.into_iter().chain(stored(event)).chain(draft.left_staff.then(handed_back)).collect(),
    };
    Ok(Worked {
        commit: Commit { row, envelopes },
        after,
        armed: alarm,
        walked: draft.walked,
        unclaimed: draft.unclaimed,
        shown: None,
    })
}

/// The one lazy alarm: its row is never later than wanted. A later one stays and fires early; then the flow only arms it again.
fn arm(after: &mut Snapshot, event: &Event, draft: &Draft) -> (Option<Timestamp>, Option<FiredTimer>) {
    let mut gone = None;
    if let EventKind::Alarm { due } = event.kind {
        gone = Some(FiredTimer { due, fired: true });
        #[cfg(feature = "planted-bugs")]
        if super::plant::Plant::TimerFiredByBoth.grows() {
            gone = Some(FiredTimer { due, fired: false });
        }
        after.kept.alarm = None;
    }
    match (&draft.alarm, after.kept.alarm) {
        (Wish::At(wanted), Some(row)) if row <= *wanted => (None, gone),
        (Wish::At(wanted), row) => {
            after.kept.alarm = Some(*wanted);
            (Some(*wanted), gone.or(row.map(|due| FiredTimer { due, fired: false })))
        }
        (Wish::Never | Wish::Unknown, _) => (None, gone),
    }
}

/// Media must be fetched within minutes: the job is part of the turn that heard of it. So is what the flow orders outside.
fn jobs(awake: &Awake<'_>, event: &Event, seq: Seq, orders: &[JobOrder]) -> Vec<JobRow> {
    let seal = |n: i16, kind: &'static str, plain: &[u8]| {
        let id = OutboxId { conversation: event.conversation, seq, n };
        let place = Place { tenant: event.conversation.tenant.0, table: seals::JOB, row: &seals::outbox_row(id) };
        JobRow { n, kind, body: awake.key.seal(place, plain) }
    };
    let media = match &event.kind {
        EventKind::Message { message, .. } => match &message.body {
            MessageBody::Media(media) => serde_json::to_vec(media).ok(),
            _ => None,
        },
        _ => None,
    };
    let media = media.map(|plain| seal(0, MEDIA_JOB, &plain));
    let outside = (1..).zip(orders).map(|(n, order)| {
        let plain = serde_json::to_vec(order).unwrap_or_default();
        seal(n, order.kind.as_str(), &plain)
    });
    media.into_iter().chain(outside).collect()
}

fn finished(event: &Event) -> Option<FinishedJob> {
    match &event.kind {
        EventKind::JobDone { job, .. } => Some(FinishedJob { seq: job.seq, n: job.n }),
        _ => None,
    }
}

fn stored(event: &Event) -> Option<GuardedEffect> {
    let EventKind::JobDone { job, result: JobResult::Media(Some(stored)) } = &event.kind else { return None };
    let args = serde_json::json!({
        "seq": job.seq, "n": job.n, "object": stored.object, "mime": stored.mime, "bytes": stored.bytes,
    });
    Some(GuardedEffect { ordinal: u8::MAX, kind: "media_stored", args })
}

/// Staff have the conversation no more.
fn handed_back() -> GuardedEffect {
    GuardedEffect { ordinal: u8::MAX, kind: "hand_back", args: serde_json::json!({}) }
}
