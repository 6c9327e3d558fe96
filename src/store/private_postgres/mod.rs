//! A Postgres of our own: found, made, started, and gone with us however we end. Development and small boxes run on it.
//!
//! The server is started by a small keeper (`keeper.sh`) that holds the other side of a pipe of ours: when we end, even by `kill -9`,
//! the pipe closes and the keeper asks Postgres for a fast, clean stop. The keeper has its own process group, so a Ctrl-C in the
//! terminal reaches us and not the database.

mod account;
mod command;
mod earlier;
mod error;
mod nameless;
mod npm;
mod programs;
mod seat;
mod settings;

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use secrecy::{ExposeSecret as _, SecretString};
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _};

use crate::crypto::random;
use command::run;
use error::{Result, Tried as _};
use seat::{Seat, cluster, make_folder};

pub use account::Account;
pub use error::PrivatePostgresError;
pub use programs::{OLDEST_MAJOR, Search};

const KEEPER: &str = include_str!("keeper.sh");
const SUPERUSER: &str = "ganira";
/// Part of the socket's name; nothing listens on a TCP port.
const PORT: u16 = 5432;
/// The longest path a socket can have (`sun_path` is 108 bytes on Linux and 104 on macOS, with its end).
const SOCKET_PATH_BYTES_MAX: usize = 103;
const SOCKETS_PREFIX: &str = "ganira-";
/// The file that remembers the socket folder, for a later start to clear away.
const SOCKETS_RECORD: &str = "sockets";
const SOCKET_NAME: &str = ".s.PGSQL.5432";
const START_WITHIN: Duration = Duration::from_mins(2);
const STOP_WITHIN: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(5);

/// What a commit is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// `fsync` and `synchronous_commit` are on.
    Safe,
    /// For tests: nothing is forced to the disk, and whoever can enter the socket's folder needs no password, whose check is slow
    /// in a build without optimisation.
    ThrownAway,
}

/// How long the server lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lifeline {
    /// As long as the [`PrivatePostgres`] and its process.
    Own,
    /// As long as any process holds this FIFO open for writing; then the server stops and its folder is removed.
    Shared(PathBuf),
}

/// How to get a private Postgres.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where it lives. As root it may have to live elsewhere; [`PrivatePostgres::folder`] says where.
    pub folder: PathBuf,
    pub search: Search,
    pub durability: Durability,
    pub lifeline: Lifeline,
    /// Whether user namespaces may be used where the system has them.
    pub namespaces_allowed: bool,
}

impl Options {
    /// A safe server in `folder`, with the system's programs or those of `programs_dir`.
    pub fn new(folder: impl Into<PathBuf>, programs_dir: Option<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            search: Search::system(programs_dir),
            durability: Durability::Safe,
            lifeline: Lifeline::Own,
            namespaces_allowed: true,
        }
    }
}

/// A running server. Dropping it stops the server and waits for that; [`PrivatePostgres::stop`] does the same without blocking a task.
#[derive(Debug)]
pub struct PrivatePostgres {
    folder: PathBuf,
    sockets: PathBuf,
    password: SecretString,
    account: Account,
    major: u32,
    notices: Vec<String>,
    keeper: Option<Child>,
    /// Keeps other supervisors away.
    _hold: File,
}

impl PrivatePostgres {
    /// Finds the programs, makes the database if the folder is new, stops what an earlier run left, and starts the server. Returns when
    /// it takes connections: about a second for a new folder, a quarter of one otherwise.
    pub async fn start(options: Options) -> Result<Self> {
        let started = tokio::task::spawn_blocking(move || Self::start_blocking(&options)).await;
        started.map_err(|lost| std::io::Error::other(lost.to_string())).tried(|| "start Postgres".to_owned())?
    }

