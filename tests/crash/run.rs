//! One run: start everything, kill and restart under load, let it come to rest, look at what is there.

use std::sync::atomic::Ordering;
use std::time::Duration;

use ganira::sandbox::{Handle, Number, Options, Sandbox};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::json;
use tokio::time::Instant;
use url::Url;

use crate::check::{Report, check};
use crate::database::Database;
use crate::engine::Engines;
use crate::load::Load;
use crate::observed::Observed;
use crate::webhook::{APP_SECRET, DISPLAY, NUMBER, PROVIDER_SECRET, VERIFY_TOKEN, WABA};

/// A kill proves little if nothing was on its way.
pub const IN_FLIGHT_LEAST: usize = 100;
/// Everything must have come to rest by then.
const REST_WITHIN: Duration = Duration::from_mins(2);

pub struct Wish {
    pub kills: usize,
    /// The bug to plant into the engine; only a build with `planted-bugs` listens.
    pub plant: Option<&'static str>,
}

pub async fn run(wish: Wish) -> Report {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let begun = Instant::now();
    let seed: u64 = rand::random();
    let mut random = StdRng::seed_from_u64(seed);
    let folder = tempfile::tempdir().unwrap();
    let database = Database::start(folder.path()).await;
    let sandbox = sandbox().await;
    let control_url = format!("http://{}/control", sandbox.addr());
    let http = reqwest::Client::new();
    order_faults(&http, &control_url).await;
    let engines = Engines::new(folder.path(), &database, &sandbox, wish.plant);
    sandbox.point_webhooks_at(Url::parse(&engines.webhook_url()).unwrap());
    let load = Load::new(engines.webhook_url(), control_url.clone(), seed);
    let mut report = Report { in_flight_least: usize::MAX, ..Report::default() };
    report.figure("seed", seed);

    let mut engine = engines.start();
    engines.ready(&mut engine).await;
    let mut groups = load.start();
    until("every group has begun", || load.is_whole()).await;
    let mut starts = Vec::new();
    let mut killed_young = 0;
    for _ in 0..wish.kills {
        tokio::time::sleep(Duration::from_millis(random.random_range(100..1200))).await;
        until("enough requests are in flight", || load.in_flight() >= IN_FLIGHT_LEAST).await;
        let in_flight = load.in_flight();
        engine.kill();
        report.kills += 1;
        report.in_flight_least = report.in_flight_least.min(in_flight);
        engine = engines.start();
        // Some do not even live to be ready.
        while random.random_bool(0.2) {
            tokio::time::sleep(Duration::from_millis(random.random_range(0..600))).await;
            engine.kill();
            killed_young += 1;
            engine = engines.start();
        }
        starts.push(engines.ready(&mut engine).await);
    }
    // A clean stop in between, under the same load.
    engine.stop().await;
    engine = engines.start();
    engines.ready(&mut engine).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    load.end();
    let resting = Instant::now();
    while let Some(group) = tokio::time::timeout_at(resting + REST_WITHIN, groups.join_next())
        .await
        .unwrap_or_else(|_| panic!("not everything was acknowledged: {}", engines.log()))
    {
        group.unwrap();
    }
    let acknowledged = resting.elapsed();
    all_sent(&database, resting, &engines).await;
    let sent = resting.elapsed();
    // One more life: what it says is what it read.
    engine.kill();
    engine = engines.start();
    engines.ready(&mut engine).await;
    load.last_words().await;
    all_sent(&database, resting, &engines).await;
    let over = resting.elapsed();
    engine.kill();

    let observed = Observed::read(&database, &control_url, &http).await;
    report.figure("kills", report.kills);
    report.figure("killed besides while starting", killed_young);
    report.figure("requests in flight at a kill, least", report.in_flight_least);
    starts.sort_unstable();
    report.figure("kill to ready, median", format!("{:?}", starts.get(starts.len() / 2).unwrap_or(&Duration::ZERO)));
    report.figure("kill to ready, most", format!("{:?}", starts.last().unwrap_or(&Duration::ZERO)));
    let counts = load.counts();
    report.figure("POSTs", counts.posts.load(Ordering::Relaxed));
    report.figure("POSTs repeated for want of an answer", counts.repeated.load(Ordering::Relaxed));
    report.figure("POSTs given up early and repeated", counts.given_up.load(Ordering::Relaxed));
    report.figure("POSTs repeated after their answer", counts.old_repeated.load(Ordering::Relaxed));
    check(&mut report, &load.diaries(), &observed, &database);
    report.figure("end of the load to all acknowledged", format!("{acknowledged:?}"));
    report.figure("end of the load to all sent", format!("{sent:?}"));
    report.figure("end of the load to the last words' end", format!("{over:?}"));
    report.figure("time in all", format!("{:?}", begun.elapsed()));
    let log = engines.log();
    if let Some(keep) = std::env::var_os("GANIRA_CRASH_LOG") {
        std::fs::write(keep, &log).unwrap();
    }
    if !report.violations.is_empty() {
        let from = log.len().saturating_sub(20_000);
        println!("{}", log.get(from..).unwrap_or(&log));
    }
    assert!(!log.contains("panicked"), "the engine panicked: {log}");
    sandbox.stop().await;
    report
}

/// One run at a time: two would share the machine, and a kill would meet half of what it should.
pub async fn alone() -> tokio::sync::MutexGuard<'static, ()> {
    static ALONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
    ALONE.lock().await
}

async fn until(what: &str, is_so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_mins(1), "waited in vain until {what}");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

pub async fn sandbox() -> Handle {
    let options = Options {
        listen: ([127, 0, 0, 1], 0).into(),
        app_secret: APP_SECRET.into(),
        verify_token: VERIFY_TOKEN.into(),
        provider_secret: PROVIDER_SECRET.into(),
        numbers: vec![Number { phone_number_id: NUMBER.into(), waba_id: WABA.into(), display: DISPLAY.into() }],
        number_rate: 100_000,
        pair_burst: 100_000,
        pair_refill: Duration::from_micros(10),
        statuses: vec!["sent".into(), "delivered".into()],
        status_delay: Duration::from_millis(5),
        webhook_concurrency: 400,
        webhook_backoff: (Duration::from_millis(20), Duration::from_millis(200)),
        inbox_messages_max: 1_000_000,
        requests_max: 2_000_000,
        ..Options::default()
    };
    Sandbox::start(options).await.unwrap()
}

/// Answers take a moment, so that a kill meets sends on their way; statuses come many in a webhook.
async fn order_faults(http: &reqwest::Client, control_url: &str) {
    for fault in [json!({ "kind": "slow", "ms": 15 }), json!({ "kind": "batch_statuses", "size": 20 })] {
        let mut fault = fault;
        fault["target"] = json!("whatsapp");
        let answer = http.post(format!("{control_url}/faults")).json(&fault).send().await.unwrap();
        assert!(answer.status().is_success(), "{}", answer.text().await.unwrap());
    }
}

async fn all_sent(database: &Database, resting: Instant, engines: &Engines) {
    loop {
        let unsent = database.unsent().await;
        if unsent == 0 {
            return;
        }
        assert!(resting.elapsed() < REST_WITHIN, "{unsent} replies never left: {}", engines.log());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
