//! One Postgres for every test of every process that runs now, and a database of its own for each test.
//!
//! The first process starts the server, later ones join it, and it is gone when the last one has ended, however that one ended: each
//! holds a FIFO open, and the server's keeper waits for the FIFO's end. `GANIRA_TEST_POSTGRES=npm` takes the programs from npm even
//! where the system has some.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{LazyLock, Mutex, mpsc};

use ganira::store::migrate::{MIGRATOR, migrate};
use ganira::store::private_postgres::{Durability, Lifeline, Options, PrivatePostgres, Search, connect_options};
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection, PgPool};
use tokio::sync::OnceCell;

/// A number of our own for the lock under which templates are made.
const TEMPLATE_LOCK: i64 = 0x6761_6e69_7261;

/// A database of one test, cloned from the migrated template and dropped in the background afterwards.
#[derive(Debug)]
pub struct TestDatabase {
    pub name: String,
    server: &'static Server,
}

impl TestDatabase {
    /// How to connect as superuser.
    pub fn options(&self) -> PgConnectOptions {
        self.server.options(&self.name)
    }

    /// A small pool as superuser, for the test's own questions.
    pub async fn pool(&self) -> PgPool {
        PgPoolOptions::new().max_connections(5).connect_with(self.options()).await.unwrap()
    }

    /// A connection as superuser.
    pub async fn connection(&self) -> PgConnection {
        self.options().connect().await.unwrap()
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        // Where nobody listens any more the process ends, and the server takes its folder along.
        let _ = UNDERTAKER.send(self.name.clone());
    }
}

/// A migrated database of one's own.
pub async fn database() -> TestDatabase {
    let mut key = String::new();
    for migration in MIGRATOR.iter() {
        let _ = write!(key, "{} {} ", migration.version, hex::encode(&*migration.checksum));
    }
    database_from(&key, async |pool| migrate(&pool).await.unwrap()).await
}

/// A database cloned from the template `key`, which `migrate` fills the first time anybody asks for it.
pub async fn database_from(key: &str, migrate: impl AsyncFnOnce(PgPool)) -> TestDatabase {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let server = server().await;
    let template = template_once(server, key, migrate).await;
    let name = format!("test_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    execute(server, &format!("CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")).await;
    TestDatabase { name, server }
}

/// The name of the template; asks the server about each only once.
async fn template_once(server: &'static Server, key: &str, migrate: impl AsyncFnOnce(PgPool)) -> String {
    static KNOWN: Mutex<BTreeMap<String, String>> = Mutex::new(BTreeMap::new());
    let known = KNOWN.lock().unwrap().get(key).cloned();
    if let Some(template) = known {
        return template;
    }
    let template = template(server, key, migrate).await;
    KNOWN.lock().unwrap().insert(key.to_owned(), template.clone());
    template
}

/// The name of the template, made under a lock that all processes share.
async fn template(server: &'static Server, key: &str, migrate: impl AsyncFnOnce(PgPool)) -> String {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    let template = format!("template_{:016x}", hasher.finish());
    let mut connection = server.options("postgres").connect().await.unwrap();
    sqlx::query("SELECT pg_advisory_lock($1)").bind(TEMPLATE_LOCK).execute(&mut connection).await.unwrap();
    let there: bool = sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)")
        .bind(&template)
        .fetch_one(&mut connection)
        .await
        .unwrap();
    if !there {
        let making = format!("making_{template}");
        // One that failed half-way, in this process or another.
        execute(server, &format!("DROP DATABASE IF EXISTS {making}")).await;
        execute(server, &format!("CREATE DATABASE {making}")).await;
        let pool = PgPool::connect_with(server.options(&making)).await.unwrap();
        migrate(pool.clone()).await;
        pool.close().await;
        execute(server, &format!("ALTER DATABASE {making} RENAME TO {template}")).await;
    }
    connection.close().await.unwrap();
    template
}

async fn execute(server: &Server, statement: &str) {
    let mut connection = server.options("postgres").connect().await.unwrap();
    let done = sqlx::query(AssertSqlSafe(statement.to_owned())).execute(&mut connection).await;
    done.unwrap_or_else(|error| panic!("{statement}: {error}"));
    connection.close().await.unwrap();
}