    fn start_blocking(options: &Options) -> Result<Self> {
        let mut notices = Vec::new();
        let seat = Seat::take(&options.folder, &options.search, options.namespaces_allowed, &mut notices)?;
        let Seat { folder, account, programs, .. } = &seat;
        make_folder(folder, 0o700)?;
        account.own(folder)?;
        let hold = earlier::hold(folder)?;
        let log = earlier::outlive(folder)?;
        let password = take_password(folder)?;
        remove_old_sockets(folder);
        let sockets = SocketFolder::make(*account)?;
        let record = folder.join(SOCKETS_RECORD);
        fs::write(&record, sockets.path().as_os_str().as_encoded_bytes())
            .tried(|| format!("write {}", record.display()))?;
        if cluster(folder).join("PG_VERSION").exists() {
            keep_owner(&seat)?;
        } else {
            make_cluster(&seat, sockets.path(), &password, options.durability)?;
        }
        settings::write(folder, *account, programs, options.durability)?;
        let keeper = start_keeper(&seat, sockets.path(), &options.lifeline, log)?;
        for notice in &notices {
            tracing::info!("{notice}");
        }
        let mut postgres = Self {
            folder: folder.clone(),
            sockets: sockets.hand_over(),
            password,
            account: *account,
            major: programs.major,
            notices,
            keeper: Some(keeper),
            _hold: hold,
        };
        postgres.wait_until_ready()?;
        if options.lifeline != Lifeline::Own {
            // The keeper follows the FIFO from now on, not this value.
            postgres.keeper = None;
        }
        Ok(postgres)
    }

    /// Where the database really lives.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The folder of its socket.
    pub fn sockets(&self) -> &Path {
        &self.sockets
    }

    /// The superuser's password.
    pub fn password(&self) -> &SecretString {
        &self.password
    }

    /// As whom it runs.
    pub fn account(&self) -> Account {
        self.account
    }

    /// Its major version.
    pub fn major(&self) -> u32 {
        self.major
    }

    /// What a person should know: programs that were passed over or fetched, a folder that had to move.
    pub fn notices(&self) -> &[String] {
        &self.notices
    }

    /// How to connect as superuser.
    pub fn connect_options(&self, database: &str) -> PgConnectOptions {
        connect_options(&self.sockets, self.password.expose_secret(), database)
    }

    /// The same as a URL, for other programs.
    pub fn url(&self, database: &str) -> SecretString {
        let sockets: String =
            url::form_urlencoded::byte_serialize(self.sockets.as_os_str().as_encoded_bytes()).collect();
        let password = self.password.expose_secret();
        format!("postgres://{SUPERUSER}:{password}@{sockets}:{PORT}/{database}").into()
    }

    /// Makes an empty database unless it is there. `name` is ours, never a person's input.
    pub async fn ensure_database(&self, name: &str) -> Result<()> {
        let mut connection = self.connect_options("postgres").connect().await?;
        let there: bool = sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)")
            .bind(name)
            .fetch_one(&mut connection)
            .await?;
        if !there {
            let statement = format!("CREATE DATABASE \"{}\"", name.replace('"', "\"\""));
            sqlx::query(AssertSqlSafe(statement)).execute(&mut connection).await?;
        }
        connection.close().await?;
        Ok(())
    }

    /// Stops the server cleanly: connections are closed, what was committed is on the disk.
    pub async fn stop(mut self) -> Result<()> {
        let stopped = tokio::task::spawn_blocking(move || self.stop_blocking()).await;
        stopped.map_err(|lost| std::io::Error::other(lost.to_string())).tried(|| "stop Postgres".to_owned())?
    }

    fn wait_until_ready(&mut self) -> Result<()> {
        let begun = Instant::now();
        while !earlier::is_ready(&self.folder) {
            let ended = self.keeper.as_mut().is_none_or(|keeper| !matches!(keeper.try_wait(), Ok(None)));
            if ended || begun.elapsed() > START_WITHIN {
                return Err(PrivatePostgresError::DidNotStart {
                    dir: self.folder.clone(),
                    log: end_of_log(&self.folder),
                });
            }
            sleep(POLL);
        }
        Ok(())
    }

    fn stop_blocking(&mut self) -> Result<()> {
        let Some(mut keeper) = self.keeper.take() else { return Ok(()) };
        drop(keeper.stdin.take());
        let begun = Instant::now();
        let mut insisted = false;
        loop {
            if keeper.try_wait().tried(|| "wait for Postgres to stop".to_owned())?.is_some() {
                return Ok(());
            }
            if begun.elapsed() > STOP_WITHIN && !insisted {
                insisted = true;
                earlier::stop_server(&self.folder, Some("QUIT"));
            }
            if begun.elapsed() > 2 * STOP_WITHIN {
                return Err(PrivatePostgresError::DoesNotStop { dir: self.folder.clone() });
            }
            sleep(POLL);
        }
    }
}

