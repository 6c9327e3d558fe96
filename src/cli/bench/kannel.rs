//! Kannel, the gateway of other people's that the SMS loop is measured beside: its two programs on loopback, bound to a message centre like ours.
//! A message is asked for over HTTP, submitted over SMPP, and its receipt comes back as a request to us. Kannel keeps all that in memory.

use std::fs::File;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use futures::future::join_all;
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;

use super::bodies::phone;
use super::http::Connection;
use super::short_code::{Centre, LOOK_EVERY, PATIENCE, SAID, WINDOW};
use crate::actors::spawn;
use crate::crypto::random;

/// Debian puts them where only the system's own path leads.
const ELSEWHERE: [&str; 2] = ["/usr/sbin", "/usr/local/sbin"];
const STARTED_WITHIN: Duration = Duration::from_secs(20);
const STOPPED_WITHIN: Duration = Duration::from_secs(5);
const ACCEPTED: u16 = 202;

/// Where its programs are.
pub(super) struct Installed {
    bearerbox: PathBuf,
    smsbox: PathBuf,
}

impl Installed {
    /// `None`: there is nothing to compare with.
    pub(super) fn find() -> Option<Self> {
        Some(Self { bearerbox: program("bearerbox")?, smsbox: program("smsbox")? })
    }
}

fn program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let elsewhere = ELSEWHERE.iter().map(PathBuf::from);
    std::env::split_paths(&path).chain(elsewhere).map(|folder| folder.join(name)).find(|file| file.is_file())
}

/// A running Kannel with a message centre of its own. Dropping it kills its programs.
pub(super) struct Kannel {
    boxes: Vec<Child>,
    centre: Centre,
    /// Where a message is asked for.
    door: SocketAddr,
    request: String,
    /// Receipts that came back.
    told: Arc<AtomicU64>,
    sink: JoinHandle<()>,
    said: AtomicU64,
}

impl Kannel {
    pub(super) async fn start(installed: &Installed, folder: &Path) -> anyhow::Result<Self> {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let centre = Centre::start().await?;
        let (told, sink, listens) = sink().await?;
        let [admin, smsbox, door] = free_ports()?;
        let password = random::hex_token::<8>();
        let file = folder.join("kannel.conf");
        std::fs::write(&file, configuration(&centre, [admin, smsbox, door], &password))
            .with_context(|| format!("cannot write {}", file.display()))?;
        let mut boxes = vec![run(&installed.bearerbox, &file)?];
        opened(smsbox, &mut boxes, folder).await?;
        boxes.push(run(&installed.smsbox, &file)?);
        opened(door, &mut boxes, folder).await?;
        let receipts = format!("http%3A%2F%2F{}%3A{}%2Fdelivered", listens.ip(), listens.port());
        let request = format!(
            "/cgi-bin/sendsms?username=bench&password={password}&text={SAID}&dlr-mask=1&dlr-url={receipts}&to="
        );
        let kannel = Self { boxes, centre, door: local(door), request, told, sink, said: AtomicU64::new(0) };
        kannel.bound().await?;
        Ok(kannel)
    }

