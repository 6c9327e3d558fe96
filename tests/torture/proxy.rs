//! The way from an engine to its Postgres, which breaks on command: a TCP port before the server's socket.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use parking_lot::{Mutex, RwLock};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::frames::{Frames, Seen};

/// How the way is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Open,
    /// Every connection is refused or broken.
    Closed,
    /// Nothing passes and nothing is lost: what was sent arrives when the way is open again.
    Held,
    /// Questions arrive, answers wait until the way is open again.
    AnswersHeld,
    /// The server's side is gone and nobody told the engine's: what it sends is swallowed, also after the way is open again.
    HalfOpen,
}

/// Where a commit is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cut {
    /// Before the server has it: it did not happen.
    Before,
    /// As soon as it has gone up: it may have happened or not.
    Within,
    /// When the server has answered, and the answer has not gone down: it did happen.
    After,
}

/// A way to a server. It is gone when this is dropped.
#[derive(Debug)]
pub struct Proxy {
    pub port: u16,
    inner: Arc<Inner>,
    closing: CancellationToken,
}

#[derive(Debug)]
struct Inner {
    /// The server's socket; it moves when the server is started again.
    server: Arc<RwLock<PathBuf>>,
    way: watch::Sender<Way>,
    /// What happens to the next commit.
    cut: Mutex<Option<Cut>>,
    cuts: [AtomicUsize; 3],
    /// The next commit, and whatever follows it on its connection, is held until told otherwise.
    holding: watch::Sender<bool>,
    held: AtomicUsize,
    /// Pieces that had to wait for the way to open.
    waited: AtomicUsize,
    /// Cancelled and replaced when all connections are to break.
    alive: Mutex<CancellationToken>,
}

impl Proxy {
    pub async fn start(server: Arc<RwLock<PathBuf>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let inner = Arc::new(Inner {
            server,
            way: watch::Sender::new(Way::Open),
            cut: Mutex::new(None),
            cuts: Default::default(),
            holding: watch::Sender::new(false),
            held: AtomicUsize::new(0),
            waited: AtomicUsize::new(0),
            alive: Mutex::new(CancellationToken::new()),
        });
        let closing = CancellationToken::new();
        let accepting = accept(listener, inner.clone());
        tokio::spawn(closing.clone().run_until_cancelled_owned(accepting));
        Self { port, inner, closing }
    }

    pub fn set(&self, way: Way) {
        self.inner.way.send_replace(way);
        if matches!(way, Way::Closed) {
            self.break_all();
        }
    }

    /// Breaks every connection; new ones may come.
    pub fn break_all(&self) {
        std::mem::take(&mut *self.inner.alive.lock()).cancel();
    }

    /// Orders a cut of the next commit.
    pub fn cut_next(&self, cut: Cut) {
        *self.inner.cut.lock() = Some(cut);
    }

    /// How many commits were cut so.
    pub fn cuts(&self, cut: Cut) -> usize {
        self.inner.cuts[cut as usize].load(Ordering::SeqCst)
    }

    /// Pieces of questions that had to wait for the way to open.
    pub fn waited(&self) -> usize {
        self.inner.waited.load(Ordering::SeqCst)
    }

    /// Holds commits from now on: each that goes up waits here, and its connection with it.
    pub fn hold_commits(&self) {
        self.inner.held.store(0, Ordering::SeqCst);
        self.inner.holding.send_replace(true);
    }

    /// Lets them go on.
    pub fn release_commits(&self) {
        self.inner.holding.send_replace(false);
    }

    /// Commits held since [`Proxy::hold_commits`].
    pub fn held(&self) -> usize {
        self.inner.held.load(Ordering::SeqCst)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.closing.cancel();
        self.break_all();
    }
}

async fn accept(listener: TcpListener, inner: Arc<Inner>) {
    while let Ok((engine, _)) = listener.accept().await {
        let alive = inner.alive.lock().clone();
        tokio::spawn(alive.run_until_cancelled_owned(connect(engine, inner.clone())));
    }
}