/// Drops databases behind the tests' backs.
static UNDERTAKER: LazyLock<mpsc::Sender<String>> = LazyLock::new(|| {
    let (sender, names) = mpsc::channel::<String>();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        for name in names {
            runtime.block_on(async {
                let server = server().await;
                if let Ok(mut connection) = server.options("postgres").connect().await {
                    let statement = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
                    let _ = sqlx::query(AssertSqlSafe(statement)).execute(&mut connection).await;
                }
            });
        }
    });
    sender
});

/// The server as this process knows it.
#[derive(Debug)]
struct Server {
    place: Place,
    /// While it is open the server lives; the operating system closes it when we end.
    _lifeline: File,
}

/// What one process tells the next.
#[derive(Debug, Serialize, Deserialize)]
struct Place {
    lifeline: PathBuf,
    sockets: PathBuf,
    password: String,
}

impl Server {
    fn options(&self, database: &str) -> PgConnectOptions {
        connect_options(&self.place.sockets, &self.place.password, database)
    }

    async fn answers(&self) -> bool {
        let Ok(mut connection) = self.options("postgres").connect().await else { return false };
        sqlx::query("SELECT 1").execute(&mut connection).await.is_ok()
    }
}

async fn server() -> &'static Server {
    static SERVER: OnceCell<Server> = OnceCell::const_new();
    SERVER.get_or_init(join_or_start).await
}

async fn join_or_start() -> Server {
    let npm = std::env::var_os("GANIRA_TEST_POSTGRES").is_some_and(|value| value == "npm");
    let meeting = meeting_folder(npm);
    let lock = File::create(meeting.join("lock")).unwrap();
    let lock = tokio::task::spawn_blocking(move || lock.lock().map(|()| lock)).await.unwrap().unwrap();
    let current = meeting.join("current.json");
    let server = match join(&current).await {
        Some(server) => server,
        None => start(&current, npm).await,
    };
    drop(lock);
    server
}

async fn join(current: &Path) -> Option<Server> {
    let place: Place = serde_json::from_slice(&fs::read(current).ok()?).ok()?;
    let lifeline = hold(&place.lifeline)?;
    let server = Server { place, _lifeline: lifeline };
    server.answers().await.then_some(server)
}

async fn start(current: &Path, npm: bool) -> Server {
    let folder = std::env::temp_dir().join(format!("ganira-tests-{}", ganira::crypto::random::hex_token::<4>()));
    private_folder(&folder);
    let lifeline = folder.join("lifeline");
    assert!(Command::new("mkfifo").arg(&lifeline).status().unwrap().success());
    let held = hold(&lifeline).unwrap();
    let options = Options {
        search: if npm { Search::only_npm() } else { Search::system(None) },
        durability: Durability::ThrownAway,
        lifeline: Lifeline::Shared(lifeline.clone()),
        ..Options::new(folder, None)
    };
    let postgres = PrivatePostgres::start(options).await.unwrap_or_else(|error| panic!("{error}"));
    let place = Place {
        lifeline,
        sockets: postgres.sockets().to_owned(),
        password: postgres.password().expose_secret().to_owned(),
    };
    fs::write(current, serde_json::to_vec(&place).unwrap()).unwrap();
    Server { place, _lifeline: held }
}

/// Opens for reading too, which never waits for the other side.
fn hold(fifo: &Path) -> Option<File> {
    OpenOptions::new().read(true).write(true).open(fifo).ok()
}

/// Where the processes of this user find each other.
fn meeting_folder(npm: bool) -> PathBuf {
    let probe = tempfile::NamedTempFile::new().unwrap();
    let uid = probe.as_file().metadata().unwrap().uid();
    let kind = if npm { "-npm" } else { "" };
    let folder = std::env::temp_dir().join(format!("ganira-tests-of-{uid}{kind}"));
    private_folder(&folder);
    assert_eq!(fs::metadata(&folder).unwrap().uid(), uid, "{} belongs to somebody else", folder.display());
    folder
}

fn private_folder(folder: &Path) {
    DirBuilder::new().recursive(true).mode(0o700).create(folder).unwrap();
}
