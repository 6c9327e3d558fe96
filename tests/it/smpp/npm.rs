//! The same engine against a message centre of a third code base: npm's `smpp`, in `tests/smsc`.
#![expect(clippy::expect_used, reason = "a test that lacks its programs says which")]

use std::path::{Path, PathBuf};
use std::process::Stdio;

use ganira::config::Bind;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use super::{ALINE, NUMBER, all_delivered, world_at};

/// The running centre; it ends with its standard input.
struct Centre {
    port: u16,
    orders: ChildStdin,
    told: Lines<BufReader<ChildStdout>>,
    _child: Child,
}

impl Centre {
    async fn start() -> Self {
        let folder = installed().await;
        let mut child = Command::new("node")
            .arg("centre.js")
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("node is needed: https://nodejs.org or your system's package");
        let told = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut centre = Self { port: 0, orders: child.stdin.take().unwrap(), told, _child: child };
        centre.port = centre.next("port").await.as_u64().unwrap() as u16;
        centre
    }

    async fn order(&mut self, order: Value) {
        self.orders.write_all(format!("{order}\n").as_bytes()).await.unwrap();
    }

    async fn say(&mut self, text: &str) {
        self.order(json!({"say": {"from": &ALINE[1..], "to": NUMBER, "text": text}})).await;
    }

    /// The next thing it tells of this kind.
    async fn next(&mut self, kind: &str) -> Value {
        let next = async {
            loop {
                let line = self.told.next_line().await.unwrap().expect("the centre lives");
                let mut told: Value = serde_json::from_str(&line).unwrap();
                if told.get(kind).is_some() {
                    return told[kind].take();
                }
            }
        };
        let limit = std::time::Duration::from_secs(30);
        tokio::time::timeout(limit, next).await.unwrap_or_else(|_| panic!("waited in vain for {kind}"))
    }
}

/// The folder with what the lock file names, fetched once.
async fn installed() -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/smsc");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("smsc");
    std::fs::create_dir_all(&folder).unwrap();
    let lock = std::fs::read(source.join("package-lock.json")).unwrap();
    let is_there = std::fs::read(folder.join("installed")).is_ok_and(|installed| installed == lock);
    for file in ["package.json", "package-lock.json", "centre.js"] {
        std::fs::copy(source.join(file), folder.join(file)).unwrap();
    }
    if !is_there {
        let mut npm = Command::new("npm");
        npm.args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"]).current_dir(&folder);
        let said = npm.output().await.expect("npm is needed: it comes with node");
        assert!(said.status.success(), "npm ci: {}", String::from_utf8_lossy(&said.stderr));
        std::fs::write(folder.join("installed"), lock).unwrap();
    }
    folder
}

#[tokio::test]
async fn a_centre_of_a_third_code_base_is_spoken_to_as_well() {
    let mut centre = Centre::start().await;
    let port = centre.port;
    let world = world_at("diary", None, move |gateway| {
        gateway.port = port;
        gateway.bind = Bind::Pair;
    })
    .await;
    let mut ways = [centre.next("bound").await, centre.next("bound").await];
    ways.sort_by_key(Value::to_string);
    assert_eq!(ways, [json!(false), json!(true)], "one connection for each way");

    centre.say("Muraho").await;
    let submit = centre.next("submit").await;
    assert_eq!(submit["to"], ALINE[1..]);
    assert_eq!(submit["from"], NUMBER);
    assert!(submit["text"].as_str().unwrap().contains("Muraho"), "{submit}");
    all_delivered(&world).await;

    // Throttled twice, then a text of two parts with their headers.
    centre.order(json!({"status": 88, "times": 1})).await;
    centre.order(json!({"status": 20, "times": 1})).await;
    centre.say(&"é$ ".repeat(60)).await;
    assert_eq!((centre.next("refused").await, centre.next("refused").await), (json!(88), json!(20)));
    let parts = [centre.next("submit").await, centre.next("submit").await];
    let places: Vec<u64> = parts.iter().map(|part| part["udh"][0][4].as_u64().unwrap()).collect();
    assert_eq!(places, [1, 2], "{parts:#?}");
    let text: String = parts.iter().map(|part| part["text"].as_str().unwrap()).collect();
    assert_eq!(text.matches("é$").count(), 60);
    all_delivered(&world).await;

    world.stop().await;
    assert_eq!(centre.next("unbound").await, true);
}
