//! Use cases: rules and one transaction each. The one door to the tables for flows, API and command line alike.

pub mod api_keys;
pub mod arguments;
pub mod asker;
pub mod dead_letters;
pub mod flows;
pub mod hand_overs;
pub mod keeping;
pub mod keys;
pub mod news;
pub mod people;
pub mod refused;
pub mod registry;
pub mod requests;
pub mod salon;
pub mod servers;
pub mod sms_numbers;
pub mod tenants;
pub mod thread;

use sqlx::{Postgres, Transaction};

use crate::flows::Question;
use crate::store::AppPool;

pub use asker::{Answered, Asker, Seal, Trouble};
use registry::{Entry, Run};

/// Answers what flows ask.
#[derive(Debug, Clone)]
pub struct Operations {
    app: AppPool,
}

impl Operations {
    pub fn new(app: AppPool) -> Self {
        Self { app }
    }

    /// Answers one round of a turn's questions, in their order. Everything that only reads shares one transaction; a reservation has its own,
    /// committed before this returns.
    ///
    /// Never fails: where the database or an argument is at fault the answer's outcome is `unavailable`, and the cause is logged here.
    /// May be cancelled at any point and asked again: a reservation finds what it already took.
    pub async fn answer(&self, asker: &Asker<'_>, questions: &[Question]) -> Vec<Answered> {
        let mut round = Round { app: &self.app, reading: None, failed: false };
        let mut answers = Vec::with_capacity(questions.len());
        for question in questions {
            answers.push(match asker.true_outcomes.get(&question.ordinal) {
                Some(outcome) => Answered::outcome(outcome.clone()),
                None => round.answer(asker, question).await,
            });
        }
        round.finish().await;
        answers
    }
}

/// One round of questions and the transaction they share.
struct Round<'a> {
    app: &'a AppPool,
    reading: Option<Transaction<'static, Postgres>>,
    /// The database failed in this round: its transaction is useless, and one line in the log is enough.
    failed: bool,
}

impl Round<'_> {
    async fn answer(&mut self, asker: &Asker<'_>, question: &Question) -> Answered {
        if self.failed {
            return Answered::away();
        }
        match self.run(asker, question).await {
            Ok(answered) => answered,
            Err(trouble) => {
                self.failed = matches!(trouble, Trouble::Database(_));
                tracing::error!(
                    tenant.id = asker.tenant.0,
                    operation = question.operation,
                    error = &trouble as &dyn std::error::Error,
                    "an operation could not be answered"
                );
                if self.failed { Answered::away() } else { Answered::unavailable() }
            }
        }
    }

    async fn run(&mut self, asker: &Asker<'_>, question: &Question) -> Result<Answered, Trouble> {
        let Some(Entry { run, .. }) = registry::find(&question.operation) else {
            return Err(Trouble::UnknownOperation(question.operation.clone()));
        };
        match run {
            Run::Reserve(reserve) => reserve(self.app, asker, question).await,
            Run::Read(read) => {
                let reading = match &mut self.reading {
                    Some(reading) => reading,
                    none => none.insert(self.app.reading(asker.tenant).await?),
                };
                read(reading, asker, question).await
            }
        }
    }

    /// Gives the connection back. Nothing was written, so a failure loses nothing.
    async fn finish(self) {
        if let Some(reading) = self.reading
            && let Err(error) = reading.rollback().await
        {
            tracing::debug!(error = &error as &dyn std::error::Error, "a finished reading transaction was lost");
        }
    }
}
