//! HTTP towards us: webhooks and system endpoints.

pub mod problem;
pub mod system;
pub mod v1;
pub mod webhooks;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::{any, get};
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::sync::Semaphore;

use crate::actors::Engine;
use crate::channels::whatsapp::App;
use crate::config::Networks;
use crate::store::AppPool;

/// Bodies of requests held in memory at once, all together, in KiB.
const BODIES_KIB_MAX: usize = 64 * 1024;

/// What the handlers work with. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Api {
    pub engine: Engine,
    /// The admin API's door to the database.
    pub app: AppPool,
    /// The apps whose webhooks are believed.
    pub apps: Arc<[App]>,
    pub metrics: Metrics,
    pub body_bytes_max: usize,
    pub request_timeout: Duration,
    /// Proxies of our own, which are believed about whom they took a request from.
    pub trusted_proxies: Option<Networks>,
    bodies_kib: Arc<Semaphore>,
}

/// Renders what was measured. Cheap to clone.
#[derive(Clone)]
pub struct Metrics(Arc<dyn Fn() -> String + Send + Sync>);

impl Metrics {
    /// What `render` gives, in Prometheus' text format.
    pub fn new(render: impl Fn() -> String + Send + Sync + 'static) -> Self {
        Self(Arc::new(render))
    }

    fn render(&self) -> String {
        (self.0)()
    }
}

impl From<PrometheusHandle> for Metrics {
    fn from(handle: PrometheusHandle) -> Self {
        Self::new(move || handle.render())
    }
}

impl std::fmt::Debug for Metrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Metrics")
    }
}

impl Api {
    pub fn new(engine: Engine, metrics: Metrics, app: AppPool) -> Self {
        let config = &engine.world().settings;
        let apps = config
            .whatsapp_apps
            .iter()
            .map(|(name, app)| App::new(name.as_str(), app.secrets.as_slice(), app.verify_token.clone()));
        Self {
            apps: apps.collect(),
            metrics,
            body_bytes_max: config.server.body_bytes_max,
            request_timeout: Duration::from_millis(config.server.request_timeout_ms),
            trusted_proxies: config.server.trusted_proxies.clone(),
            bodies_kib: Arc::new(Semaphore::new(BODIES_KIB_MAX)),
            engine,
            app,
        }
    }

    /// All routes.
    pub fn router(self) -> Router {
        Router::new()
            .route("/webhooks/whatsapp", get(webhooks::whatsapp::handshake).post(webhooks::whatsapp::receive))
            .route("/webhooks/whatsapp/{app}", get(webhooks::whatsapp::handshake).post(webhooks::whatsapp::receive))
            .route("/webhooks/ussd/{gateway}/{key}", any(webhooks::ussd::receive))
            .route("/webhooks/ussd/{gateway}/{key}/{*rest}", any(webhooks::ussd::receive))
            .route("/webhooks/sms/{gateway}/{key}", any(webhooks::sms::receive))
            .route("/webhooks/sms/{gateway}/{key}/status", any(webhooks::sms::receive))
            .route("/healthz", get(system::alive))
            .route("/readyz", get(system::ready))
            .route("/metrics", get(system::metrics))
            .route("/system/health", get(system::health))
            .route("/system/info", get(system::info))
            .route("/system/metrics", get(system::metrics))
            .nest("/api/v1", v1::router())
            .fallback(problem::no_such_page)
            .with_state(self)
    }
}
