//! What stands before several engines, as a load balancer does: one address, and connections to whoever is ready.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

/// How often each engine is asked, and how long it may think about it.
const ASK_EVERY: Duration = Duration::from_millis(50);
const ANSWER_WITHIN: Duration = Duration::from_secs(1);
/// What one that says it rests may still bring to its end.
const GRACE: Duration = Duration::from_secs(1);

/// A front. It is gone when this is dropped.
#[derive(Debug)]
pub struct Front {
    pub address: SocketAddr,
    inner: Arc<Mutex<Inner>>,
    closing: CancellationToken,
}

#[derive(Debug, Default)]
struct Inner {
    target: Option<SocketAddr>,
    /// Ends the connections to a target that does not answer any more.
    alive: CancellationToken,
    states: BTreeMap<SocketAddr, State>,
}

/// How an engine took the question whether it is ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Ready,
    /// It says that it is not: what it has begun it may end.
    Resting,
    Silent,
}

impl Front {
    pub async fn start(engines: Vec<SocketAddr>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let inner: Arc<Mutex<Inner>> = Arc::default();
        let closing = CancellationToken::new();
        tokio::spawn(closing.clone().run_until_cancelled_owned(accept(listener, inner.clone())));
        for engine in engines {
            tokio::spawn(closing.clone().run_until_cancelled_owned(watch(engine, inner.clone())));
        }
        Self { address, inner, closing }
    }

    /// The engine that connections go to now.
    pub fn target(&self) -> Option<SocketAddr> {
        self.inner.lock().target
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        self.closing.cancel();
        self.inner.lock().alive.cancel();
    }
}

async fn accept(listener: TcpListener, inner: Arc<Mutex<Inner>>) {
    while let Ok((mut client, _)) = listener.accept().await {
        let (target, alive) = {
            let inner = inner.lock();
            (inner.target, inner.alive.clone())
        };
        // Nobody is ready: the connection closes.
        let Some(target) = target else { continue };
        let passing = async move {
            let Ok(mut engine) = TcpStream::connect(target).await else { return };
            let _ = (client.set_nodelay(true), engine.set_nodelay(true));
            let _ = copy_bidirectional(&mut client, &mut engine).await;
        };
        tokio::spawn(alive.run_until_cancelled_owned(passing));
    }
}

/// Asks one engine again and again.
async fn watch(engine: SocketAddr, inner: Arc<Mutex<Inner>>) {
    let http = reqwest::Client::builder().timeout(ANSWER_WITHIN).build().unwrap();
    loop {
        let state = ask(&http, engine).await;
        inner.lock().hear(engine, state);
        tokio::time::sleep(ASK_EVERY).await;
    }
}

impl Inner {
    fn hear(&mut self, engine: SocketAddr, state: State) {
        self.states.insert(engine, state);
        let present = self.target.and_then(|target| self.states.get(&target)).copied().unwrap_or(State::Silent);
        if present == State::Ready {
            return;
        }
        let next = self.states.iter().find(|(_, state)| **state == State::Ready).map(|(engine, _)| *engine);
        if next != self.target {
            let old = std::mem::take(&mut self.alive);
            let grace = if present == State::Silent { Duration::ZERO } else { GRACE };
            tokio::spawn(async move {
                tokio::time::sleep(grace).await;
                old.cancel();
            });
            self.target = next;
        }
    }
}

async fn ask(http: &reqwest::Client, engine: SocketAddr) -> State {
    match http.get(format!("http://{engine}/readyz")).send().await {
        Ok(answer) if answer.status().is_success() => State::Ready,
        Ok(_) => State::Resting,
        Err(_) => State::Silent,
    }
}
