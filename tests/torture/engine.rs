//! The engine as a process of its own: the real binary, with a configuration file as production has one.

use std::fs::OpenOptions;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use ganira::sandbox::Handle;
use tokio::time::Instant;

use crate::database::Database;
use crate::handsets::{GATEWAY, KEY};
use crate::proxy::Proxy;
use crate::webhook::{APP, APP_SECRET, PROVIDER_SECRET, VERIFY_TOKEN};

/// An engine that is not ready by then never will be.
const READY_WITHIN: Duration = Duration::from_secs(90);
/// A place for an engine: its address, its configuration, its way to the database. One incarnation after another lives here.
pub struct Node {
    pub name: &'static str,
    pub address: SocketAddr,
    /// Its way to the database.
    pub proxy: Proxy,
    /// What is put into its environment.
    pub environment: Vec<(&'static str, String)>,
    pub binary: PathBuf,
    folder: PathBuf,
    database_url: String,
    http: reqwest::Client,
    process: Option<Child>,
}

/// A signal that a process is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    Pause,
    Continue,
    Terminate,
}

impl Node {
    /// `more` is configuration besides; a standby takes over from one that has not been heard of for as long as `stale`.
    pub async fn new(
        name: &'static str,
        folder: &Path,
        (database, sandbox): (&Database, &Handle),
        (stale, more): (Duration, &str),
    ) -> Self {
        // The same port at every restart: a free one, let go of again.
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let proxy = database.way().await;
        let node = Self {
            name,
            address,
            database_url: database.url(proxy.port),
            proxy,
            environment: Vec::new(),
            binary: binary(),
            folder: folder.to_owned(),
            http: reqwest::Client::new(),
            process: None,
        };
        std::fs::write(node.file("toml"), configuration(&node, (database, sandbox), (stale, more))).unwrap();
        node
    }

    fn file(&self, kind: &str) -> PathBuf {
        self.folder.join(format!("{}.{kind}", self.name))
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(self.file("log")).unwrap_or_default()
    }

    pub fn process(&self) -> Option<u32> {
        self.process.as_ref().map(Child::id)
    }

    /// Starts an engine; returns at once.
    pub fn start(&mut self) {
        let log = OpenOptions::new().create(true).append(true).open(self.file("log")).unwrap();
        let mut command = Command::new(&self.binary);
        command.arg("--config").arg(self.file("toml")).arg("serve");
        command.env("DATABASE_URL", &self.database_url).current_dir(&self.folder);
        command.env("RUST_BACKTRACE", "1").env_remove("GANIRA_PLANT");
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        let errors = log.try_clone().unwrap();
        self.process = Some(command.stdin(Stdio::null()).stdout(log).stderr(errors).spawn().unwrap());
    }

    /// Waits until it owns the conversations; returns how long that took.
    pub async fn ready(&mut self) -> Duration {
        let begun = Instant::now();
        while !self.is_ready().await {
            let ended = self.ended();
            assert!(ended.is_none() && begun.elapsed() < READY_WITHIN, "no engine ({ended:?}): {}", self.log());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        begun.elapsed()
    }

    /// Waits until it answers, be it as owner or as standby.
    pub async fn answers(&mut self) {
        let begun = Instant::now();
        while self.get("/system/info").await.is_none() {
            let ended = self.ended();
            assert!(ended.is_none() && begun.elapsed() < READY_WITHIN, "no engine ({ended:?}): {}", self.log());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    pub async fn is_ready(&self) -> bool {
        let request = self.http.get(self.url("/readyz")).timeout(Duration::from_secs(5));
        request.send().await.is_ok_and(|answer| answer.status().is_success())
    }

    /// What it says that it is doing.
    pub async fn phase(&self) -> Option<String> {
        let info: serde_json::Value = serde_json::from_str(&self.get("/system/info").await?).ok()?;
        info["phase"].as_str().map(str::to_owned)
    }

    /// How its process ended, if it did.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.process.as_mut().and_then(|process| process.try_wait().unwrap())
    }

    async fn get(&self, path: &str) -> Option<String> {
        let request = self.http.get(self.url(path)).timeout(Duration::from_secs(5));
        let answer = request.send().await.ok()?.error_for_status().ok()?;
        answer.text().await.ok()
    }

    /// One of its metrics, summed over all labels. Zero where it does not answer or has not counted yet.
    pub async fn metric(&self, name: &str) -> usize {
        let all = self.get("/metrics").await.unwrap_or_default();
        let value = |line: &str| {
            let (named, value) = line.rsplit_once(' ')?;
            (named.split('{').next() == Some(name)).then(|| value.parse::<f64>().ok()).flatten()
        };
        all.lines().filter_map(value).sum::<f64>() as usize
    }

    /// Sends that took more than half a second, by its histogram.
    pub async fn slow_sends(&self) -> usize {
        let all = self.get("/metrics").await.unwrap_or_default();
        let up_to = |bound: &str| {
            let line = all.lines().find(|line| line.starts_with("ganira_send_seconds_bucket") && line.contains(bound));
            line.and_then(|line| line.rsplit_once(' ')?.1.parse::<usize>().ok()).unwrap_or_default()
        };
        up_to("le=\"+Inf\"") - up_to("le=\"0.5\"")
    }

    /// `kill -9`, and waits until it is gone.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().unwrap();
            process.wait().unwrap();
        }
    }

