//! What the salon's operations look like to a flow. The rules behind them stand in `operations`; names, types and sizes stand here.

use super::Type::{Date, DateTime, Money, Row, Rows, Whole, YesNo};
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
/// A part of the day: `morning` (before 12:00), `afternoon` (12:00 to 17:00), `evening` (from 17:00) or `any`.
pub const PART: Type = Type::Text { chars_max: 9 };
/// What a consent is for, a word of the flow such as `reminders`: lower case, digits, `_` and `.`.
pub const PURPOSE: Type = Type::Text { chars_max: 40 };
/// What a person has to say of a visit; longer words are cut.
pub const WORDS: Type = Type::Text { chars_max: 500 };
/// Opening hours, one line for days that are alike: `Mon–Fri 08:00–18:00`.
pub const HOURS: Type = Type::Texts { chars_max: 72, items_max: 7 };

const fn field(name: &'static str, kind: Type) -> Field {
    Field { name, kind, optional: false }
}

const fn optional(name: &'static str, kind: Type) -> Field {
    Field { name, kind, optional: true }
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
    field("service", Whole),
    field("service_label", NAME),
    field("staff", Whole),
    field("staff_name", NAME),
];

const ABOUT: &[Field] = &[
    field("name", Type::Text { chars_max: 80 }),
    optional("address", Type::Text { chars_max: 160 }),
    // A link that shows the way.
    optional("map", Type::Text { chars_max: 200 }),
    field("hours", HOURS),
    field("open_now", YesNo),
];

const CONSENT: &[Field] = &[field("asked", YesNo), field("given", YesNo)];

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

/// The next days on which there is a free time, beginning with `from` where it is given. `staff` 0 means anyone.
pub const FREE_DAYS: Signature = Signature {
    name: "free_days",
    kind: OperationKind::Question,
    inputs: &[field("service", Whole), field("staff", Whole), optional("from", Date)],
    outcomes: &[found(Rows { fields: DAY, rows_max: 10 })],
};

/// The free times of a day or of a part of it. The day is given either as `day` (an ISO date, the id of a `free_days` row) or as `date`.
/// The id of a row is an opaque token that says all that `hold_slot` needs.
pub const FREE_SLOTS: Signature = Signature {
    name: "free_slots",
    kind: OperationKind::Question,
    inputs: &[
        field("service", Whole),
        field("staff", Whole),
        optional("day", DATE_ID),
        optional("date", Date),
        optional("part", PART),
    ],
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
    inputs: &[field("hold", TOKEN), field("service", Whole), optional("name", NAME)],
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

/// Puts a held time in the place of a booked visit, whose own time is free again: all or nothing. `gone` when there is no such visit any more,
/// `too_late` when the salon's notice period for it has begun, `lapsed` when the hold is no longer the person's. Price and notice period are those
/// of a new booking. Without `name` the visit keeps the one it had.
pub const MOVE_VISIT: Signature = Signature {
    name: "move_visit",
    kind: OperationKind::Guarded,
    inputs: &[field("visit", TOKEN), field("hold", TOKEN), optional("name", NAME)],
    outcomes: &[
        Outcome { name: "moved", yields: Some(Row(BOOKED)) },
        outcome("lapsed"),
        outcome("too_late"),
        outcome("gone"),
    ],
};

/// Where the salon is and when it is open, by the working hours of its staff.
pub const ABOUT_SALON: Signature =
    Signature { name: "about_salon", kind: OperationKind::Question, inputs: &[], outcomes: &[found(Row(ABOUT))] };

/// Keeps what the person thinks of a visit, or without one of the salon: 1 to 5 `stars`. A later word on a visit replaces the earlier.
/// `gone` when the visit was cancelled, moved or never hers.
pub const LEAVE_FEEDBACK: Signature = Signature {
    name: "leave_feedback",
    kind: OperationKind::Guarded,
    inputs: &[optional("visit", TOKEN), field("stars", Whole), optional("words", WORDS)],
    outcomes: &[outcome("kept"), outcome("gone")],
};

/// Records what the person allows or forbids, with the door by which she said so.
pub const RECORD_CONSENT: Signature = Signature {
    name: "record_consent",
    kind: OperationKind::Guarded,
    inputs: &[field("purpose", PURPOSE), field("given", YesNo), optional("channel", Type::Text { chars_max: 20 })],
    outcomes: &[outcome("recorded")],
};

/// What the person last said to a purpose: whether she was `asked`, and whether it is `given`.
pub const HAS_CONSENT: Signature = Signature {
    name: "has_consent",
    kind: OperationKind::Question,
    inputs: &[field("purpose", PURPOSE)],
    outcomes: &[found(Row(CONSENT))],
};

/// Types that flows name in `takes` and `ends`.
pub const TYPES: &[(&str, Type)] = &[
    ("salon.service_id", Whole),
    ("salon.service", Row(SERVICE)),
    ("salon.slot", Row(SLOT)),
    ("salon.hold", Row(HOLD)),
    ("salon.booked", Row(BOOKED)),
    ("salon.visit", Row(VISIT)),
    ("salon.visit_id", TOKEN),
    ("salon.about", Row(ABOUT)),
];

/// All of them, as a flow set takes them.
pub const ALL: &[Signature] = &[
    SERVICES,
    STAFF_FOR,
    FREE_DAYS,
    FREE_SLOTS,
    HOLD_SLOT,
    RELEASE_HOLD,
    BOOK_VISIT,
    MY_VISITS,
    CANCEL_VISIT,
    MOVE_VISIT,
    ABOUT_SALON,
    LEAVE_FEEDBACK,
    RECORD_CONSENT,
    HAS_CONSENT,
];