async fn connect(engine: TcpStream, inner: Arc<Inner>) {
    let _ = engine.set_nodelay(true);
    let mut way = inner.way.subscribe();
    let _ = way.wait_for(|way| !matches!(way, Way::Held | Way::AnswersHeld)).await;
    let (mut from_engine, to_engine) = engine.into_split();
    if *way.borrow() == Way::HalfOpen {
        swallow(&mut from_engine).await;
        return;
    }
    let socket = inner.server.read().clone();
    let Ok(server) = UnixStream::connect(socket).await else { return };
    if *way.borrow() == Way::Closed {
        return;
    }
    let (from_server, to_server) = server.into_split();
    let link = Link { inner, way, frames: Frames::default(), cut_answer: Arc::default() };
    let down = link.clone_down();
    tokio::select! {
        () = link.up(from_engine, to_server) => {}
        () = down.down(from_server, to_engine) => {}
    }
}

async fn swallow(from_engine: &mut (impl AsyncRead + Unpin)) {
    let mut bytes = [0; 4096];
    while from_engine.read(&mut bytes).await.is_ok_and(|read| read > 0) {}
}

/// One direction of a connection.
struct Link {
    inner: Arc<Inner>,
    way: watch::Receiver<Way>,
    frames: Frames,
    /// The next whole answer is not to go down.
    cut_answer: Arc<AtomicBool>,
}

impl Link {
    fn clone_down(&self) -> Self {
        let Self { inner, way, cut_answer, .. } = self;
        Self { inner: inner.clone(), way: way.clone(), frames: Frames::default(), cut_answer: cut_answer.clone() }
    }

    /// Returns when the connection is over.
    async fn up(mut self, mut from: impl AsyncRead + Unpin, to: impl AsyncWrite + Unpin) {
        let mut to = Some(to);
        let mut bytes = vec![0; 64 * 1024];
        let mut cut_within = false;
        loop {
            let read = tokio::select! {
                read = from.read(&mut bytes) => read,
                _ = self.way.wait_for(|way| *way == Way::HalfOpen), if to.is_some() => { to = None; continue }
            };
            let Ok(read @ 1..) = read else { return };
            let seen = self.frames.feed(&bytes[..read]);
            if seen.contains(&Seen::Commit) {
                match self.inner.cut.lock().take() {
                    Some(Cut::Before) => return self.inner.count(Cut::Before),
                    Some(Cut::Within) => cut_within = true,
                    Some(Cut::After) => self.cut_answer.store(true, Ordering::SeqCst),
                    None => {}
                }
                if *self.inner.holding.borrow() {
                    self.inner.held.fetch_add(1, Ordering::SeqCst);
                    let _ = self.inner.holding.subscribe().wait_for(|holding| !holding).await;
                }
            }
            if *self.way.borrow() == Way::Held {
                self.inner.waited.fetch_add(1, Ordering::SeqCst);
            }
            let _ = self.way.wait_for(|way| *way != Way::Held).await;
            if *self.way.borrow() == Way::HalfOpen {
                to = None;
            }
            let Some(to) = &mut to else { continue };
            if to.write_all(&bytes[..read]).await.is_err() {
                return;
            }
            if cut_within && seen.last() == Some(&Seen::Asked) {
                return self.inner.count(Cut::Within);
            }
        }
    }

    async fn down(mut self, mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin) {
        let mut bytes = vec![0; 64 * 1024];
        loop {
            let read = from.read(&mut bytes).await.unwrap_or(0);
            let _ = self.way.wait_for(|way| !matches!(way, Way::Held | Way::AnswersHeld)).await;
            if *self.way.borrow() == Way::HalfOpen {
                // The engine's side stays as it is, until the engine gives it up.
                return std::future::pending().await;
            }
            if read == 0 {
                return;
            }
            if self.cut_answer.load(Ordering::SeqCst) {
                if is_ready_for_more(&bytes[..read]) {
                    return self.inner.count(Cut::After);
                }
                continue;
            }
            if to.write_all(&bytes[..read]).await.is_err() {
                return;
            }
        }
    }
}

impl Inner {
    fn count(&self, cut: Cut) {
        self.cuts[cut as usize].fetch_add(1, Ordering::SeqCst);
    }
}

/// Whether an answer ends here with `ReadyForQuery`, outside a transaction: what was asked is committed.
fn is_ready_for_more(bytes: &[u8]) -> bool {
    bytes.ends_with(&[b'Z', 0, 0, 0, 5, b'I'])
}
