//! The effects of the salon: visits booked, moved and cancelled, feedback, consent.

use ganira::domain::{TenantId, Timestamp};

use super::super::commit::Abort;
use super::super::salon::{Feedback, Occupancy, Visit, VisitState};
use super::super::tables::{Consent, Tables};
use super::Asked;
use super::arguments::{instant, needed, number, text};

type Held = (TenantId, String, i64);

/// The contact's own unexpired hold that the arguments name.
fn held(tables: &Tables, asked: &Asked<'_>, now: Timestamp) -> Option<Held> {
    let owner = text(asked.args, "hold")?;
    let is_hers = |row: &Occupancy| row.contact == asked.of.contact && row.expires_at.is_some_and(|at| at > now);
    let found = tables
        .occupancies
        .iter()
        .find(|((tenant, of, _), row)| *tenant == asked.of.tenant && *of == owner && is_hers(row))?;
    Some(found.0.clone())
}

/// Her visit that the arguments name.
fn visit<'t>(tables: &'t Tables, asked: &Asked<'_>) -> Option<((TenantId, String), &'t Visit)> {
    let key = (asked.of.tenant, text(asked.args, "visit")?);
    let visit = tables.visits.get(&key).filter(|visit| visit.contact == asked.of.contact)?;
    Some((key, visit))
}

fn written(asked: &Asked<'_>) -> Result<Visit, Abort> {
    Ok(Visit {
        contact: asked.of.contact,
        service: number(asked.args, "service")?,
        staff: number(asked.args, "staff")?,
        starts_at: instant(asked.args, "starts_at")?,
        ends_at: instant(asked.args, "ends_at")?,
        price_minor: number(asked.args, "price_minor")?,
        currency: needed(asked.args, "currency")?,
        name_sealed: text(asked.args, "name_sealed"),
        name_row: None,
        cancel_until: instant(asked.args, "cancel_until")?,
        state: VisitState::Booked,
        replaces: None,
    })
}

fn book_held(tables: &mut Tables, held: &Held, visit: Visit) -> Result<bool, Abort> {
    tables.occupancies.change(held, |row| row.expires_at = None);
    if tables.visits.add((held.0, held.1.clone()), visit) { Ok(true) } else { Err(Abort::unique("visit")) }
}

pub(super) fn book(tables: &mut Tables, asked: &Asked<'_>, now: Timestamp) -> Result<bool, Abort> {
    let Some(held) = held(tables, asked, now) else { return Ok(false) };
    book_held(tables, &held, written(asked)?)
}

pub(super) fn inspect_booking(tables: &Tables, asked: &Asked<'_>, now: Timestamp) -> Option<&'static str> {
    held(tables, asked, now).is_none().then_some("lapsed")
}

fn free(tables: &mut Tables, of: &(TenantId, String)) {
    tables.occupancies.take_where(|(tenant, owner, _), _| (tenant, owner) == (&of.0, &of.1));
}

pub(super) fn cancel(tables: &mut Tables, asked: &Asked<'_>) -> Result<bool, Abort> {
    if inspect_cancelling(tables, asked)?.is_some() {
        return Ok(false);
    }
    let Some((key, _)) = visit(tables, asked) else { return Ok(false) };
    tables.visits.change(&key, |visit| visit.state = VisitState::Cancelled);
    free(tables, &key);
    Ok(true)
}

pub(super) fn inspect_cancelling(tables: &Tables, asked: &Asked<'_>) -> Result<Option<&'static str>, Abort> {
    let at = instant(asked.args, "at")?;
    Ok(match visit(tables, asked).filter(|(_, visit)| visit.state == VisitState::Booked) {
        Some((_, visit)) => (at > visit.cancel_until).then_some("too_late"),
        None => Some("gone"),
    })
}

pub(super) fn shift(tables: &mut Tables, asked: &Asked<'_>, now: Timestamp) -> Result<bool, Abort> {
    let Some(held) = held(tables, asked, now) else { return Ok(false) };
    if inspect_cancelling(tables, asked)?.is_some() {
        return Ok(false);
    }
    let Some((key, old)) = visit(tables, asked).map(|(key, visit)| (key, visit.clone())) else { return Ok(false) };
    let mut new = written(asked)?;
    if new.name_sealed.is_none() && old.name_sealed.is_some() {
        new.name_sealed = old.name_sealed;
        new.name_row = Some(old.name_row.unwrap_or_else(|| key.1.clone()));
    }
    new.replaces = Some(key.1.clone());
    tables.visits.change(&key, |visit| visit.state = VisitState::Moved);
    free(tables, &key);
    book_held(tables, &held, new)
}

/// Of several moves of one visit only the first can be.
pub(super) fn inspect_shift(
    tables: &Tables,
    asked: &Asked<'_>,
    before: &[Asked<'_>],
    now: Timestamp,
) -> Result<Option<&'static str>, Abort> {
    let named = |asked: &Asked<'_>| (asked.of.tenant, text(asked.args, "visit"));
    if before.iter().any(|earlier| named(earlier) == named(asked)) {
        return Ok(Some("gone"));
    }
    let outcome = inspect_cancelling(tables, asked)?;
    Ok(outcome.or_else(|| held(tables, asked, now).is_none().then_some("lapsed")))
}

pub(super) fn release(tables: &mut Tables, asked: &Asked<'_>) {
    let owner = text(asked.args, "hold");
    tables.occupancies.take_where(|(tenant, of, _), row| {
        let is_hers = *tenant == asked.of.tenant && row.contact == asked.of.contact;
        is_hers && Some(of) == owner.as_ref() && row.expires_at.is_some()
    });
}

pub(super) fn leave_feedback(tables: &mut Tables, asked: &Asked<'_>) -> Result<bool, Abort> {
    if inspect_feedback(tables, asked).is_some() {
        return Ok(false);
    }
    let row = Feedback {
        contact: asked.of.contact,
        stars: number(asked.args, "stars")?,
        words_sealed: text(asked.args, "words_sealed"),
        at: instant(asked.args, "at")?,
    };
    if !(1..=5).contains(&row.stars) {
        return Err(Abort::check("feedback"));
    }
    let key = (asked.of.tenant, needed(asked.args, "id")?);
    let Feedback { stars, words_sealed, at, .. } = row.clone();
    if !tables.feedback.change(&key, |earlier| *earlier = Feedback { stars, words_sealed, at, ..*earlier }) {
        tables.feedback.put(key, row);
    }
    Ok(true)
}

pub(super) fn inspect_feedback(tables: &Tables, asked: &Asked<'_>) -> Option<&'static str> {
    text(asked.args, "visit")?;
    let stands = visit(tables, asked).is_some_and(|(_, visit)| visit.state == VisitState::Booked);
    (!stands).then_some("gone")
}

pub(super) fn record_consent(tables: &mut Tables, asked: &Asked<'_>) -> Result<(), Abort> {
    let key = (asked.of, needed(asked.args, "purpose")?, instant(asked.args, "at")?);
    let given = needed(asked.args, "given")? == "true";
    tables.consents.put(key, Consent { given, channel: text(asked.args, "channel") });
    Ok(())
}
