//! An error as a database raises it.

use std::borrow::Cow;
use std::error::Error;

use sqlx::error::{DatabaseError, ErrorKind};

use super::commit::Abort;

#[derive(Debug, thiserror::Error)]
#[error("{} {}", .0.state, .0.message)]
struct Raised(Abort);

pub(super) fn raised(abort: Abort) -> sqlx::Error {
    sqlx::Error::Database(Box::new(Raised(abort)))
}

impl DatabaseError for Raised {
    fn message(&self) -> &str {
        &self.0.message
    }

    fn code(&self) -> Option<Cow<'_, str>> {
        Some(self.0.state.into())
    }

    fn as_error(&self) -> &(dyn Error + Send + Sync + 'static) {
        self
    }

    fn as_error_mut(&mut self) -> &mut (dyn Error + Send + Sync + 'static) {
        self
    }

    fn into_error(self: Box<Self>) -> Box<dyn Error + Send + Sync + 'static> {
        self
    }

    fn kind(&self) -> ErrorKind {
        ErrorKind::Other
    }
}