    pub fn signal(&self, signal: Signal) {
        let name = match signal {
            Signal::Pause => "-STOP",
            Signal::Continue => "-CONT",
            Signal::Terminate => "-TERM",
        };
        let process = self.process().unwrap().to_string();
        assert!(Command::new("kill").args([name, &process]).status().unwrap().success());
    }

    /// `kill -TERM`: it brings what is in flight to its end and goes by itself. Returns how long that took.
    pub async fn stop(&mut self) -> Duration {
        let begun = Instant::now();
        self.signal(Signal::Terminate);
        loop {
            if let Some(status) = self.ended() {
                assert!(status.success(), "told to stop, it ended with {status}: {}", self.log());
                self.process = None;
                return begun.elapsed();
            }
            assert!(begun.elapsed() < READY_WITHIN, "told to stop, it did not: {}", self.log());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

/// The engine under test: `GANIRA_BIN`, such as an optimised one, or the one built with this test.
pub fn binary() -> PathBuf {
    let chosen = std::env::var_os("GANIRA_BIN").filter(|chosen| !chosen.is_empty()).map(PathBuf::from);
    let binary = chosen.unwrap_or_else(|| PathBuf::from(env!("CARGO_BIN_EXE_ganira")));
    std::path::absolute(binary).unwrap()
}

fn configuration(node: &Node, (database, sandbox): (&Database, &Handle), (stale, more): (Duration, &str)) -> String {
    let Node { name, address, folder, .. } = node;
    let (graph_url, till, eyes) = (sandbox.graph_url(), sandbox.provider_url("till"), sandbox.provider_url("eyes"));
    let media = folder.join("kept/media").display().to_string();
    let spool = folder.join(format!("kept/spool-{name}")).display().to_string();
    let filter = std::env::var("GANIRA_TORTURE_FILTER").unwrap_or_else(|_| "warn".to_owned());
    let Database { key_ring, hash_key, .. } = database;
    let stale_ms = stale.as_millis();
    format!(
        r#"
        [server]
        listen = "{address}"
        [secrets]
        key_ring = "{key_ring}"
        hash_key = "{hash_key}"
        [engine]
        node_name = "{name}"
        idle_before_sleep_ms = 300
        heartbeat_ms = 300
        heartbeat_stale_ms = {stale_ms}
        [limits]
        global_per_second = 1000000
        global_burst = 1000000
        tenant_per_minute = 10000000
        tenant_burst = 1000000
        sender_per_minute = 1000000
        sender_burst = 100000
        [whatsapp]
        graph_url = "{graph_url}"
        [whatsapp.apps.{APP}]
        secrets = "{APP_SECRET}"
        verify_token = "{VERIFY_TOKEN}"
        [ussd.gateways.{GATEWAY}]
        kind = "africastalking"
        key = "{KEY}"
        budget_ms = 15000
        [outbound]
        unknown_wait_ms = 3000
        breaker_open_ms = 500
        number_per_second = 10000
        pair_burst = 10000
        pair_refill_ms = 10
        [media]
        folder = "{media}"
        allow_private_hosts = true
        [sms.spool]
        folder = "{spool}"
        [providers.pay.till]
        url = "{till}"
        secret = "{PROVIDER_SECRET}"
        [providers.read.eyes]
        url = "{eyes}"
        secret = "{PROVIDER_SECRET}"
        [logging]
        filter = "{filter}"
        {more}
        "#
    )
}
