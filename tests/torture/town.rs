//! Everything a row needs: the database, the companies, the engines, the people; and the way from the fault to the verdict.

use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::time::Duration;

use ganira::sandbox::{Handle, Number, Options, Sandbox, SmsCompany, SmsGateway};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::task::JoinSet;
use tokio::time::Instant;
use url::Url;

use crate::check::{Violation, check};
use crate::database::Database;
use crate::engine::Node;
use crate::front::Front;
use crate::handsets::Handsets;
use crate::load::{Load, LoadWish};
use crate::observed::Observed;
use crate::report::Report;
use crate::rows::Scale;
use crate::texts::{SMS_GATEWAY, SMS_KEY, SMS_NUMBER};
use crate::webhook::{APP_SECRET, DISPLAY, NUMBER, PROVIDER_SECRET, VERIFY_TOKEN, WABA};

/// Everything must have come to rest by then.
const REST_WITHIN: Duration = Duration::from_mins(2);

/// A standby takes over from one that has not been heard of for this long.
pub const STALE: Duration = Duration::from_millis(1500);

/// What a row wants to be set up.
#[derive(Debug, Clone)]
pub struct Wish {
    pub flow: &'static str,
    pub engines: &'static [&'static str],
    pub load: LoadWish,
    /// People at keypads at once.
    pub keypads: u32,
    /// Whether engines will be killed, so that keypads wait for it.
    pub kills: bool,
    /// More of the engines' configuration.
    pub configuration: String,
    pub environment: Vec<(&'static str, String)>,
    /// Where everything lives; a temporary folder unless a row brings its own.
    pub folder: Option<PathBuf>,
    /// Whether there is a gateway of short messages.
    pub texts: bool,
    /// How long a standby waits for a sign of life.
    pub stale: Duration,
    /// How many requests the company remembers.
    pub requests_max: usize,
}

impl Wish {
    /// A load for this scale.
    pub fn of(scale: Scale) -> Self {
        let groups = u32::try_from(scale.of(24, 60)).unwrap();
        Self { load: LoadWish { groups, ..LoadWish::default() }, ..Self::default() }
    }
}

impl Default for Wish {
    fn default() -> Self {
        Self {
            flow: "diary",
            engines: &["one"],
            load: LoadWish::default(),
            keypads: 0,
            kills: false,
            configuration: String::new(),
            environment: Vec::new(),
            folder: None,
            texts: false,
            stale: STALE,
            requests_max: 2_000_000,
        }
    }
}

pub struct Town {
    // Engines go before what they live on.
    pub nodes: Vec<Node>,
    pub front: Option<Front>,
    pub load: Load,
    pub handsets: Handsets,
    pub sandbox: Handle,
    pub control_url: String,
    pub http: reqwest::Client,
    pub database: Database,
    pub report: Report,
    pub seed: u64,
    /// The address that the world knows.
    pub server: String,
    people: JoinSet<()>,
    wish: Wish,
    begun: Instant,
    _folder: TempDir,
}

