//! `ganira serve` as people run it: a process of its own with its log on, on the run's database or on one of its own.

use std::collections::BTreeMap;
use std::fs::File;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use tokio::process::{Child, Command};

use super::cgroup::Cgroup;
use super::http::Connection;

/// How often it is asked whether it answers.
const ASK_EVERY: Duration = Duration::from_millis(5);
const ANSWERS_WITHIN: Duration = Duration::from_mins(1);

pub(super) struct Served {
    pub address: SocketAddr,
    log: PathBuf,
    child: Child,
}

impl Served {
    /// Starts it, its log in a file of `folder`; returns at once.
    pub(super) fn start(
        environment: BTreeMap<String, String>,
        folder: &Path,
        address: SocketAddr,
    ) -> anyhow::Result<Self> {
        let program = std::env::current_exe().context("this program cannot be found")?;
        Self::start_as(Command::new(program), environment, folder, address)
    }

    fn start_as(
        mut command: Command,
        mut environment: BTreeMap<String, String>,
        folder: &Path,
        address: SocketAddr,
    ) -> anyhow::Result<Self> {
        let log = folder.join("serve.log");
        let lines = File::create(&log).with_context(|| format!("cannot make {}", log.display()))?;
        environment.insert("GANIRA__SERVER__LISTEN".to_owned(), address.to_string());
        environment
            .insert("PATH".to_owned(), std::env::var_os("PATH").unwrap_or_default().to_string_lossy().into_owned());
        let child = command
            .args(["serve", "--migrate"])
            .current_dir(std::env::temp_dir())
            .env_clear()
            .envs(environment)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(lines)
            .kill_on_drop(true)
            .spawn()
            .context("`ganira serve` could not be started")?;
        Ok(Self { address, log, child })
    }

    /// Starts it and waits until it is able to commit.
    pub(super) async fn ready(environment: BTreeMap<String, String>, folder: &Path) -> anyhow::Result<Self> {
        Self::start(environment, folder, free_address()?)?.able().await
    }

    /// The same with no more of the machine than the group has, it and all that it starts.
    pub(super) async fn ready_within(
        group: &Cgroup,
        environment: BTreeMap<String, String>,
        folder: &Path,
    ) -> anyhow::Result<Self> {
        let program = std::env::current_exe().context("this program cannot be found")?;
        let doors = group.doors();
        let mut command = Command::new("/bin/sh");
        // It enters before it becomes what is measured, so that nothing is ever outside.
        let script =
            format!(r#"i=0; while [ $i -lt {} ]; do echo 0 > "$1"; shift; i=$((i+1)); done; exec "$@""#, doors.len());
        command.args(["-ec", &script, "enter"]).args(&doors).arg(program);
        Self::start_as(command, environment, folder, free_address()?)?.able().await
    }

    async fn able(self) -> anyhow::Result<Self> {
        let served = self;
        let begun = Instant::now();
        while !served.says_200().await {
            if begun.elapsed() > ANSWERS_WITHIN {
                bail!("`ganira serve` did not become ready: {}", served.last_words());
            }
            tokio::time::sleep(ASK_EVERY).await;
        }
        Ok(served)
    }

    async fn says_200(&self) -> bool {
        match Connection::open(self.address).await {
            Ok(mut connection) => connection.get("/readyz").await.is_ok_and(|status| status == 200),
            Err(_) => false,
        }
    }

    /// Posts `body` again and again until it is answered 200.
    pub(super) async fn answers(&self, body: &str) -> anyhow::Result<()> {
        let begun = Instant::now();
        while begun.elapsed() < ANSWERS_WITHIN {
            if let Ok(mut connection) = Connection::open(self.address).await
                && connection.post(body).await.is_ok_and(|status| status == 200)
            {
                return Ok(());
            }
            tokio::time::sleep(ASK_EVERY).await;
        }
        bail!("`ganira serve` did not answer: {}", self.last_words())
    }

    fn last_words(&self) -> String {
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        log.lines().last().unwrap_or("it said nothing").to_owned()
    }

    pub(super) fn pid(&self) -> anyhow::Result<u32> {
        self.child.id().context("`ganira serve` has ended")
    }

    /// Kill -9.
    pub(super) async fn kill(mut self) -> anyhow::Result<SocketAddr> {
        self.child.kill().await.context("`ganira serve` could not be killed")?;
        Ok(self.address)
    }

    /// SIGTERM, and waits for the end.
    pub(super) async fn stop(mut self) -> anyhow::Result<()> {
        let pid = self.pid()?.to_string();
        let _ = Command::new("kill").args(["-TERM", &pid]).status().await;
        self.child.wait().await.context("`ganira serve` did not stop")?;
        Ok(())
    }
}

fn free_address() -> anyhow::Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}
