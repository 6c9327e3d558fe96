//! The engine as a process of its own: the real binary, with a configuration file as production has one.

use std::fs::{File, OpenOptions};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use ganira::sandbox::Handle;
use secrecy::ExposeSecret as _;
use tokio::time::Instant;

use crate::database::Database;
use crate::webhook::{APP, APP_SECRET, PROVIDER_SECRET, VERIFY_TOKEN};

/// An engine that is not ready by then never will be.
const READY_WITHIN: Duration = Duration::from_secs(90);

/// What every incarnation is started with.
pub struct Engines {
    folder: PathBuf,
    pub address: SocketAddr,
    database_url: String,
    plant: Option<&'static str>,
    http: reqwest::Client,
}

/// A running engine. Dropping it kills it.
pub struct Engine(Child);

impl Engines {
    pub fn new(folder: &Path, database: &Database, sandbox: &Handle, plant: Option<&'static str>) -> Self {
        // The same port at every restart: a free one, let go of again.
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let (graph_url, till, eyes) = (sandbox.graph_url(), sandbox.provider_url("till"), sandbox.provider_url("eyes"));
        let media = folder.join("media").display().to_string();
        let kept = std::env::var_os("GANIRA_CRASH_LOG").is_some();
        let filter = if kept { "info" } else { "warn" };
        let Database { key_ring, hash_key, .. } = database;
        let configuration = format!(
            r#"
            [server]
            listen = "{address}"
            [secrets]
            key_ring = "{key_ring}"
            hash_key = "{hash_key}"
            [engine]
            node_name = "crash"
            idle_before_sleep_ms = 300
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
            [outbound]
            unknown_wait_ms = 1500
            breaker_open_ms = 500
            number_per_second = 10000
            pair_burst = 10000
            pair_refill_ms = 10
            [media]
            folder = "{media}"
            allow_private_hosts = true
            [providers.pay.till]
            url = "{till}"
            secret = "{PROVIDER_SECRET}"
            [providers.read.eyes]
            url = "{eyes}"
            secret = "{PROVIDER_SECRET}"
            [logging]
            filter = "{filter}"
            "#
        );
        std::fs::write(folder.join("ganira.toml"), configuration).unwrap();
        let database_url = database.url.expose_secret().to_owned();
        Self { folder: folder.to_owned(), address, database_url, plant, http: reqwest::Client::new() }
    }

    pub fn webhook_url(&self) -> String {
        format!("http://{}/webhooks/whatsapp", self.address)
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.join("engine.log")).unwrap_or_default()
    }

    /// Starts one; returns at once.
    pub fn start(&self) -> Engine {
        let log = OpenOptions::new().create(true).append(true).open(self.folder.join("engine.log")).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_ganira"));
        command.arg("--config").arg(self.folder.join("ganira.toml")).arg("serve");
        command.env("DATABASE_URL", &self.database_url).current_dir(&self.folder);
        command.env("RUST_BACKTRACE", "1").env_remove("GANIRA_PLANT");
        if let Some(plant) = self.plant {
            command.env("GANIRA_PLANT", plant);
        }
        let errors: File = log.try_clone().unwrap();
        Engine(command.stdin(Stdio::null()).stdout(log).stderr(errors).spawn().unwrap())
    }

    /// Waits until it owns its conversations; returns how long that took.
    pub async fn ready(&self, engine: &mut Engine) -> Duration {
        let begun = Instant::now();
        let url = format!("http://{}/readyz", self.address);
        loop {
            if let Ok(answer) = self.http.get(&url).timeout(Duration::from_secs(5)).send().await
                && answer.status().is_success()
            {
                return begun.elapsed();
            }
            let ended = engine.0.try_wait().unwrap();
            assert!(ended.is_none() && begun.elapsed() < READY_WITHIN, "no engine ({ended:?}): {}", self.log());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

impl Engine {
    /// `kill -9`, and waits until it is gone.
    pub fn kill(mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Engine {
    /// `kill -TERM`: it brings what is in flight to its end and goes by itself.
    pub async fn stop(mut self) {
        let pid = self.0.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        let begun = Instant::now();
        loop {
            if let Some(status) = self.0.try_wait().unwrap() {
                assert!(status.success(), "told to stop, it ended with {status}");
                return;
            }
            assert!(begun.elapsed() < READY_WITHIN, "told to stop, it did not");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
