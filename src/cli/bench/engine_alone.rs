//! Turns a second of the engine alone, without a database and without HTTP: what is left to the database of two cores.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::inject::Injector;
use super::null_store;
use crate::cli::assemble;
use crate::crypto::random;

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Spec {
    pub people: u64,
    pub in_flight: usize,
    pub seconds: u64,
}

/// Turns a second.
pub(super) async fn run(spec: Spec) -> anyhow::Result<f64> {
    assemble::record_metrics();
    let folder = std::env::temp_dir().join(format!("ganira-bench-alone-{}", random::hex_token::<4>()));
    let engine = null_store::engine(null_store::settings(&folder, &[])?).await?;
    let _ = std::fs::remove_dir_all(folder);
    let injector = Injector::new(engine, spec.people).await?;
    injector.lead(0..spec.people).await?;
    injector.run(spec.in_flight, Duration::from_millis(500)).await?;
    injector.run(spec.in_flight, Duration::from_secs(spec.seconds)).await
}
