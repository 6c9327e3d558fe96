//! What operations look like to a flow: their signatures, against which `check` types every step that names one.
//!
//! A question's outcome is named `found`. The answer `unavailable` belongs to no signature: every operation may give it.

pub mod declared;
pub mod salon;

/// How an operation takes effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OperationKind {
    /// Reads only.
    Question,
    /// Runs before the commit in a transaction of its own, expires by itself, keyed by (event, ordinal): the first result wins.
    Reservation,
    /// Is written by the commit itself under a guard. The turn assumes its expected outcome; if the guard fails at the commit, the turn
    /// is refused and runs again with the true outcome as the answer.
    Guarded,
}

/// The type of a value, with the largest size it may have, so that `check` can prove that every screen fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    Text { chars_max: u16 },
    Whole,
    Decimal,
    YesNo,
    Money,
    Date,
    Time,
    DateTime,
    Duration,
    Place,
    Media,
    Texts { chars_max: u16, items_max: u16 },
    Row(&'static [Field]),
    Rows { fields: &'static [Field], rows_max: u16 },
}

/// A named part of a row, or an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    pub name: &'static str,
    pub kind: Type,
    /// May be absent: an expression must guard it with `has`.
    pub optional: bool,
}

/// One way an operation may end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    pub name: &'static str,
    /// What it yields to the step's `as` name.
    pub yields: Option<Type>,
}

/// Everything a flow may know of an operation. The first outcome is the expected one. Rows that are empty take the step's `empty` arm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signature {
    pub name: &'static str,
    pub kind: OperationKind,
    pub inputs: &'static [Field],
    pub outcomes: &'static [Outcome],
}

/// The engine's own: a person of the staff is to take the conversation over.
pub const HAND_OVER: Signature = Signature {
    name: "hand_over",
    kind: OperationKind::Guarded,
    inputs: &[
        Field { name: "queue", kind: Type::Text { chars_max: 40 }, optional: false },
        // She is to be called back: on a keypad nobody can write to her.
        Field { name: "call_back", kind: Type::YesNo, optional: true },
    ],
    outcomes: &[Outcome { name: "taken", yields: None }, Outcome { name: "nobody", yields: None }],
};