impl Drop for PrivatePostgres {
    fn drop(&mut self) {
        if let Err(error) = self.stop_blocking() {
            tracing::error!(error = %error, "the private Postgres did not stop");
        }
    }
}

/// How to connect as superuser to a private Postgres with this socket folder and password.
pub fn connect_options(sockets: &Path, password: &str, database: &str) -> PgConnectOptions {
    PgConnectOptions::new_without_pgpass()
        .socket(sockets)
        .port(PORT)
        .username(SUPERUSER)
        .password(password)
        .database(database)
        .ssl_mode(PgSslMode::Disable)
}

/// How to reach the server that another process supervises for `folder`. `None`: none runs there.
pub fn running_in(folder: &Path, database: &str) -> Option<PgConnectOptions> {
    let folder = std::path::absolute(folder).ok()?;
    seat::places(&folder).into_iter().find_map(|folder| {
        let sockets = PathBuf::from(fs::read_to_string(folder.join(SOCKETS_RECORD)).ok()?);
        let password = fs::read_to_string(folder.join("password")).ok()?;
        sockets.join(SOCKET_NAME).exists().then(|| connect_options(&sockets, &password, database))
    })
}

fn make_cluster(seat: &Seat, sockets: &Path, password: &SecretString, durability: Durability) -> Result<()> {
    let cluster = cluster(&seat.folder);
    // What an initdb that was interrupted left behind is no database yet.
    if cluster.exists() {
        fs::remove_dir_all(&cluster).tried(|| format!("clear {}", cluster.display()))?;
    }
    let making = seat.folder.join("cluster.making");
    if making.exists() {
        fs::remove_dir_all(&making).tried(|| format!("clear {}", making.display()))?;
    }
    let password_file = sockets.join("password");
    write_private(&password_file, password.expose_secret())?;
    seat.account.own(&password_file)?;
    let mut command = seat.account.command(seat.programs.initdb());
    command.args(["--encoding=UTF8", "--locale=C", "--data-checksums", "--no-instructions"]);
    command.arg(match durability {
        Durability::Safe => "--auth=scram-sha-256",
        Durability::ThrownAway => "--auth=trust",
    });
    command.arg(format!("--username={SUPERUSER}"));
    command.arg("--pwfile").arg(&password_file).arg("-D").arg(&making);
    if let Account::Nameless { uid } = seat.account {
        command.env(nameless::PRELOAD, nameless::build(&seat.folder, uid)?);
    }
    let made = run(command.env("LC_ALL", "C"));
    fs::remove_file(&password_file).tried(|| format!("remove {}", password_file.display()))?;
    made?;
    fs::rename(&making, &cluster).tried(|| format!("name {}", cluster.display()))?;
    settings::include(&seat.folder)
}

/// A folder made under one way of running may be opened under another; root can give it over.
fn keep_owner(seat: &Seat) -> Result<()> {
    let owner = seat.account.numbers((seat.us, seat.us));
    match account::owner_of(&cluster(&seat.folder)) {
        Some((found, _)) if found != owner.0 && seat.us == 0 => account::give_all(&seat.folder, owner),
        _ => Ok(()),
    }
}

