//! The newcomer's road: what `make run` starts, as a process of its own, in an empty folder.

use std::fs::File;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use serde_json::{Value, json};

use crate::world::wait_for;

const ALINE: &str = "+250780000001";

/// `ganira dev` in a folder, on free ports, with a log for machines.
fn command(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ganira"));
    command.arg("dev").current_dir(folder).stdin(Stdio::null());
    command.env("GANIRA__SERVER__LISTEN", "127.0.0.1:0").env("GANIRA__SANDBOX__LISTEN", "127.0.0.1:0");
    command.env("GANIRA__LOGGING__FORMAT", "json").env("DATABASE_URL", "postgres://nobody@192.0.2.1/ignored");
    command
}

struct Dev {
    child: Child,
    engine: String,
    sandbox: String,
    http: reqwest::Client,
}

impl Dev {
    async fn start(folder: &Path) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let log = File::options().create(true).append(true).open(folder.join("log")).unwrap();
        let out = File::create(folder.join("out")).unwrap();
        let mut child = command(folder).stdout(out).stderr(log).spawn().unwrap();
        let http = reqwest::Client::new();
        let (engine, sandbox) = wait_for("dev to run", async || {
            if let Some(status) = child.try_wait().unwrap() {
                panic!("dev ended ({status}): {}", std::fs::read_to_string(folder.join("log")).unwrap());
            }
            let run: Value = serde_json::from_slice(&std::fs::read(folder.join(".ganira/run.json")).ok()?).ok()?;
            let (engine, sandbox) = (run["engine"].as_str()?.to_owned(), run["sandbox"].as_str()?.to_owned());
            (run["pid"] == child.id()).then_some(())?;
            http.get(format!("{engine}/readyz")).send().await.ok()?.status().is_success().then_some((engine, sandbox))
        })
        .await;
        Self { child, engine, sandbox, http }
    }

    async fn say(&self, text: &str) {
        let url = format!("{}/control/whatsapp/say?wait=1", self.sandbox);
        let said = self.http.post(url).json(&json!({"from": ALINE, "text": text})).send().await.unwrap();
        assert!(said.status().is_success(), "{}", said.text().await.unwrap());
    }

    async fn inbox(&self) -> Vec<Value> {
        let url = format!("{}/control/whatsapp/inbox?of=%2B250780000001", self.sandbox);
        self.http.get(url).send().await.unwrap().json().await.unwrap()
    }

    async fn received(&self, count: usize) {
        wait_for("an answer", async || (self.inbox().await.len() >= count).then_some(())).await;
    }

    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// As Ctrl-C or an orchestrator does.
    async fn stop(mut self) {
        Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        let status = wait_for("dev to stop", async || self.child.try_wait().unwrap()).await;
        assert!(status.success(), "{status}");
    }
}

#[tokio::test]
async fn dev_starts_answers_survives_a_kill_says_where_it_is_and_stops_cleanly() {
    let folder = tempfile::tempdir().unwrap();
    let dev = Dev::start(folder.path()).await;
    dev.say("hello").await;
    dev.received(1).await;
    let dialled = json!({"from": "+250780000002", "code": "*384*77#"});
    let url = format!("{}/control/ussd/dial", dev.sandbox);
    let shown: Value = dev.http.post(url).json(&dialled).send().await.unwrap().json().await.unwrap();
    assert_eq!((&shown["ended"], &shown["operator"]), (&json!(false), &Value::Null), "{shown}");

    let Output { status, stdout, .. } = command(folder.path()).output().unwrap();
    let text = String::from_utf8(stdout).unwrap();
    assert!(status.success() && text.contains("already") && text.contains(&dev.engine), "{text}");

    let log = std::fs::read_to_string(folder.path().join("log")).unwrap();
    let lines: Vec<Value> =
        log.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"))).collect();
    let with =
        |text: &str| lines.iter().find(|line| line["message"].as_str().is_some_and(|message| message.contains(text)));
    let (webhook, send) = (with("webhook was answered").unwrap(), with("attempt to send ended").unwrap());
    assert_eq!(webhook["trace"], send["trace"], "one trace from the webhook to the send");
    assert_eq!(webhook["trace"].as_str().unwrap().len(), 16);
    assert!(!log.contains("780000001"), "no phone number stands in the log");
    dev.kill();

    // The database outlived the kill, and the salon is not seeded twice.
    let dev = Dev::start(folder.path()).await;
    dev.say("hello again").await;
    dev.received(1).await;
    let first = dev.inbox().await.remove(0);
    let seq = first["biz_opaque_callback_data"].as_str().unwrap().split('.').nth(3).unwrap().to_owned();
    assert_eq!(seq, "2", "the conversation went on: {first}");
    dev.stop().await;
    assert!(!folder.path().join(".ganira/run.json").exists());
}