    /// Its line to the message centre stands.
    async fn bound(&self) -> anyhow::Result<()> {
        let begun = Instant::now();
        while self.centre.tells("sessions").await? == 0 {
            if begun.elapsed() > STARTED_WITHIN {
                bail!("Kannel did not bind to the message centre");
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        Ok(())
    }

    /// As many messages are asked for, [`WINDOW`] at a time; returns the seconds until every receipt has come back.
    pub(super) async fn run(&self, messages: u64) -> anyhow::Result<f64> {
        let begun = Instant::now();
        let voices = (0..WINDOW).map(|voice| {
            let (door, request) = (self.door, self.request.clone());
            spawn(async move {
                let mut connection = Connection::open(door).await?;
                for person in (0..messages).skip(voice).step_by(WINDOW) {
                    let status = connection.get(&format!("{request}{}", phone(person))).await?;
                    if status != ACCEPTED {
                        let why = String::from_utf8_lossy(connection.body());
                        bail!("Kannel answered {status}: {why}");
                    }
                }
                Ok(())
            })
        });
        for ended in join_all(voices).await {
            ended??;
        }
        let said = self.said.fetch_add(messages, Ordering::Relaxed) + messages;
        let (mut last, mut since) = (0, Instant::now());
        loop {
            let told = self.told.load(Ordering::Relaxed);
            if told >= said {
                return Ok(begun.elapsed().as_secs_f64());
            }
            if told > last {
                (last, since) = (told, Instant::now());
            }
            if since.elapsed() > PATIENCE {
                bail!("Kannel told of {told} of {said} receipts, and no more come");
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Stops everything; fails unless as many were submitted and told of as were asked for.
    pub(super) async fn stop(mut self) -> anyhow::Result<()> {
        let (said, told) = (self.said.load(Ordering::Relaxed), self.told.load(Ordering::Relaxed));
        let submits = self.centre.tells("submits").await?;
        while let Some(last) = self.boxes.pop() {
            end(last).await?;
        }
        self.sink.abort();
        self.centre.stop().await;
        if submits != said || told != said {
            bail!("Kannel was asked for {said} messages, submitted {submits} and told of {told} receipts");
        }
        Ok(())
    }
}

/// Takes what Kannel tells of receipts: how many, who takes them, and where.
async fn sink() -> anyhow::Result<(Arc<AtomicU64>, JoinHandle<()>, SocketAddr)> {
    let told: Arc<AtomicU64> = Arc::default();
    let counted = told.clone();
    let hear = move || {
        counted.fetch_add(1, Ordering::Relaxed);
        std::future::ready(StatusCode::OK)
    };
    let listener = TcpListener::bind(local(0)).await?;
    let listens = listener.local_addr()?;
    let router = Router::new().route("/delivered", get(hear));
    let serving = spawn(async move {
        let _ = axum::serve(listener, router).await;
    });
    Ok((told, serving, listens))
}

/// What Kannel needs to know: one line to the message centre with our window, and receipts kept in memory.
fn configuration(centre: &Centre, [admin, smsbox, door]: [u16; 3], password: &str) -> String {
    let (host, port) = (centre.listens.ip(), centre.listens.port());
    let (login, word) = &centre.login;
    format!(
        "group = core\nadmin-port = {admin}\nadmin-interface = 127.0.0.1\nadmin-password = {password}\nsmsbox-port = {smsbox}\n\
         smsbox-interface = 127.0.0.1\nbox-deny-ip = \"*.*.*.*\"\nbox-allow-ip = \"127.0.0.1\"\ndlr-storage = internal\n\n\
         group = smsc\nsmsc = smpp\nsmsc-id = bench\nhost = {host}\nport = {port}\ntransceiver-mode = true\nsmsc-username = \"{login}\"\n\
         smsc-password = \"{word}\"\nsystem-type = \"\"\naddress-range = \"\"\nmax-pending-submits = {WINDOW}\n\n\
         group = smsbox\nbearerbox-host = 127.0.0.1\nsendsms-port = {door}\nsendsms-interface = 127.0.0.1\nglobal-sender = 7711\n\n\
         group = sendsms-user\nusername = bench\npassword = {password}\n"
    )
}

/// Its log, of errors only, stands beside its configuration.
fn run(program: &Path, configuration: &Path) -> anyhow::Result<Child> {
    let log = configuration.with_file_name("kannel.log");
    let lines = File::options()
        .create(true)
        .append(true)
        .open(&log)
        .with_context(|| format!("cannot make {}", log.display()))?;
    Command::new(program)
        .args(["-v", "3"])
        .arg(configuration)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(lines)
        .kill_on_drop(true)
        .spawn()
        .with_context(|| format!("{} could not be started", program.display()))
}

/// Somebody listens there.
async fn opened(port: u16, boxes: &mut [Child], folder: &Path) -> anyhow::Result<()> {
    let begun = Instant::now();
    while TcpStream::connect(local(port)).await.is_err() {
        let ended = boxes.iter_mut().any(|one| matches!(one.try_wait(), Ok(Some(_))));
        if ended || begun.elapsed() > STARTED_WITHIN {
            let log = std::fs::read_to_string(folder.join("kannel.log")).unwrap_or_default();
            bail!("Kannel did not start: {}", log.lines().last().unwrap_or("it said nothing"));
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    Ok(())
}

/// SIGTERM, and what does not end by that is killed.
async fn end(mut program: Child) -> anyhow::Result<()> {
    if let Some(pid) = program.id() {
        let _ = Command::new("kill").args(["-TERM", &pid.to_string()]).status().await;
    }
    if tokio::time::timeout(STOPPED_WITHIN, program.wait()).await.is_err() {
        program.kill().await.context("Kannel could not be stopped")?;
    }
    Ok(())
}

fn local(port: u16) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], port))
}

fn free_ports() -> anyhow::Result<[u16; 3]> {
    let taken = [(); 3].map(|()| std::net::TcpListener::bind(local(0)));
    let mut ports = [0; 3];
    for (port, listener) in ports.iter_mut().zip(&taken) {
        let listener = listener.as_ref().map_err(|error| anyhow::anyhow!("no port is free: {error}"))?;
        *port = listener.local_addr()?.port();
    }
    Ok(ports)
}