fn start_keeper(seat: &Seat, sockets: &Path, lifeline: &Lifeline, log: File) -> Result<Child> {
    let log_again = log.try_clone().tried(|| "share the log".to_owned())?;
    let (input, fifo, remove) = match lifeline {
        Lifeline::Own => (Stdio::piped(), Path::new(""), Path::new("")),
        Lifeline::Shared(fifo) => (Stdio::from(open_reading_end(fifo)?), fifo.as_path(), seat.folder.as_path()),
    };
    let mut command = seat.account.command("sh");
    command.args(["-c", KEEPER, "keeper"]).arg(fifo).arg(remove).arg(sockets);
    command.arg(seat.programs.postgres()).arg("-D").arg(cluster(&seat.folder)).arg("-k").arg(sockets);
    command.arg("-c").arg(format!("port={PORT}"));
    command.stdin(input).stdout(log).stderr(log_again).process_group(0);
    command.spawn().tried(|| "start the keeper of Postgres (`sh`)".to_owned())
}

/// Opens a FIFO for reading. Without a writer that would wait, so there is one for that moment.
fn open_reading_end(fifo: &Path) -> Result<File> {
    let opening = || format!("open {}", fifo.display());
    let _writer = OpenOptions::new().read(true).write(true).open(fifo).tried(opening)?;
    File::open(fifo).tried(opening)
}

/// A new folder with a short name that nobody else can enter; removed again unless a keeper takes it over.
struct SocketFolder(Option<PathBuf>);

impl SocketFolder {
    fn make(account: Account) -> Result<Self> {
        let name = format!("{SOCKETS_PREFIX}{}", random::hex_token::<4>());
        let fits =
            |parent: &Path| parent.as_os_str().len() + name.len() + SOCKET_NAME.len() + 2 <= SOCKET_PATH_BYTES_MAX;
        let open = |parent: &Path| {
            matches!(account, Account::Own | Account::Nameless { .. })
                || account::reachable_by_others(&parent.join("in"))
        };
        let wanted = Some(std::env::temp_dir()).filter(|folder| folder.is_dir() && fits(folder) && open(folder));
        let sockets = wanted.unwrap_or_else(|| PathBuf::from("/tmp")).join(name);
        DirBuilder::new().mode(0o700).create(&sockets).tried(|| format!("make the folder {}", sockets.display()))?;
        account.own(&sockets)?;
        Ok(Self(Some(sockets)))
    }

    fn path(&self) -> &Path {
        self.0.as_deref().unwrap_or(Path::new("/nonexistent"))
    }

    fn hand_over(mut self) -> PathBuf {
        self.0.take().unwrap_or_default()
    }
}

impl Drop for SocketFolder {
    fn drop(&mut self) {
        if let Some(sockets) = &self.0 {
            let _ = fs::remove_dir_all(sockets);
        }
    }
}

/// The folder of a server whose keeper was killed. Nobody uses it: the log's lock is ours.
fn remove_old_sockets(folder: &Path) {
    let old = fs::read_to_string(folder.join(SOCKETS_RECORD)).map(PathBuf::from).unwrap_or_default();
    if old.file_name().is_some_and(|name| name.to_string_lossy().starts_with(SOCKETS_PREFIX)) {
        let _ = fs::remove_dir_all(old);
    }
}

/// The password of the folder, made when there is none.
fn take_password(folder: &Path) -> Result<SecretString> {
    let file = folder.join("password");
    if !file.exists() {
        write_private(&file, &random::hex_token::<24>())?;
    }
    fs::read_to_string(&file).map(SecretString::from).tried(|| format!("read {}", file.display()))
}

fn write_private(file: &Path, text: &str) -> Result<()> {
    let opened = OpenOptions::new().write(true).create_new(true).mode(0o600).open(file);
    opened.and_then(|mut opened| opened.write_all(text.as_bytes())).tried(|| format!("write {}", file.display()))
}

fn end_of_log(folder: &Path) -> String {
    let log = fs::read(earlier::log_file(folder)).unwrap_or_default();
    let text = String::from_utf8_lossy(&log);
    let lines: Vec<&str> = text.lines().rev().take(12).collect();
    lines.into_iter().rev().collect::<Vec<_>>().join("\n")
}
