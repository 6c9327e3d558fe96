//! A pool whose every answer has a limit. A peer that vanished without a word would be waited for as long as the kernel sends again, which is
//! a quarter of an hour, and its connection would keep its place in the pool for as long.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::RwLock;
use sqlx::PgPool;
use sqlx::postgres::PgConnectOptions;

use crate::store::{Result, StoreError};

/// How long a question may go unanswered before its connections count as lost.
const ANSWER_MAX: Duration = Duration::from_secs(10);
/// The same for the work of the night, which moves whole days.
const CHORE_MAX: Duration = Duration::from_mins(5);

/// A pool that is replaced by a fresh one when an answer fails to come. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Pools {
    now: Arc<RwLock<PgPool>>,
    fresh: fn(PgConnectOptions) -> PgPool,
    login: PgConnectOptions,
}

impl Pools {
    /// `first`, and later ones as `fresh` makes them.
    pub(super) fn new(first: PgPool, login: PgConnectOptions, fresh: fn(PgConnectOptions) -> PgPool) -> Self {
        Self { now: Arc::new(RwLock::new(first)), fresh, login }
    }

    /// The present pool.
    pub(super) fn now(&self) -> PgPool {
        self.now.read().clone()
    }

    /// The answer to a question that was asked through `pool`.
    pub(super) async fn answer<T>(&self, pool: &PgPool, question: impl Future<Output = Result<T>>) -> Result<T> {
        self.answer_within(ANSWER_MAX, pool, question).await
    }

    /// The same for a chore.
    pub(super) async fn finish<T>(&self, pool: &PgPool, chore: impl Future<Output = Result<T>>) -> Result<T> {
        self.answer_within(CHORE_MAX, pool, chore).await
    }

    async fn answer_within<T>(
        &self,
        most: Duration,
        pool: &PgPool,
        question: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        if let Ok(answer) = tokio::time::timeout(most, question).await {
            return answer;
        }
        self.replace(pool);
        Err(StoreError { what: "hear from the database in time", source: sqlx::Error::PoolTimedOut })
    }

    /// Whoever else waits for a connection of the lost pool hears that it is closed. Only the first to lose it replaces it.
    fn replace(&self, lost: &PgPool) {
        if lost.is_closed() {
            return;
        }
        tracing::warn!("the database did not answer in time: its connections are given up, and new ones are made");
        *self.now.write() = (self.fresh)(self.login.clone());
        // The future is not awaited: it would wait for the connections that are lost. What it begins with, no more acquiring, holds at once.
        drop(lost.close());
    }
}
