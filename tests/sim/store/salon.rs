//! What the salon's effects touch: what is taken, visits and what people thought of them.

use ganira::domain::{ContactId, TenantId, Timestamp};

use super::tables::Tables;

/// A hold, or the time of a visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Occupancy {
    pub contact: ContactId,
    /// Of a hold; `None`: booked.
    pub expires_at: Option<Timestamp>,
    pub service: i64,
    /// What is taken, buffers included.
    pub from: Timestamp,
    pub until: Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VisitState {
    Booked,
    Moved,
    Cancelled,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    pub contact: ContactId,
    pub service: i64,
    pub staff: i64,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    pub price_minor: i64,
    pub currency: String,
    /// In base64.
    pub name_sealed: Option<String>,
    /// The visit for whose row the name is sealed; `None`: its own.
    pub name_row: Option<String>,
    pub cancel_until: Timestamp,
    pub state: VisitState,
    /// The visit that this one took the place of.
    pub replaces: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feedback {
    pub contact: ContactId,
    pub stars: i16,
    pub words_sealed: Option<String>,
    pub at: Timestamp,
}

/// Takes a time for a hold: false where somebody has some of it already.
pub(super) fn hold(tables: &mut Tables, tenant: TenantId, owner: &str, resource: i64, hold: Occupancy) -> bool {
    let is_taken = tables.occupancies.iter().any(|((of, _, other), row)| {
        *of == tenant && *other == resource && row.from < hold.until && hold.from < row.until
    });
    !is_taken && tables.occupancies.add((tenant, owner.to_owned(), resource), hold)
}

/// Takes away up to a thousand holds that expired a minute ago.
pub(super) fn sweep(tables: &mut Tables, now: Timestamp) -> i32 {
    let old = now - chrono::TimeDelta::minutes(1);
    let is_old = |row: &Occupancy| row.expires_at.is_some_and(|at| at < old);
    let swept: Vec<_> = tables.occupancies.iter().filter(|(_, row)| is_old(row)).map(|(key, _)| key.clone()).collect();
    let swept = swept.iter().take(1000).filter(|key| tables.occupancies.take(key).is_some()).count();
    i32::try_from(swept).unwrap_or(i32::MAX)
}
