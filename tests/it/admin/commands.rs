//! The program itself: its exit codes, its JSON, and a talk over a pipe.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};
use sqlx::ConnectOptions as _;
use sqlx::postgres::PgConnectOptions;

use crate::harness;
use crate::world::World;

const ALINE: &str = "+250780000001";

/// Runs the program in `folder`, away from this process's settings.
fn program(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ganira"));
    command.args(arguments).current_dir(folder).stdin(Stdio::null());
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("GANIRA_") || name == "DATABASE_URL" {
            command.env_remove(name);
        }
    }
    command
}

pub(super) async fn run(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = program(folder, arguments);
    tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
}

pub(super) fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

pub(super) fn complaint(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A folder in which `--dev` finds this database, and the sandbox at an address.
pub(super) fn folder(database: &PgConnectOptions, sandbox: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join(".ganira")).unwrap();
    let running =
        json!({"engine": "http://127.0.0.1:1", "sandbox": sandbox, "pid": 1, "database": database.to_url_lossy()});
    std::fs::write(folder.path().join(".ganira/run.json"), running.to_string()).unwrap();
    folder
}

pub(super) async fn json(folder: &Path, arguments: &[&str]) -> Value {
    let output = run(folder, arguments).await;
    assert!(output.status.success(), "{arguments:?}: {}", complaint(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[tokio::test]
async fn a_wrong_call_exits_with_2_and_names_the_argument() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, names) in [
        (&["deadletter", "replay"][..], "<IDS>"),
        (&["deadletter", "list", "--reason", "boredom"], "over_limit"),
        (&["deadletter", "list", "--since", "yesterday"], "--since"),
        (&["tenant", "create", "Salon", "--zone", "Mars/Base"], "Africa/Kigali"),
        (&["person", "erase", "--tenant", "1"], "--phone"),
        (&["person", "erase", "--tenant", "1", "--phone", "0780"], "+250780000001"),
        (&["chat", "--channel", "fax"], "whatsapp"),
        (&["keys"], "rotate"),
    ] {
        let output = run(folder.path(), arguments).await;
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", complaint(&output));
        assert!(complaint(&output).contains(names), "{arguments:?}: {}", complaint(&output));
    }
}

#[tokio::test]
async fn a_command_without_its_database_exits_with_1_and_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, says) in [
        (&["tenant", "list", "--dev"][..], "make run"),
        (&["tenant", "list"], "database.url"),
        (&["chat"], "make run"),
        (&["chat", "--sandbox", "http://127.0.0.1:1"], "does not answer"),
    ] {
        let output = run(folder.path(), arguments).await;
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {}", complaint(&output));
        assert!(complaint(&output).contains(says), "{arguments:?}: {}", complaint(&output));
    }
}

#[tokio::test]
async fn an_empty_database_is_migrated_once() {
    let database = harness::database_from("empty", async |_| {}).await;
    let folder = folder(&database.options(), "http://127.0.0.1:1");
    let check = run(folder.path(), &["migrate", "--dev", "--check"]).await;
    assert_eq!(check.status.code(), Some(1), "{}", out(&check));
    assert!(out(&check).contains("0001"), "{}", out(&check));
    let doctor = run(folder.path(), &["doctor", "--dev"]).await;
    assert!(out(&doctor).contains("FAIL  migrations"), "{}", out(&doctor));
    let applied = json(folder.path(), &["migrate", "--dev", "--json"]).await;
    assert!(applied["applied"].as_array().unwrap().len() >= 2, "{applied}");
    assert_eq!(json(folder.path(), &["migrate", "--dev", "--json"]).await, json!({"applied": []}));
    assert!(run(folder.path(), &["migrate", "--dev", "--check"]).await.status.success());
}

