use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use ganira::actors::accounts::{Account, Accounts};
use ganira::actors::facts_lane;
use ganira::actors::fence::Fence;
use ganira::actors::outbound::share::Permits;
use ganira::actors::outbound::{Courtesy, GraphWire, Outbound, Refusal, Refusals, Sending, Setup, Wire, Wires};
use ganira::actors::outgoing::{Envelope, Outgoing, Recipient};
use ganira::channels::guard::Reach;
use ganira::channels::transport::{Transport, TransportOptions};
use ganira::channels::{Refused, SendOutcome};
use ganira::crypto::{KeyedHash, SecretKey};
use ganira::domain::outbound::WhenUnknown;
use ganira::domain::{AccountId, Clock, DeliveryState, OutboxId, ScopedId};
use ganira::flows::Purpose;
use ganira::store::WriterId;
use parking_lot::Mutex;

use super::company::{Asked, Company, Reply};
use super::model::{envelope, id, place, text};
use super::table::Table;
use crate::sim_store::{Call, Fault, FaultSource};

const LANE: i64 = 10;
const ACCOUNT: i64 = 7;

pub(super) fn clock() -> Clock {
    Clock::system()
}

#[derive(Debug, Default)]
struct Told(Mutex<Vec<(OutboxId, Refusal)>>);

/// A refusal with this code is not taken when it is told first.
const DEAF_ONCE: i64 = 131_049;

#[async_trait::async_trait]
impl Refusals for Told {
    async fn refused(&self, id: OutboxId, _: AccountId, refusal: Refusal) -> bool {
        let mut told = self.0.lock();
        told.push((id, refusal));
        refusal.code != Some(DEAF_ONCE) || told.len() > 1
    }
}

pub(super) struct World {
    table: Arc<Table>,
    company: Company,
    accounts: Arc<Accounts>,
    told: Arc<Told>,
    pub outbound: Outbound,
    fence: Fence,
}

/// Graph, but a courtesy for this message breaks the dispatcher that asks for it.
#[derive(Debug)]
struct Fragile(GraphWire);

const BREAKS: &str = "wamid.breaks";

impl Wire for Fragile {
    fn prepare(&self, account: &Account, message: &Outgoing) -> Result<Box<dyn Sending>, SendOutcome> {
        self.0.prepare(account, message)
    }

    fn courtesy(&self, courtesy: &Courtesy) -> Option<http::Request<bytes::Bytes>> {
        assert!(courtesy.message != BREAKS, "a bug of a company's folder");
        self.0.courtesy(courtesy)
    }

    fn failed(&self, code: i64) -> Refused {
        self.0.failed(code)
    }
}

fn settings() -> ganira::config::Outbound {
    ganira::config::Outbound {
        window_rows: 100,
        breaker_failures: 3,
        breaker_open_ms: 400,
        unknown_wait_ms: 400,
        follower_wait_ms: 60_000,
        number_per_second: 10_000,
        pair_burst: 1_000,
        pair_refill_ms: 10,
        request_timeout_ms: 10_000,
        attempts_max: 8,
    }
}

fn hashes() -> KeyedHash {
    KeyedHash::new(&SecretKey::new([5; 32]))
}

/// An engine's outbound side on `table`.
async fn start(
    table: Arc<Table>,
    settings: ganira::config::Outbound,
    decide: impl Fn(&Asked, usize) -> Reply + Send + Sync + 'static,
) -> World {
    let look = table.clone();
    let recorded = move |id| look.delivery(id).is_some_and(|delivery| delivery.attempt > 0);
    let company = Company::open(decide, recorded).await;
    let accounts = Arc::new(Accounts::default());
    accounts.refresh(&table.store, &table.ring).await.unwrap();
    let fence = Fence::default();
    let (facts, _) = facts_lane::start(Arc::new(table.store.clone()), table.facts, fence.clone(), 100);
    let options =
        TransportOptions { reach: Reach::Private, timeout: Duration::from_secs(5), ..TransportOptions::default() };
    let wire = Fragile(GraphWire { base: company.address.clone(), version: "v26.0".to_owned() });
    let told = Arc::new(Told::default());
    let outbound = Outbound::start(Setup {
        store: Arc::new(table.store.clone()),
        accounts: accounts.clone(),
        facts,
        fence: fence.clone(),
        hashes: hashes(),
        clock: clock(),
        wires: Arc::new(Wires { whatsapp: Arc::new(wire), sms: HashMap::new() }),
        transport: Transport::new(options).unwrap(),
        refusals: told.clone(),
        settings,
        lanes: vec![WriterId(LANE)],
        permits: Permits::new(256),
    })
    .await
    .unwrap();
    World { table, company, accounts, told, outbound, fence }
}

