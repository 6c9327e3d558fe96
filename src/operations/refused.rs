//! Why what staff asked for was not done.

/// A refusal to somebody who edits the business: what is wrong, and what to do. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    #[error("this business has no salon")]
    NoSalon,
    #[error("there is no {what} with the id {id}")]
    Absent { what: &'static str, id: i64 },
    #[error("somebody else changed it since you read it: read it again and decide anew")]
    Changed,
    #[error("{field}: {expected}")]
    Bad { field: &'static str, expected: String },
    #[error("the database did not answer")]
    Database(#[from] sqlx::Error),
}

impl Refused {
    pub fn bad(field: &'static str, expected: impl Into<String>) -> Self {
        Self::Bad { field, expected: expected.into() }
    }
}
