//! Why a talk cannot go on, and what somebody who answers for an operation has to choose from.

/// Why a talk cannot go on as it is written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// Something else came.
    #[error("expected: {expected}\ngot:      {got}")]
    Otherwise { expected: String, got: String },
    /// The test asks for what cannot be done.
    #[error("{0}")]
    Impossible(String),
    /// The world has no answer for an operation.
    #[error(
        "the world has no answer for {operation}\nits outcomes are {}: add world: {{{operation}: …}}",
        names(outcomes)
    )]
    Unanswered {
        operation: String,
        outcomes: Vec<Ending>,
        /// Whether it only reads.
        question: bool,
    },
}

/// One way an operation may end, for somebody who has to choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ending {
    pub outcome: String,
    pub yields: Yields,
}

/// What an outcome carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Yields {
    Nothing,
    Value,
    Rows,
}

fn names(endings: &[Ending]) -> String {
    endings.iter().map(|ending| ending.outcome.as_str()).collect::<Vec<_>>().join(", ")
}

impl From<String> for Trouble {
    fn from(text: String) -> Self {
        Self::Impossible(text)
    }
}
