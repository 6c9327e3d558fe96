//! What the salon's operations look like to a flow. The rules behind them stand in `operations`; names, types and sizes stand here.

use super::Type::{Date, DateTime, Money, Row, Rows, Whole};
use super::{Field, OperationKind, Outcome, Signature, Type};

/// A row's title, short enough for a list row on WhatsApp.
pub const LABEL: Type = Type::Text { chars_max: 24 };
/// A row's second line.
pub const NOTE: Type = Type::Text { chars_max: 72 };
/// A name of a service or a person, as a text uses it.
pub const NAME: Type = Type::Text { chars_max: 60 };
/// An opaque token: a flow passes it on and never looks into it.
pub const TOKEN: Type = Type::Text { chars_max: 64 };
/// An ISO date (`2026-11-21`), used as a row's id.
pub const DATE_ID: Type = Type::Text { chars_max: 10 };
/// `09:00`.
pub const TIME_LABEL: Type = Type::Text { chars_max: 5 };

const fn field(name: &'static str, kind: Type) -> Field {
    Field { name, kind, optional: false }
}

const fn found(rows: Type) -> Outcome {
    Outcome { name: "found", yields: Some(rows) }
}

const fn outcome(name: &'static str) -> Outcome {
    Outcome { name, yields: None }
}

const SERVICE: &[Field] = &[
    field("id", Whole),
    field("label", LABEL),
    // Price and minutes, as the person reads them.
    field("note", NOTE),
    field("minutes", Whole),
    field("price", Money),
];

const STAFF: &[Field] = &[field("id", Whole), field("label", LABEL), field("note", NOTE)];

const DAY: &[Field] = &[field("id", DATE_ID), field("label", LABEL), field("date", Date)];

const SLOT: &[Field] = &[
    field("id", TOKEN),
    field("label", TIME_LABEL),
    field("start", DateTime),
    field("staff", Whole),
    field("staff_name", NAME),
];

const HOLD: &[Field] =
    &[field("id", TOKEN), field("start", DateTime), field("staff_name", NAME), field("ends_at", DateTime)];

const BOOKED: &[Field] = &[
    field("id", TOKEN),
    field("start", DateTime),
    field("staff_name", NAME),
    field("service_label", NAME),
    field("price", Money),
];

const VISIT: &[Field] = &[
    field("id", TOKEN),
    field("label", LABEL),
    field("note", NOTE),
    field("start", DateTime),
    field("service_label", NAME),
    field("staff_name", NAME),
];

/// The services that can be booked now.
pub const SERVICES: Signature = Signature {
    name: "services",
    kind: OperationKind::Question,
    inputs: &[],
    outcomes: &[found(Rows { fields: SERVICE, rows_max: 30 })],
};

/// Who can do a service. The first row, id 0, is "anyone", in the person's language.
pub const STAFF_FOR: Signature = Signature {
    name: "staff_for",
    kind: OperationKind::Question,
    inputs: &[field("service", Whole)],
    outcomes: &[found(Rows { fields: STAFF, rows_max: 30 })],
};

/// The next days on which there is a free time. `staff` 0 means anyone.
pub const FREE_DAYS: Signature = Signature {
    name: "free_days",
    kind: OperationKind::Question,
    inputs: &[field("service", Whole), field("staff", Whole)],
    outcomes: &[found(Rows { fields: DAY, rows_max: 10 })],
};

/// The free times of a day (an ISO date, the id of a `free_days` row). The id of a row is an opaque token that says all that
/// `hold_slot` needs.
pub const FREE_SLOTS: Signature = Signature {
    name: "free_slots",
    kind: OperationKind::Question,
    inputs: &[field("service", Whole), field("staff", Whole), field("day", DATE_ID)],
    outcomes: &[found(Rows { fields: SLOT, rows_max: 30 })],
};

/// Keeps a time for the person until `ends_at`; replaces her earlier hold.
pub const HOLD_SLOT: Signature = Signature {
    name: "hold_slot",
    kind: OperationKind::Reservation,
    inputs: &[field("slot", TOKEN), field("service", Whole)],
    outcomes: &[Outcome { name: "held", yields: Some(Row(HOLD)) }, outcome("taken")],
};

/// Gives a held time back. A hold that is gone already counts as released.
pub const RELEASE_HOLD: Signature = Signature {
    name: "release_hold",
    kind: OperationKind::Guarded,
    inputs: &[field("hold", TOKEN)],
    outcomes: &[outcome("released")],
};

/// Turns a hold into a visit, while it is still the person's.
pub const BOOK_VISIT: Signature = Signature {
    name: "book_visit",
    kind: OperationKind::Guarded,
    inputs: &[field("hold", TOKEN), field("service", Whole), Field { name: "name", kind: NAME, optional: true }],
    outcomes: &[Outcome { name: "booked", yields: Some(Row(BOOKED)) }, outcome("lapsed")],
};

/// The person's visits that lie ahead, the nearest first.
pub const MY_VISITS: Signature = Signature {
    name: "my_visits",
    kind: OperationKind::Question,
    inputs: &[],
    outcomes: &[found(Rows { fields: VISIT, rows_max: 30 })],
};

/// Cancels a visit: `too_late` when the salon's notice period has begun, `gone` when there is no such visit any more.
pub const CANCEL_VISIT: Signature = Signature {
    name: "cancel_visit",
    kind: OperationKind::Guarded,
    inputs: &[field("visit", TOKEN)],
    outcomes: &[outcome("cancelled"), outcome("too_late"), outcome("gone")],
};

/// Types that flows name in `takes` and `ends`.
pub const TYPES: &[(&str, Type)] = &[
    ("salon.service_id", Whole),
    ("salon.service", Row(SERVICE)),
    ("salon.slot", Row(SLOT)),
    ("salon.hold", Row(HOLD)),
    ("salon.visit", Row(VISIT)),
];

/// All of them, as a flow set takes them.
pub const ALL: &[Signature] =
    &[SERVICES, STAFF_FOR, FREE_DAYS, FREE_SLOTS, HOLD_SLOT, RELEASE_HOLD, BOOK_VISIT, MY_VISITS, CANCEL_VISIT];
