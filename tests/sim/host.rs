//! A host: a runtime of one thread whose time stands still unless it is stepped. A crash drops it, a pause does not step it.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};

use crate::time::{self, Face};

pub struct Host {
    pub face: Arc<Face>,
    runtime: Option<Runtime>,
    /// What the runtime believes that the world's time is.
    stepped_to: Duration,
}

impl Host {
    pub fn new(name: &'static str) -> Self {
        Self { face: Face::new(name), runtime: None, stepped_to: Duration::ZERO }
    }

    /// Begins `software` on a fresh runtime.
    pub fn boot(&mut self, now: Duration, software: impl Future<Output = ()> + Send + 'static) {
        let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        // Timers count in whole milliseconds from here.
        let _here = time::on(&self.face);
        runtime.block_on(async { self.face.set(now) });
        drop(runtime.spawn(software));
        self.stepped_to = now;
        self.runtime = Some(runtime);
    }

    /// Everything on it is gone between two instructions.
    pub fn crash(&mut self, now: Duration) {
        if let Some(runtime) = self.runtime.take() {
            self.face.set(now);
            let _here = time::on(&self.face);
            let handle = runtime.handle().clone();
            let _within = handle.enter();
            drop(runtime);
        }
    }

    /// Lives from `now` until `until`. If it was not stepped for a while, that while passes at once.
    pub fn step(&mut self, now: Duration, until: Duration) {
        let Some(runtime) = &self.runtime else { return };
        let _here = time::on(&self.face);
        let missed = now.saturating_sub(self.stepped_to);
        runtime.block_on(async {
            if !missed.is_zero() {
                tokio::time::advance(missed).await;
            }
            tokio::time::sleep(until.saturating_sub(now)).await;
        });
        self.stepped_to = until;
    }
}
