//! The private Postgres: started by anybody anywhere, gone with its parent, found again after a crash.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use ganira::store::private_postgres::{Account, Lifeline, Options, PrivatePostgres, PrivatePostgresError, Search};
use sqlx::{ConnectOptions as _, PgConnection};
use tempfile::TempDir;

use crate::harness;

/// Set for the processes that a test starts of itself.
const CHILD_FOLDER: &str = "GANIRA_TEST_CHILD_FOLDER";
const NOBODY: u32 = 65_534;
/// A user id that no system knows.
const NAMELESS: u32 = 12_345;

fn child_folder() -> Option<PathBuf> {
    std::env::var_os(CHILD_FOLDER).map(PathBuf::from)
}

fn am_root() -> bool {
    tempfile::tempdir().unwrap().path().metadata().unwrap().uid() == 0
}

fn options(folder: &Path) -> Options {
    let npm = std::env::var_os("GANIRA_TEST_POSTGRES").is_some_and(|value| value == "npm");
    let mut options = Options::new(folder.join("postgres"), None);
    if npm {
        options.search = Search::only_npm();
    }
    options
}

/// A folder that everybody can reach.
fn open_folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    folder
}

async fn start(options: Options) -> PrivatePostgres {
    PrivatePostgres::start(options).await.unwrap_or_else(|error| panic!("{error}"))
}

async fn connect(postgres: &PrivatePostgres) -> PgConnection {
    postgres.connect_options("postgres").connect().await.unwrap()
}

async fn write_row(postgres: &PrivatePostgres) {
    let mut connection = connect(postgres).await;
    sqlx::query("CREATE TABLE kept (value int)").execute(&mut connection).await.unwrap();
    sqlx::query("INSERT INTO kept VALUES (7)").execute(&mut connection).await.unwrap();
}

async fn assert_row_is_there(postgres: &PrivatePostgres) {
    let kept: i32 = sqlx::query_scalar("SELECT value FROM kept").fetch_one(&mut connect(postgres).await).await.unwrap();
    assert_eq!(kept, 7);
}

fn server_process(folder: &Path) -> Option<u32> {
    let text = fs::read_to_string(folder.join("postgres/cluster/postmaster.pid")).ok()?;
    text.lines().next()?.parse().ok()
}

/// Process, parent and state letter of everything that runs here.
fn processes() -> Vec<(u32, u32, String)> {
    let read = |line: &str| {
        let mut words = line.split_whitespace();
        Some((words.next()?.parse().ok()?, words.next()?.parse().ok()?, words.next()?.to_owned()))
    };
    let Ok(entries) = fs::read_dir("/proc") else {
        let listed = Command::new("ps").args(["-A", "-o", "pid=,ppid=,stat="]).output().unwrap();
        return String::from_utf8(listed.stdout).unwrap().lines().filter_map(read).collect();
    };
    let stats = entries.flatten().filter_map(|entry| fs::read_to_string(entry.path().join("stat")).ok());
    let read_stat = |stat: String| {
        // `pid (name) state parent …`; the name may hold anything.
        let (start, rest) = (stat.split_whitespace().next()?.to_owned(), stat.rsplit_once(") ")?.1.to_owned());
        let mut words = rest.split_whitespace();
        let state = words.next()?;
        read(&format!("{start} {} {state}", words.next()?))
    };
    stats.filter_map(read_stat).collect()
}

/// Whether a process runs; one that only waits to be buried does not.
fn lives(process: u32) -> bool {
    processes().iter().any(|(id, _, state)| *id == process && !state.starts_with('Z'))
}

fn kill_9(process: u32) {
    assert!(Command::new("kill").args(["-9", &process.to_string()]).status().unwrap().success());
}

fn wait_for(what: &str, mut done: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !done() {
        assert!(begun.elapsed() < Duration::from_mins(1), "waited in vain: {what}");
        sleep(Duration::from_millis(20));
    }
}