pub(super) async fn open(decide: impl Fn(&Asked, usize) -> Reply + Send + Sync + 'static) -> World {
    start(Arc::new(Table::new(&[ACCOUNT]).await), settings(), decide).await
}

impl World {
    /// Commits one text and hands it over, as a lane does.
    fn send(&self, account: i64, contact: i64, seq: i64, batch: i64) {
        let row = self.table.commit(account, contact, seq, place(LANE, batch, 1), envelope(text()));
        self.outbound.committed(vec![row]);
    }

    async fn until(&self, what: &str, is_so: impl Fn(&Self) -> bool) {
        // A loaded machine is no reason to give up.
        let deadline = Instant::now() + Duration::from_mins(1);
        while !is_so(self) {
            assert!(Instant::now() < deadline, "waited in vain until {what}; asked: {:?}", self.company.ids());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    fn rank(&self, id: OutboxId) -> i16 {
        self.table.delivery(id).map_or(0, |delivery| delivery.rank)
    }
}

#[tokio::test]
async fn messages_leave_in_order_each_after_its_attempt_is_recorded() {
    let world = open(|_, _| Reply::Accept).await;
    for seq in 1..=20 {
        world.send(ACCOUNT, 1, seq, seq);
    }
    world.until("all are accepted", |world| (1..=20).all(|seq| world.rank(id(1, seq)) == 30)).await;
    assert_eq!(world.company.ids(), (1..=20).map(|seq| id(1, seq)).collect::<Vec<_>>());
    assert!(world.company.asked.lock().iter().all(|asked| asked.recorded));
    let delivery = world.table.delivery(id(1, 1)).unwrap();
    assert_eq!(delivery.message, Some(hashes().event(ACCOUNT, b"wamid.7.1.1.1.0")));
}

#[tokio::test]
async fn an_attempt_begun_before_the_restart_waits_and_then_its_kind_decides() {
    let table = Arc::new(Table::new(&[ACCOUNT]).await);
    let leave = Envelope { when_unknown: WhenUnknown::Leave, ..envelope(text()) };
    table.begun(&table.commit(ACCOUNT, 1, 1, place(3, 1, 1), envelope(text())));
    table.begun(&table.commit(ACCOUNT, 2, 1, place(3, 1, 2), leave));
    table.begun(&table.commit(ACCOUNT, 3, 1, place(3, 1, 3), envelope(text())));
    let settings = ganira::config::Outbound { unknown_wait_ms: 1_000, ..settings() };
    let started = Instant::now();
    let world = start(table, settings, |_, _| Reply::Accept).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    world.outbound.receipt(id(3, 1), DeliveryState::Delivered);
    world.send(ACCOUNT, 2, 2, 1);
    world.send(ACCOUNT, 3, 2, 2);
    world.until("three left", |world| world.company.ids().len() == 3).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    let mut ids = world.company.ids();
    ids.sort();
    assert_eq!(ids, [id(1, 1), id(2, 2), id(3, 2)], "one again, one left alone, one known to have arrived");
    let asked = world.company.asked.lock();
    let again = asked.iter().find(|asked| asked.id == Some(id(1, 1))).unwrap();
    assert!(again.at - started >= Duration::from_millis(900), "it waited for a receipt");
    assert_eq!(world.table.delivery(id(1, 1)).unwrap().attempt, 2);
}

#[tokio::test]
async fn a_throttled_pair_does_not_delay_others() {
    let world = open(|asked, before| {
        let is_fast = asked.id.is_some_and(|id| id.conversation.contact.0 == 1);
        if is_fast && before == 0 { Reply::Error(131_056) } else { Reply::Accept }
    })
    .await;
    world.send(ACCOUNT, 1, 1, 1);
    world.until("the pair was throttled", |world| world.company.ids().len() == 1).await;
    for contact in 2..=20 {
        world.send(ACCOUNT, contact, 1, contact);
    }
    world.until("all left", |world| (1..=20).all(|contact| world.rank(id(contact, 1)) == 30)).await;
    let asked: Vec<_> = world.company.ids().into_iter().map(|id| id.conversation.contact.0).collect();
    let again = asked.iter().rposition(|contact| *contact == 1).unwrap();
    assert!(again > 1, "others went before the throttled one came again: {asked:?}");
}

#[tokio::test]
async fn accounts_that_never_answer_do_not_delay_another() {
    let stuck: Vec<i64> = (100..130).collect();
    let accounts: Vec<i64> = stuck.iter().copied().chain([ACCOUNT]).collect();
    let table = Arc::new(Table::new(&accounts).await);
    let is_stuck = |asked: &Asked| asked.id.is_some_and(|id| id.seq.0 == 99);
    let world =
        start(table, settings(), move |asked, _| if is_stuck(asked) { Reply::Never } else { Reply::Accept }).await;
    let mut batch = 0;
    for account in stuck {
        for contact in 1..=20 {
            batch += 1;
            world.send(account, account * 100 + contact, 99, batch);
        }
    }
    world.until("many hang", |world| world.company.ids().len() > 200).await;
    world.send(ACCOUNT, 1, 1, batch + 1);
    // The others still hang: they never answer.
    world.until("the other's message left", |world| world.rank(id(1, 1)) == 30).await;
}

#[tokio::test]
async fn failures_open_the_breaker_and_one_probe_closes_it() {
    let failing = Arc::new(std::sync::atomic::AtomicBool::new(true));
    let fails = failing.clone();
    let world =
        open(move |_, _| if fails.load(Ordering::SeqCst) { Reply::Error(131_016) } else { Reply::Accept }).await;
    for contact in 1..=3 {
        world.send(ACCOUNT, contact, 1, contact);
        world.until("it was tried", |world| world.company.ids().len() >= contact as usize).await;
    }
    tokio::time::sleep(Duration::from_millis(50)).await;
    failing.store(false, Ordering::SeqCst);
    let opened = world.company.asked.lock().last().unwrap().at;
    let before = world.company.ids().len();
    for contact in 4..=8 {
        world.send(ACCOUNT, contact, 1, contact);
    }
    world.until("all left", |world| (4..=8).all(|contact| world.rank(id(contact, 1)) == 30)).await;
    let asked = world.company.asked.lock();
    assert!(asked[before].at - opened >= Duration::from_millis(380), "it rested");
}

#[tokio::test]
async fn a_fenced_engine_sends_nothing() {
    let table = Arc::new(Table::new(&[ACCOUNT]).await);
    table.store.faults().once(Call::Record, Fault::Fenced);
    let world = start(table, settings(), |_, _| Reply::Accept).await;
    for contact in 1..=5 {
        world.send(ACCOUNT, contact, 1, contact);
    }
    world.until("the fence fell", |world| world.fence.has_fallen()).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(world.company.ids(), []);
}

#[tokio::test]
async fn a_broken_token_pauses_sending_until_it_is_repaired() {
    let settings = ganira::config::Outbound { attempts_max: 1, ..settings() };
    let is_good = |asked: &Asked| asked.token.ends_with("repaired");
    let table = Arc::new(Table::new(&[ACCOUNT]).await);
    let world =
        start(table, settings, move |asked, _| if is_good(asked) { Reply::Accept } else { Reply::Error(190) }).await;
    world.send(ACCOUNT, 1, 1, 1);
    world.until("it is written down", |world| world.table.stopped_reason(ACCOUNT).is_some()).await;
    world.accounts.refresh(&world.table.store, &world.table.ring).await.unwrap();
    world.outbound.refresh();
    for contact in 2..=4 {
        world.send(ACCOUNT, contact, 1, contact);
    }
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(world.company.ids(), [id(1, 1)]);
    world.table.repair(ACCOUNT, "repaired");
    world.accounts.refresh(&world.table.store, &world.table.ring).await.unwrap();
    world.outbound.refresh();
    world.until("all left", |world| (1..=4).all(|contact| world.rank(id(contact, 1)) == 30)).await;
    assert!(world.told.0.lock().is_empty(), "no attempt was burned");
}

#[tokio::test]
async fn a_refused_message_is_told_to_its_flow_and_recorded() {
    let world = open(|_, _| Reply::Error(131_026)).await;
    world.send(ACCOUNT, 1, 1, 1);
    // Recorded only when the flow's event is safe: the other way round, a crash in between would leave the flow waiting for ever.
    world.until("the flow is told", |world| !world.told.0.lock().is_empty()).await;
    world.until("it is recorded", |world| world.rank(id(1, 1)) == DeliveryState::Failed.rank()).await;
    assert_eq!(world.table.delivery(id(1, 1)).unwrap().error_code, Some(131_026));
    let refusal = Refusal { reason: Refused::Undeliverable, code: Some(131_026) };
    assert_eq!(*world.told.0.lock(), [(id(1, 1), refusal)]);
}

#[tokio::test]
async fn rows_that_can_never_be_sent_hold_nobody_up() {
    let table = Arc::new(Table::new(&[ACCOUNT]).await);
    let spoiled = table.commit(ACCOUNT, 1, 1, place(3, 1, 1), envelope(text()));
    let erased = table.commit(ACCOUNT, 2, 1, place(3, 1, 2), envelope(text()));
    table.commit(ACCOUNT, 1, 2, place(3, 1, 3), envelope(text()));
    table.spoil(&spoiled);
    table.erase(&erased);
    let world = start(table, settings(), |_, _| Reply::Accept).await;
    world.until("the good one left", |world| world.rank(id(1, 2)) == 30).await;
    assert_eq!(world.rank(id(1, 1)), DeliveryState::Failed.rank());
    assert_eq!(world.company.ids(), [id(1, 2)]);
}

#[tokio::test]
async fn draining_waits_for_what_is_in_flight_and_begins_nothing() {
    let world = open(|asked, _| {
        let hangs = asked.id.is_some_and(|id| id.conversation.contact.0 == 9);
        if hangs { Reply::Never } else { Reply::Accept }
    })
    .await;
    world.send(ACCOUNT, 1, 1, 1);
    world.until("it left", |world| world.rank(id(1, 1)) == 30).await;
    world.send(ACCOUNT, 9, 1, 2);
    world.until("one hangs", |world| world.company.ids().len() == 2).await;
    assert!(!world.outbound.drain(Duration::from_millis(100)).await, "one is still in flight");
    world.send(ACCOUNT, 2, 1, 3);
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(world.company.ids().len(), 2);
    let idle = open(|_, _| Reply::Accept).await;
    assert!(idle.outbound.drain(Duration::from_secs(1)).await);
}

#[tokio::test]
async fn blue_ticks_and_typing_are_asked_for() {
    let world = open(|_, _| Reply::Accept).await;
    let account = world.accounts.by_id(AccountId(ACCOUNT)).unwrap();
    // A loaded machine is no reason to give up.
    let deadline = Instant::now() + Duration::from_mins(1);
    while world.company.asked.lock().is_empty() {
        assert!(Instant::now() < deadline);
        let message = "wamid.in".to_owned();
        world.outbound.courtesy(Courtesy { account: account.clone(), message, typing: true });
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let asked = world.company.asked.lock();
    assert_eq!(asked[0].body["status"], "read");
    assert_eq!(asked[0].body["typing_indicator"]["type"], "text");
}

#[tokio::test]
async fn a_flood_larger_than_the_window_leaves_whole_and_in_order() {
    let settings = ganira::config::Outbound { window_rows: 20, ..settings() };
    let world = start(Arc::new(Table::new(&[ACCOUNT]).await), settings, |_, _| Reply::Accept).await;
    for batch in 1..=60 {
        for contact in 1..=5 {
            let row = world.table.commit(ACCOUNT, contact, batch, place(LANE, batch, contact as i32), envelope(text()));
            world.outbound.committed(vec![row]);
        }
    }
    world.until("all left", |world| world.company.ids().len() == 300).await;
    for contact in 1..=5 {
        let ids: Vec<_> = world.company.ids().into_iter().filter(|id| id.conversation.contact.0 == contact).collect();
        assert_eq!(ids, (1..=60).map(|seq| id(contact, seq)).collect::<Vec<_>>());
    }
}

/// Every call of one kind fails, and is counted.
#[derive(Debug, Clone)]
struct Ailing(Call, Arc<AtomicUsize>);

impl Ailing {
    fn on(table: &Table, call: Call) -> Self {
        let ailing = Self(call, Arc::default());
        table.store.faults().from(ailing.clone());
        ailing
    }

    fn asked(&self) -> usize {
        self.1.load(Ordering::SeqCst)
    }
}

impl FaultSource for Ailing {
    fn next(&self, call: Call) -> Option<Fault> {
        (call == self.0).then(|| {
            self.1.fetch_add(1, Ordering::SeqCst);
            Fault::Unavailable
        })
    }
}

#[tokio::test]
async fn a_database_that_does_not_answer_is_asked_again_and_nothing_is_lost() {
    let table = Arc::new(Table::new(&[ACCOUNT]).await);
    let asks = [
        Call::Read("outbox_cursors"),
        Call::Read("open_outbox"),
        Call::Read("opted_out"),
        Call::Write("save_cursor"),
        Call::Write("stop_account"),
    ];
    for ask in asks {
        table.store.faults().once(ask, Fault::Unavailable);
    }
    table.commit(ACCOUNT, 1, 1, place(3, 1, 1), envelope(text()));
    let world = start(table, settings(), |asked, _| {
        let breaks = asked.id.is_some_and(|id| id.conversation.contact.0 == 9);
        if breaks { Reply::Error(190) } else { Reply::Accept }
    })
    .await;
    world.until("what lay there left", |world| world.rank(id(1, 1)) == 30).await;
    let reminder = Envelope { purpose: Some(Purpose::Reminder), ..envelope(text()) };
    world.outbound.committed(vec![world.table.commit(ACCOUNT, 2, 1, place(LANE, 1, 1), reminder)]);
    world.until("the reminder left", |world| world.rank(id(2, 1)) == 30).await;
    world.send(ACCOUNT, 9, 1, 2);
    world.until("it is written down", |world| world.table.stopped_reason(ACCOUNT).is_some()).await;
    assert!(world.outbound.drain(Duration::from_mins(1)).await);
}

#[tokio::test]
async fn a_fence_that_falls_ends_all_asking() {
    let table = Arc::new(Table::new(&[ACCOUNT]).await);
    let cursors = Ailing::on(&table, Call::Read("outbox_cursors"));
    let unread = start(table, settings(), |_, _| Reply::Accept).await;
    let table = Arc::new(Table::new(&[ACCOUNT]).await);
    let stops = Ailing::on(&table, Call::Write("stop_account"));
    let stopped = start(table, settings(), |_, _| Reply::Error(190)).await;
    let deaf = open(|_, _| Reply::Error(DEAF_ONCE)).await;
    for world in [&stopped, &deaf] {
        world.send(ACCOUNT, 1, 1, 1);
    }
    unread.until("it was asked for", |_| cursors.asked() > 0).await;
    stopped.until("it was tried", |_| stops.asked() > 0).await;
    deaf.until("it was told", |world| !world.told.0.lock().is_empty()).await;
    for world in [&unread, &stopped, &deaf] {
        world.fence.end();
    }
    let before = (cursors.asked(), stops.asked());
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    assert_eq!((cursors.asked(), stops.asked()), before);
    assert_eq!(deaf.told.0.lock().len(), 1);
    assert_ne!(deaf.rank(id(1, 1)), DeliveryState::Failed.rank(), "it is told again by the next engine");
}

#[tokio::test]
async fn a_refusal_that_was_not_taken_is_told_again_before_it_is_recorded() {
    let world = open(|_, _| Reply::Error(DEAF_ONCE)).await;
    world.send(ACCOUNT, 1, 1, 1);
    world.until("it is recorded", |world| world.rank(id(1, 1)) == DeliveryState::Failed.rank()).await;
    assert_eq!(world.told.0.lock().len(), 2);
}

#[tokio::test]
async fn a_portfolio_that_is_too_fast_pauses_its_other_numbers_too() {
    const OTHER: i64 = 8;
    let world = start(Arc::new(Table::new(&[ACCOUNT, OTHER]).await), settings(), |_, _| Reply::Error(80_007)).await;
    world.send(ACCOUNT, 1, 1, 1);
    world
        .until("it was told to slow down", |world| {
            world.table.delivery(id(1, 1)).is_some_and(|delivery| delivery.attempt == 1)
        })
        .await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    world.send(OTHER, 2, 1, 2);
    world.send(ACCOUNT, 3, 1, 3);
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(world.company.ids(), [id(1, 1)]);
}

#[tokio::test]
async fn a_dispatcher_that_breaks_begins_again_from_the_table() {
    let world = open(|_, _| Reply::Accept).await;
    world.send(ACCOUNT, 1, 1, 1);
    world.until("it left", |world| world.rank(id(1, 1)) == 30).await;
    let account = world.accounts.by_id(AccountId(ACCOUNT)).unwrap();
    let breaks = || Courtesy { account: account.clone(), message: BREAKS.to_owned(), typing: false };
    world.outbound.courtesy(breaks());
    // Committed while there is nobody to hear of it.
    tokio::time::sleep(Duration::from_millis(100)).await;
    world.table.commit(ACCOUNT, 2, 1, place(3, 1, 1), envelope(text()));
    world.until("the successor read it", |world| world.rank(id(2, 1)) == 30).await;
    assert!(world.outbound.drain(Duration::from_mins(1)).await);
    world.outbound.courtesy(breaks());
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    world.send(ACCOUNT, 3, 1, 2);
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(world.company.ids().len(), 2, "who drains begins nobody again");
}

#[tokio::test]
async fn an_sms_account_whose_gateway_is_not_configured_stops_and_says_so() {
    let table = Arc::new(Table::new(&[ACCOUNT]).await);
    table.store.change(|tables| "sms".clone_into(&mut tables.accounts.get_mut(&AccountId(ACCOUNT)).unwrap().channel));
    let world = start(table, settings(), |_, _| Reply::Accept).await;
    world.send(ACCOUNT, 1, 1, 1);
    world.until("it is written down", |world| world.table.stopped_reason(ACCOUNT).is_some()).await;
    assert_eq!(world.table.stopped_reason(ACCOUNT).unwrap(), "0 nothing can be sent on this channel");
    assert_eq!(world.company.ids(), []);
}

#[tokio::test]
async fn a_message_goes_to_both_names_of_a_person_and_to_nobody_without_one() {
    let world = open(|_, _| Reply::Accept).await;
    let scoped_id = Some(ScopedId::parse("RW.13491208655302741918").unwrap());
    let both = Envelope { to: Recipient { scoped_id, ..envelope(text()).to }, ..envelope(text()) };
    world.outbound.committed(vec![world.table.commit(ACCOUNT, 1, 1, place(LANE, 1, 1), both)]);
    let nobody = Envelope { to: Recipient::default(), ..envelope(text()) };
    world.outbound.committed(vec![world.table.commit(ACCOUNT, 2, 1, place(LANE, 2, 1), nobody)]);
    world.until("one left", |world| world.rank(id(1, 1)) == 30).await;
    world.until("one failed", |world| world.rank(id(2, 1)) == DeliveryState::Failed.rank()).await;
    let refusal = Refusal { reason: Refused::Undeliverable, code: Some(0) };
    assert_eq!(*world.told.0.lock(), [(id(2, 1), refusal)]);
    assert_eq!(world.company.asked.lock()[0].body["recipient"], "RW.13491208655302741918");
}

#[tokio::test]
async fn by_an_account_without_a_token_or_of_ussd_nothing_is_sent() {
    let table = Arc::new(Table::new(&[ACCOUNT, 8]).await);
    table.store.change(|tables| {
        tables.accounts.get_mut(&AccountId(ACCOUNT)).unwrap().credential = None;
        "ussd".clone_into(&mut tables.accounts.get_mut(&AccountId(8)).unwrap().channel);
    });
    let accounts = Accounts::default();
    accounts.refresh(&table.store, &table.ring).await.unwrap();
    let wire = GraphWire { base: "https://graph.example.com".to_owned(), version: "v26.0".to_owned() };
    let message = table.commit(ACCOUNT, 1, 1, place(LANE, 1, 1), envelope(text()));
    let tokenless = wire.prepare(&accounts.by_id(AccountId(ACCOUNT)).unwrap(), &message).map(|_| ()).unwrap_err();
    assert!(matches!(tokenless, SendOutcome::AccountStopped { .. }), "{tokenless:?}");
    let wires = Wires { whatsapp: Arc::new(wire), sms: HashMap::new() };
    assert!(wires.of(&accounts.by_id(AccountId(8)).unwrap()).is_none(), "a screen is the answer to its request");
}
