//! Starting and stopping the sandbox.

use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::routing::get;
use parking_lot::Mutex;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use url::Url;

use super::connection::{CuttableListener, Scissors};
use super::options::Options;
use super::sms::Sms;
use super::smsc::Smsc;
use super::state::{Inner, State};
use super::ussd::Ussd;
use super::webhook::Courier;
use super::{control, graph, provider, sms, smsc, ussd};

/// Why a sandbox did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("the sandbox cannot listen on {listen}: choose another address with GANIRA__SANDBOX__LISTEN")]
    Listen { listen: SocketAddr, source: std::io::Error },
    #[error("the sandbox cannot set up its HTTP client")]
    Client(#[from] reqwest::Error),
}

/// The stand-in for the companies.
#[derive(Debug, Clone, Copy)]
pub struct Sandbox;

impl Sandbox {
    /// Listens and serves until the handle is dropped. Port 0 takes a free one; see [`Handle::addr`].
    pub async fn start(options: Options) -> Result<Handle, StartError> {
        let failed = |source| StartError::Listen { listen: options.listen, source };
        let listener = TcpListener::bind(options.listen).await.map_err(failed)?;
        let addr = listener.local_addr().map_err(failed)?;
        let sms = Sms::new(options.sms.clone());
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        let smsc = match &options.smsc {
            Some(smsc) => {
                let failed = |source| StartError::Listen { listen: smsc.listen, source };
                Some(Smsc::start(smsc.clone(), tasks.clone(), stop.clone()).await.map_err(failed)?)
            }
            None => None,
        };
        let ussd = Ussd::new(options.ussd.clone());
        let inner = Inner { webhook_url: options.webhook_url.clone(), sms, ussd, ..Inner::default() };
        let state = Arc::new(State {
            courier: Courier::new(&options)?,
            options,
            smsc,
            inner: Mutex::new(inner),
            tasks,
            stop,
            base: OnceLock::from(format!("http://{addr}")),
        });
        let service = router(Arc::clone(&state)).into_make_service_with_connect_info::<Scissors>();
        let stop = state.stop.clone();
        state.tasks.spawn(async move {
            tokio::select! {
                served = axum::serve(CuttableListener(listener), service).into_future() => {
                    if let Err(error) = served {
                        tracing::error!(error = %error, "the sandbox stopped listening");
                    }
                }
                () = stop.cancelled() => {}
            }
        });
        Ok(Handle { addr, state })
    }

    /// Serves until `until` ends: the command `ganira sandbox`.
    pub async fn run(options: Options, until: impl Future<Output = ()>) -> Result<(), StartError> {
        let handle = Self::start(options).await?;
        tracing::info!(address = %handle.addr, "the sandbox stands in for the companies");
        until.await;
        handle.stop().await;
        Ok(())
    }
}

fn router(state: Arc<State>) -> Router {
    Router::new()
        .route("/healthz", get(|| async { "ok" }))
        .merge(graph::router())
        .merge(provider::router())
        .merge(sms::router())
        .merge(ussd::router())
        .merge(control::router())
        .merge(smsc::router())
        .with_state(state)
}

/// A running sandbox. Dropping it stops it.
pub struct Handle {
    addr: SocketAddr,
    state: Arc<State>,
}

impl Handle {
    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// What takes the place of `https://graph.facebook.com`.
    pub fn graph_url(&self) -> String {
        format!("http://{}/graph", self.addr)
    }

    /// Where the provider or server of this name is.
    pub fn provider_url(&self, name: &str) -> String {
        format!("http://{}/provider/{name}", self.addr)
    }

    /// What takes the place of the address of the company behind an SMS gateway.
    pub fn sms_url(&self, gateway: &str) -> String {
        format!("http://{}/sms/{gateway}", self.addr)
    }

    /// Where its message centre listens, if it has one.
    pub fn smsc_addr(&self) -> Option<SocketAddr> {
        self.state.smsc.as_ref().map(Smsc::addr)
    }

    /// Tells where webhooks go, when the engine's address becomes known or changes. Waiting webhooks follow.
    pub fn point_webhooks_at(&self, url: Url) {
        self.state.inner.lock().webhook_url = Some(url);
    }

    /// Stops serving and delivering, and waits until it has.
    pub async fn stop(self) {
        self.state.stop.cancel();
        self.state.tasks.close();
        self.state.tasks.wait().await;
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.state.stop.cancel();
    }
}

impl std::fmt::Debug for Handle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Handle").field("addr", &self.addr).finish_non_exhaustive()
    }
}