/// This test program again, running only the test `name`, which finds `folder` in its environment.
fn this_test_again(name: &str, folder: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args([&format!("private_postgres::{name}"), "--exact", "--nocapture"]);
    command.env(CHILD_FOLDER, folder).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// In the child: runs a server with a row in it until killed, and says so with a file.
async fn serve_until_killed(folder: &Path) {
    let postgres = start(options(folder)).await;
    write_row(&postgres).await;
    fs::write(folder.join("written"), "").unwrap();
    std::future::pending::<()>().await;
}

fn start_child(name: &str, folder: &Path) -> Child {
    let child = this_test_again(name, folder).spawn().unwrap();
    wait_for("the child's row", || folder.join("written").exists());
    child
}

#[tokio::test]
async fn starts_stops_and_starts_again_with_what_was_committed() {
    let folder = tempfile::tempdir().unwrap();
    let postgres = start(options(folder.path())).await;
    write_row(&postgres).await;
    let process = server_process(folder.path()).unwrap();
    postgres.stop().await.unwrap();
    assert!(!lives(process));

    let postgres = start(options(folder.path())).await;
    assert_row_is_there(&postgres).await;
    let sockets = postgres.sockets().to_owned();
    drop(postgres);
    assert!(!sockets.exists(), "the socket's folder stays behind");
}

#[tokio::test]
async fn what_is_committed_is_on_the_disk_and_nothing_listens_on_tcp() {
    let folder = tempfile::tempdir().unwrap();
    let postgres = start(options(folder.path())).await;
    let mut connection = connect(&postgres).await;
    let expected =
        [("fsync", "on"), ("synchronous_commit", "on"), ("full_page_writes", "on"), ("listen_addresses", "")];
    for (setting, value) in
        expected.into_iter().chain([("data_checksums", "on"), ("password_encryption", "scram-sha-256")])
    {
        let found: String =
            sqlx::query_scalar("SELECT current_setting($1)").bind(setting).fetch_one(&mut connection).await.unwrap();
        assert_eq!(found, value, "{setting}");
    }
    assert_eq!(postgres.sockets().metadata().unwrap().permissions().mode() & 0o777, 0o700);
}

#[tokio::test]
async fn a_wrong_password_does_not_get_in() {
    let folder = tempfile::tempdir().unwrap();
    let postgres = start(options(folder.path())).await;
    assert!(postgres.connect_options("postgres").password("guess").connect().await.is_err());
    assert!(!format!("{postgres:?}").contains(secrecy::ExposeSecret::expose_secret(postgres.password())));
}

#[tokio::test]
async fn a_database_is_made_once() {
    let folder = tempfile::tempdir().unwrap();
    let postgres = start(options(folder.path())).await;
    postgres.ensure_database("ganira").await.unwrap();
    postgres.ensure_database("ganira").await.unwrap();
    assert!(postgres.connect_options("ganira").connect().await.is_ok());
}

#[tokio::test]
async fn a_second_one_on_the_same_folder_is_told_who_has_it() {
    let folder = tempfile::tempdir().unwrap();
    let _first = start(options(folder.path())).await;
    let refused = PrivatePostgres::start(options(folder.path())).await.unwrap_err();
    assert!(
        matches!(&refused, PrivatePostgresError::InUse { process, .. } if *process == std::process::id().to_string()),
        "{refused}"
    );
}

#[tokio::test]
async fn kill_9_of_its_parent_leaves_no_server_and_no_damage() {
    if let Some(folder) = child_folder() {
        return serve_until_killed(&folder).await;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut child = start_child("kill_9_of_its_parent_leaves_no_server_and_no_damage", folder.path());
    let server = server_process(folder.path()).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    wait_for("the server's end", || !lives(server));
    wait_for("the pid file's end", || server_process(folder.path()).is_none());
    let log = fs::read_to_string(folder.path().join("postgres/server.log")).unwrap();
    assert!(log.contains("database system is shut down"), "the stop was not clean:\n{log}");
    assert_row_is_there(&start(options(folder.path())).await).await;
}

#[tokio::test]
async fn a_server_whose_users_are_gone_before_it_has_begun_stops_and_leaves_nothing() {
    let folder = open_folder();
    let place = folder.path().join("postgres");
    fs::create_dir(&place).unwrap();
    let lifeline = place.join("lifeline");
    assert!(Command::new("mkfifo").arg(&lifeline).status().unwrap().success());
    // Nobody holds the FIFO: the keeper is told to stop a server that does not listen to signals yet.
    let outcome =
        PrivatePostgres::start(Options { lifeline: Lifeline::Shared(lifeline), ..options(folder.path()) }).await;
    let log = folder.path().join("postgres/server.log");
    wait_for("the end of everything", || server_process(folder.path()).is_none() && !log.exists());
    drop(outcome);
}

#[tokio::test]
async fn a_server_that_outlived_its_keeper_is_stopped_and_its_folder_opened() {
    if let Some(folder) = child_folder() {
        return serve_until_killed(&folder).await;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut child = start_child("a_server_that_outlived_its_keeper_is_stopped_and_its_folder_opened", folder.path());
    let server = server_process(folder.path()).unwrap();
    let all = processes();
    let keeper = all.iter().find(|(id, ..)| *id == server).unwrap().1;
    kill_9(keeper);
    // The keeper's watcher is its other child; it goes too, so that nobody stops the server.
    for (watcher, ..) in all.iter().filter(|(id, parent, _)| *parent == keeper && *id != server) {
        kill_9(*watcher);
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let old_sockets = PathBuf::from(fs::read_to_string(folder.path().join("postgres/sockets")).unwrap());
    assert!(old_sockets.exists());
    assert!(lives(server), "the server should have outlived its keeper");

    let postgres = start(options(folder.path())).await;
    assert!(!lives(server));
    assert!(!old_sockets.exists(), "the old socket's folder stays behind");
    assert_row_is_there(&postgres).await;
}

#[tokio::test]
async fn a_crashed_server_recovers() {
    let folder = tempfile::tempdir().unwrap();
    let postgres = start(options(folder.path())).await;
    write_row(&postgres).await;
    kill_9(server_process(folder.path()).unwrap());
    drop(postgres);
    assert!(server_process(folder.path()).is_some(), "a crash leaves its pid file");
    assert_row_is_there(&start(options(folder.path())).await).await;
}

#[tokio::test]
async fn a_stale_pid_file_whose_number_somebody_else_has_now_is_no_obstacle() {
    let folder = tempfile::tempdir().unwrap();
    let postgres = start(options(folder.path())).await;
    write_row(&postgres).await;
    postgres.stop().await.unwrap();
    let cluster = folder.path().join("postgres/cluster");
    let owner = cluster.metadata().unwrap();
    let stale = cluster.join("postmaster.pid");
    // A living process that Postgres may signal, so that it would believe in it.
    let mut other = Command::new("sleep").arg("600").uid(owner.uid()).spawn().unwrap();
    fs::write(&stale, format!("{}\n{}\n1\n5432\n/tmp\n\n0 0\nready\n", other.id(), cluster.display())).unwrap();
    let started = PrivatePostgres::start(options(folder.path())).await;
    other.kill().unwrap();
    other.wait().unwrap();
    assert_row_is_there(&started.unwrap()).await;
}

#[tokio::test]
async fn a_long_path_is_no_obstacle() {
    let folder = tempfile::tempdir().unwrap();
    let long = folder.path().join("a-rather-long-name-of-a-folder".repeat(4)).join("another-one".repeat(10));
    let postgres = start(options(&long)).await;
    assert!(postgres.sockets().join(".s.PGSQL.5432").exists());
}

#[tokio::test]
async fn an_initdb_that_was_interrupted_is_begun_again() {
    let folder = tempfile::tempdir().unwrap();
    let half = folder.path().join("postgres/cluster.making");
    fs::create_dir_all(&half).unwrap();
    fs::write(half.join("PG_VERSION"), "15\n").unwrap();
    drop(start(options(folder.path())).await);
}

/// A folder whose `postgres` only says its version.
fn fake_programs(folder: &Path, version: &str) -> PathBuf {
    let programs = folder.join(format!("fake-{version}"));
    fs::create_dir(&programs).unwrap();
    for (name, script) in
        [("postgres", format!("#!/bin/sh\necho 'postgres (PostgreSQL) {version}'\n")), ("initdb", String::new())]
    {
        fs::write(programs.join(name), script).unwrap();
        fs::set_permissions(programs.join(name), fs::Permissions::from_mode(0o755)).unwrap();
    }
    programs
}

#[tokio::test]
async fn programs_that_are_too_old_are_passed_over_with_a_line() {
    let folder = tempfile::tempdir().unwrap();
    let mut options = options(folder.path());
    options.search.folders.insert(0, fake_programs(folder.path(), "14.9"));
    let postgres = start(options).await;
    assert!(postgres.major() >= 15);
    let notice = &postgres.notices()[0];
    assert!(notice.contains("fake-14.9") && notice.contains("older than 15"), "{notice}");
}

#[tokio::test]
async fn the_data_folder_chooses_between_versions() {
    let folder = tempfile::tempdir().unwrap();
    let made = start(options(folder.path())).await;
    let major = made.major();
    made.stop().await.unwrap();

    let mut others_first = options(folder.path());
    others_first.search.folders.insert(0, fake_programs(folder.path(), "99.1"));
    assert_eq!(start(others_first).await.major(), major);

    let mut only_others = options(folder.path());
    only_others.search = Search { configured: None, folders: vec![folder.path().join("fake-99.1")], npm: false };
    let refused = PrivatePostgres::start(only_others).await.unwrap_err();
    assert!(refused.to_string().contains(&format!("was made by Postgres {major}")), "{refused}");
}

#[tokio::test]
async fn where_there_are_no_programs_the_error_says_what_to_install() {
    let folder = tempfile::tempdir().unwrap();
    let mut options = options(folder.path());
    options.search = Search { configured: None, folders: Vec::new(), npm: false };
    let refused = PrivatePostgres::start(options).await.unwrap_err().to_string();
    assert!(refused.contains("Install Postgres 15 or newer") && refused.contains("npm"), "{refused}");
}

#[tokio::test]
async fn a_configured_folder_without_programs_is_an_error_and_not_a_wish() {
    let folder = tempfile::tempdir().unwrap();
    let mut options = options(folder.path());
    options.search.configured = Some(fake_programs(folder.path(), "14.9"));
    let refused = PrivatePostgres::start(options).await.unwrap_err().to_string();
    assert!(refused.contains("older than 15"), "{refused}");
}

#[tokio::test]
async fn as_root_in_an_open_folder_it_runs_as_nobody() {
    if !am_root() {
        return;
    }
    let folder = open_folder();
    let postgres = start(options(folder.path())).await;
    if let Account::Dropped { uid, .. } = postgres.account() {
        assert_eq!(fs::metadata(folder.path().join("postgres/cluster")).unwrap().uid(), uid);
    } else {
        // Programs fetched into root's own cache are out of the reach of others.
        assert!(matches!(postgres.account(), Account::Mapped { .. }));
        assert!(std::env::var_os("HOME").is_some());
    }
}

#[tokio::test]
async fn as_root_under_a_closed_home_it_works_with_and_without_user_namespaces() {
    if !am_root() {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    fs::set_permissions(home.path(), fs::Permissions::from_mode(0o700)).unwrap();

    let mut without = options(home.path());
    without.namespaces_allowed = false;
    let postgres = start(without.clone()).await;
    write_row(&postgres).await;
    let elsewhere = postgres.folder().to_owned();
    assert!(elsewhere.starts_with("/var/tmp"), "{}", elsewhere.display());
    assert!(matches!(postgres.account(), Account::Dropped { uid: NOBODY, .. }));
    assert!(postgres.notices().iter().any(|notice| notice.contains("lives in /var/tmp")));
    postgres.stop().await.unwrap();
    let again = start(without).await;
    assert_row_is_there(&again).await;
    again.stop().await.unwrap();
    fs::remove_dir_all(elsewhere).unwrap();

    let postgres = start(options(home.path())).await;
    let expected_here = postgres.folder().starts_with(home.path());
    assert_eq!(expected_here, matches!(postgres.account(), Account::Mapped { .. }));
    write_row(&postgres).await;
    if !expected_here {
        let elsewhere = postgres.folder().to_owned();
        postgres.stop().await.unwrap();
        fs::remove_dir_all(elsewhere).unwrap();
    }
}

#[tokio::test]
async fn as_root_a_folder_made_by_nobody_opens_when_its_home_is_closed_later_and_back() {
    if !am_root() {
        return;
    }
    let folder = open_folder();
    let postgres = start(options(folder.path())).await;
    write_row(&postgres).await;
    let first = postgres.account();
    postgres.stop().await.unwrap();
    for mode in [0o700, 0o755] {
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(mode)).unwrap();
        match PrivatePostgres::start(options(folder.path())).await {
            Ok(postgres) => {
                assert_row_is_there(&postgres).await;
                postgres.stop().await.unwrap();
            }
            // Without user namespaces a closed home cannot be entered, and the database there is not passed over in silence.
            Err(error) => assert!(matches!(error, PrivatePostgresError::OutOfReach { .. }) && mode == 0o700, "{error}"),
        }
    }
    assert!(matches!(first, Account::Dropped { .. } | Account::Mapped { .. }));
}

#[tokio::test]
async fn a_user_without_a_name_gets_a_server_with_and_without_user_namespaces() {
    if let Some(folder) = child_folder() {
        for (name, namespaces_allowed) in [("with", true), ("without", false)] {
            let postgres = start(Options { namespaces_allowed, ..options(&folder.join(name)) }).await;
            write_row(&postgres).await;
            let account = postgres.account();
            assert!(namespaces_allowed || account == Account::Nameless { uid: NAMELESS }, "{account:?}");
            postgres.stop().await.unwrap();
        }
        return;
    }
    if !am_root() {
        return;
    }
    let folder = open_folder();
    let place = folder.path().join("place");
    fs::create_dir(&place).unwrap();
    std::os::unix::fs::chown(&place, Some(NAMELESS), Some(NAMELESS)).unwrap();
    let program = folder.path().join("program");
    fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
    let child = Command::new(&program)
        .args(["private_postgres::a_user_without_a_name_gets_a_server_with_and_without_user_namespaces", "--exact"])
        .env(CHILD_FOLDER, &place)
        .env("HOME", &place)
        .uid(NAMELESS)
        .gid(NAMELESS)
        .current_dir("/")
        .output()
        .unwrap();
    assert!(child.status.success(), "{}", String::from_utf8_lossy(&child.stdout));
}

#[tokio::test]
async fn every_test_has_a_database_of_its_own() {
    let (one, other) = tokio::join!(harness::database(), harness::database());
    for database in [&one, &other] {
        let pool = database.pool().await;
        sqlx::query("CREATE TABLE mine (value int)").execute(&pool).await.unwrap();
    }
    assert_ne!(one.name, other.name);
}

#[tokio::test]
async fn a_template_is_filled_once_and_cloned() {
    let fill = async |pool| {
        sqlx::query("CREATE TABLE filled (value int)").execute(&pool).await.unwrap();
        sqlx::query("INSERT INTO filled VALUES (1)").execute(&pool).await.unwrap();
    };
    let one = harness::database_from("filled", fill).await;
    let other = harness::database_from("filled", fill).await;
    for database in [one, other] {
        let rows: i64 = sqlx::query_scalar("SELECT count(*) FROM filled")
            .fetch_one(&mut database.connection().await)
            .await
            .unwrap();
        assert_eq!(rows, 1);
    }
}