impl Town {
    /// Sets everything up, and starts no engine yet.
    pub async fn found(wish: Wish) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let begun = Instant::now();
        let temporary = tempfile::tempdir().unwrap();
        let folder = wish.folder.clone().unwrap_or_else(|| temporary.path().to_owned());
        let database = Database::start(&folder, wish.flow).await;
        let sandbox = sandbox(&wish).await;
        let control_url = format!("http://{}/control", sandbox.addr());
        let mut nodes = Vec::new();
        if wish.texts {
            database.add_texts().await;
        }
        let texts = if wish.texts { texts(&sandbox) } else { String::new() };
        for name in wish.engines {
            let more = format!("{texts}\n{}", wish.configuration);
            let mut node = Node::new(name, &folder, (&database, &sandbox), (wish.stale, &more)).await;
            node.environment.clone_from(&wish.environment);
            nodes.push(node);
        }
        let front = match &nodes[..] {
            [_] => None,
            several => Some(Front::start(several.iter().map(|node| node.address).collect()).await),
        };
        let address = front.as_ref().map_or(nodes[0].address, |front| front.address);
        let server = format!("http://{address}");
        let webhook_url = format!("{server}/webhooks/whatsapp");
        sandbox.point_webhooks_at(Url::parse(&webhook_url).unwrap());
        let seed: u64 = rand::random();
        let town = Self {
            nodes,
            front,
            load: Load::new(webhook_url, control_url.clone(), wish.load, seed),
            handsets: Handsets::new(&server),
            sandbox,
            control_url,
            http: reqwest::Client::new(),
            database,
            report: Report::default(),
            seed,
            server,
            people: JoinSet::new(),
            wish,
            begun,
            _folder: temporary,
        };
        town.everyday_faults().await;
        town
    }

    /// Answers take a moment, so that a fault meets sends on their way; statuses come many in a webhook.
    pub async fn everyday_faults(&self) {
        self.order_fault(json!({ "kind": "slow", "ms": 15 })).await;
        self.order_fault(json!({ "kind": "batch_statuses", "size": 20 })).await;
    }

    /// The same with all engines running, the first as owner, and all people talking.
    pub async fn at_work(wish: Wish) -> Self {
        let mut town = Self::found(wish).await;
        town.open().await;
        town
    }

    /// All engines start, the first as owner; then all people begin to talk.
    pub async fn open(&mut self) {
        self.nodes[0].start();
        self.nodes[0].ready().await;
        for node in &mut self.nodes[1..] {
            node.start();
            node.answers().await;
        }
        self.begin().await;
    }

    /// All people begin to talk.
    pub async fn begin(&mut self) {
        self.people = self.load.start();
        let mut keypads = self.handsets.start(self.wish.keypads, self.wish.kills, self.seed);
        self.people.spawn(async move { while keypads.join_next().await.transpose().unwrap().is_some() {} });
        let load = self.load.clone();
        until("every group has begun", async || load.is_whole()).await;
    }

    /// Orders a fault of the WhatsApp sandbox.
    pub async fn order_fault(&self, mut fault: Value) {
        fault["target"] = json!("whatsapp");
        let answer = self.http.post(format!("{}/faults", self.control_url)).json(&fault).send().await.unwrap();
        assert!(answer.status().is_success(), "{}", answer.text().await.unwrap());
    }

    pub async fn clear_faults(&self) {
        let answer = self.http.delete(format!("{}/faults", self.control_url)).send().await.unwrap();
        assert!(answer.status().is_success(), "{}", answer.text().await.unwrap());
    }

    /// The node that owns the conversations: the one the front has found.
    pub fn owner(&self) -> Option<usize> {
        let Some(front) = &self.front else { return Some(0) };
        let target = front.target()?;
        self.nodes.iter().position(|node| node.address == target)
    }

    /// Waits until one of the nodes is the owner. Who has given up meanwhile is started again, as a supervisor would.
    pub async fn owned_by(&mut self, wanted: usize) -> Duration {
        let begun = Instant::now();
        while self.owner() != Some(wanted) {
            self.revive();
            assert!(begun.elapsed() < Duration::from_mins(1), "no take-over: {}", self.logs());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        begun.elapsed()
    }

    /// Waits until a node stands by.
    pub async fn stands_by(&mut self, node: usize) {
        let begun = Instant::now();
        while self.nodes[node].phase().await.as_deref() != Some("standing by") {
            self.revive();
            assert!(begun.elapsed() < Duration::from_mins(1), "it does not stand by: {}", self.logs());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// What the company was sent.
    pub async fn requests(&self) -> Vec<Value> {
        let url = format!("{}/requests?path=messages", self.control_url);
        self.http.get(url).send().await.unwrap().json().await.unwrap()
    }

    /// The messages on a handset.
    pub async fn inbox(&self, of: &str) -> Vec<Value> {
        let url = format!("{}/whatsapp/inbox?of={}", self.control_url, of.replace('+', "%2B"));
        self.http.get(url).send().await.unwrap().json().await.unwrap()
    }

    /// Starts engines again that ended by themselves.
    pub fn revive(&mut self) {
        for node in &mut self.nodes {
            if node.ended().is_some() {
                node.start();
            }
        }
    }

    /// Waits until so many more POSTs have been acknowledged.
    pub async fn acknowledged_more(&mut self, posts: usize) -> Duration {
        let begun = Instant::now();
        let before = self.load.acknowledged();
        while self.load.acknowledged() < before + posts {
            self.revive();
            assert!(begun.elapsed() < Duration::from_mins(1), "no more acknowledgements: {}", self.logs());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        begun.elapsed()
    }

    /// Ends the load, lets everything come to rest, and lets one more engine say what it reads; then looks at everything.
    pub async fn judge(mut self) -> Report {
        self.come_to_rest().await;
        let resting = Instant::now();
        // One more life: what it says is what it read.
        for node in &mut self.nodes {
            node.kill();
        }
        let last = &mut self.nodes[0];
        last.start();
        last.ready().await;
        until("the front has found the last engine", async || self.owner() == Some(0)).await;
        self.load.last_words().await;
        self.all_sent(resting).await;
        self.nodes[0].kill();
        self.look().await
    }

    /// Ends the load and waits until all of it is acknowledged and answered.
    pub async fn come_to_rest(&mut self) {
        self.load.end();
        self.handsets.end();
        let resting = Instant::now();
        while !self.people.is_empty() {
            self.revive();
            if let Ok(Some(ended)) = tokio::time::timeout(Duration::from_millis(200), self.people.join_next()).await {
                ended.unwrap();
            }
            assert!(resting.elapsed() < REST_WITHIN, "not everything was acknowledged: {}", self.logs());
        }
        let acknowledged = resting.elapsed();
        self.all_sent(resting).await;
        self.report.figure("end of the load to all acknowledged", format!("{acknowledged:.1?}"));
        self.report.figure("end of the load to all sent", format!("{:.1?}", resting.elapsed()));
    }

    async fn all_sent(&mut self, resting: Instant) {
        loop {
            self.revive();
            let unsent = self.database.unsent().await;
            if unsent == 0 {
                return;
            }
            assert!(resting.elapsed() < REST_WITHIN, "{unsent} replies never left: {}", self.logs());
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// What the row has found by itself, and whether an engine panicked.
    pub async fn found_by_itself(mut self) -> Report {
        let mut report = std::mem::take(&mut self.report);
        if self.nodes.iter().any(|node| node.log().contains("panicked")) {
            report.add(Violation::Engine, "an engine panicked");
        }
        report.took = self.begun.elapsed();
        self.sandbox.stop().await;
        report
    }

    async fn look(mut self) -> Report {
        let observed = Observed::read(&self.database, &self.control_url, &self.http).await;
        let mut report = std::mem::take(&mut self.report);
        report.figure("seed", self.seed);
        let counts = self.load.counts();
        report.figure("POSTs", counts.posts.load(Ordering::Relaxed));
        report.figure("POSTs repeated for want of an answer", counts.repeated.load(Ordering::Relaxed));
        report.figure("POSTs given up early and repeated", counts.given_up.load(Ordering::Relaxed));
        report.figure("POSTs repeated after their answer", counts.old_repeated.load(Ordering::Relaxed));
        let sessions = self.handsets.sessions();
        check(&mut report, &self.load.diaries(), &sessions, &observed, &self.database);
        self.look_at_keypads(&mut report);
        let whole: String = self.nodes.iter().map(Node::log).collect();
        if let Some(keep) = std::env::var_os("GANIRA_TORTURE_LOG") {
            std::fs::write(keep, &whole).unwrap();
        }
        if whole.contains("panicked") {
            report.add(Violation::Engine, "an engine panicked");
        }
        if report.violations() > 0 {
            println!("{}", self.logs());
        }
        report.took = self.begun.elapsed();
        self.sandbox.stop().await;
        report
    }

    fn look_at_keypads(&self, report: &mut Report) {
        let counts = self.handsets.counts();
        for differing in counts.differing.lock().iter() {
            report.add(Violation::Screen, differing);
        }
        if self.wish.keypads > 0 {
            report.figure("hops repeated", counts.repeated.load(Ordering::Relaxed));
            report.figure("hops asked again for want of a screen", counts.unanswered.load(Ordering::Relaxed));
            let hung_up = self.handsets.sessions().iter().filter(|session| session.hung_up).count();
            report.figure("sessions given up", hung_up);
            if let Some(seen) = &*counts.last_seen.lock() {
                report.figure("last screen before one was given up", format!("{seen:?}"));
            }
        }
    }

    /// The ends of all logs.
    pub fn logs(&self) -> String {
        let end = |node: &Node| {
            let log = node.log();
            let from = log.len().saturating_sub(10_000);
            format!("---- {}\n{}", node.name, log.get(from..).unwrap_or(&log))
        };
        self.nodes.iter().map(end).collect::<Vec<_>>().join("\n")
    }
}

/// A gateway of short messages that posts once.
fn texts(sandbox: &Handle) -> String {
    let url = sandbox.sms_url(SMS_GATEWAY);
    format!(
        "[sms.gateways.{SMS_GATEWAY}]\nkind = \"africastalking\"\nkey = \"{SMS_KEY}\"\napi_url = \"{url}/version1/messaging\""
    )
}

/// One row at a time: two would share the machine, and a fault would meet half of what it should.
pub async fn alone() -> tokio::sync::MutexGuard<'static, ()> {
    static ALONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
    ALONE.lock().await
}

pub async fn until(what: &str, is_so: impl AsyncFn() -> bool) {
    let begun = Instant::now();
    while !is_so().await {
        assert!(begun.elapsed() < Duration::from_mins(1), "waited in vain until {what}");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

pub async fn sandbox(wish: &Wish) -> Handle {
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
        inbox_messages_max: 200_000,
        requests_max: wish.requests_max,
        sms: vec![SmsGateway::new(SMS_GATEWAY, SmsCompany::AfricasTalking, SMS_KEY, SMS_NUMBER)],
        ..Options::default()
    };
    Sandbox::start(options).await.unwrap()
}