#[tokio::test]
async fn tenants_are_made_and_listed_from_the_command_line() {
    let database = harness::database().await;
    let folder = folder(&database.options(), "http://127.0.0.1:1");
    let made =
        json(folder.path(), &["tenant", "create", "Salon Umutako", "--zone", "Africa/Kigali", "--json", "--dev"]).await;
    std::fs::write(folder.path().join("token"), "EAAG-a-token\n").unwrap();
    let add = ["tenant", "add-whatsapp", "--tenant", "Salon Umutako", "--phone-number-id", "1001", "--waba-id", "2002"];
    let rest = ["--token-file", "token", "--json", "--dev", "--app"];
    let wrong = run(folder.path(), &[&add[..], &rest[..], &["nope"]].concat()).await;
    assert_eq!(wrong.status.code(), Some(1));
    assert!(complaint(&wrong).contains("--app"), "{}", complaint(&wrong));
    json(folder.path(), &[&add[..], &rest[..], &["demo"]].concat()).await;
    let listed = json(folder.path(), &["tenant", "list", "--dev", "--json"]).await;
    assert_eq!(listed[0]["tenant"], made["tenant"]);
    assert_eq!(listed[0]["accounts"][0]["has_token"], true, "{listed}");
    let keys = json(folder.path(), &["keys", "list", "--dev", "--json"]).await;
    assert_eq!(keys[0]["tenants"], 1, "{keys}");
    let doctor = run(folder.path(), &["doctor", "--dev", "--json"]).await;
    let findings: Vec<Value> = serde_json::from_slice(&doctor.stdout).unwrap();
    let health = |check: &str| findings.iter().find(|one| one["check"] == check).map(|one| one["health"].clone());
    // The database of tests is a throw-away one, and says so.
    assert_eq!((health("durability"), doctor.status.code()), (Some(json!("FAIL")), Some(1)));
    for check in ["migrations", "roles", "partitions", "keys", "numbers", "clock"] {
        assert_eq!(health(check), Some(json!("OK")), "{check}: {findings:?}");
    }
}

#[tokio::test]
async fn a_dead_letter_is_shown_without_its_phone_numbers_unless_revealed() {
    let world = World::diary().await;
    let body = r#"broken {"from": "250780000001", "id": "wamid.HBgMMjUwNzgwMDAwMDAx"}"#;
    world.http.post(world.control("/whatsapp/raw")).body(body).send().await.unwrap();
    let folder = folder(&world.database.options(), "http://127.0.0.1:1");
    let listed = json(folder.path(), &["deadletter", "list", "--dev", "--json"]).await;
    let id = listed[0]["id"].to_string();
    let hidden = out(&run(folder.path(), &["deadletter", "show", &id, "--dev"]).await);
    assert!(hidden.contains("broken") && !hidden.contains("780000001") && !hidden.contains("HBgM"), "{hidden}");
    let revealed = out(&run(folder.path(), &["deadletter", "show", &id, "--reveal", "--dev"]).await);
    assert!(revealed.contains("250780000001"), "{revealed}");
    let replayed = run(folder.path(), &["deadletter", "replay", &id, "--dev"]).await;
    assert_eq!(replayed.status.code(), Some(1));
    assert!(out(&replayed).contains("it still cannot be read"), "{}", out(&replayed));
    world.stop().await;
}

#[tokio::test]
async fn a_person_is_exported_and_erased_from_the_command_line() {
    let world = World::diary().await;
    world.say(ALINE, "hello;").await;
    let folder = folder(&world.database.options(), "http://127.0.0.1:1");
    let who = ["--tenant", "Salon Inzozi", "--phone", ALINE, "--dev"];
    let export = json(folder.path(), &[&["person", "export"][..], &who].concat()).await;
    assert_eq!(export["addresses"][0]["phone"], ALINE, "{export}");
    let erased = run(folder.path(), &[&["person", "erase"][..], &who].concat()).await;
    assert!(erased.status.success(), "{}", complaint(&erased));
    let gone = run(folder.path(), &[&["person", "export"][..], &who].concat()).await;
    assert_eq!(gone.status.code(), Some(1));
    assert!(complaint(&gone).contains("knows nobody"), "{}", complaint(&gone));
    world.stop().await;
}

#[tokio::test]
async fn a_script_talks_to_the_salon_over_a_pipe() {
    let world = World::salon().await;
    let folder = folder(&world.database.options(), &format!("http://{}", world.sandbox.addr()));
    let mut command = program(folder.path(), &["chat", "--from", ALINE]);
    let talk = tokio::task::spawn_blocking(move || {
        let mut talk = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        talk.stdin.take().unwrap().write_all(b"hello\n1\n/location here\n").unwrap();
        talk.wait_with_output().unwrap()
    })
    .await
    .unwrap();
    let said = out(&talk);
    let parts: Vec<&str> = said.split("> ").collect();
    assert_eq!(parts.len(), 4, "{said}");
    assert!(parts[1].starts_with("hello\n") && parts[1].contains("  [1] "), "{said}");
    assert!(parts[2].starts_with("1\n") && parts[2].contains("Box braids"), "{said}");
    assert_eq!(talk.status.code(), Some(1));
    assert!(complaint(&talk).contains("/location LATITUDE LONGITUDE"), "{}", complaint(&talk));
    world.stop().await;
}
