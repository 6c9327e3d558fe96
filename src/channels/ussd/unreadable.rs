//! Why a request cannot be read. The texts name fields and forms, never what a person typed or her number.

use thiserror::Error;

/// A request that its gateway's field map cannot read. The wording tells an operator what to compare with the company's documents.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Unreadable {
    #[error("the method is {found}: expected {expected}")]
    Method { found: String, expected: String },
    #[error("the path behind the key is not `{expected}`")]
    Path { expected: String },
    #[error("the body is not {expected}: {reason}")]
    Body { expected: &'static str, reason: String },
    #[error("the request has more than {0} fields")]
    TooMany(usize),
    #[error("the called method is {found:?}: expected {expected}")]
    Procedure { found: String, expected: String },
    #[error("the field {0} is missing or empty")]
    Missing(String),
    #[error("the field {field} is longer than {most} characters")]
    TooLong { field: String, most: usize },
    #[error("the field {0} holds no phone number in a form that this gateway's country allows")]
    Phone(String),
    #[error("the field {0} holds no whole number")]
    Sequence(String),
}
