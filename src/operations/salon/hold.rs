//! `hold_slot`: keeps a time for the person. A reservation: it runs before the commit, expires by itself, and finds what it already took.

use std::slice;

use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::booking::{LocalDay, PlacedService, Search};
use crate::flows::{Question, Row, Value};
use crate::operations::arguments::{self, BadArgument};
use crate::operations::asker::{Answered, Asker, Trouble, row};
use crate::store::AppPool;
use crate::store::salon::busy::BusyWith;
use crate::store::salon::hold::{self, Held, NewHold};

use super::ids;
use super::roster::{Roster, Seeker};
use super::slot::Slot;

struct Arguments {
    slot: Slot,
    service: i64,
}

impl Arguments {
    fn read(arguments: &Row) -> Result<Self, BadArgument> {
        let slot = arguments::text(arguments, "slot")?.parse();
        let expected = "the id of a free_slots row";
        Ok(Self {
            slot: slot.map_err(|_| arguments::bad("slot", expected, arguments.get("slot")))?,
            service: arguments::whole(arguments, "service")?,
        })
    }
}

pub(in crate::operations) async fn answer(
    app: &AppPool,
    asker: &Asker<'_>,
    question: &Question,
) -> Result<Answered, Trouble> {
    let arguments = Arguments::read(&question.arguments)?;
    let id = ids::made("hold_slot", asker, question.ordinal);
    let mut transaction = app.writing(asker.tenant).await?;
    if let Some(held) = hold::find(&mut transaction, asker.tenant, asker.contact, id).await? {
        transaction.rollback().await?;
        return Ok(answer_of(&held));
    }
    let held = match plan(&mut transaction, asker, id, &arguments).await? {
        Some(new) => take(&mut transaction, asker, &new).await?,
        None => None,
    };
    let Some(held) = held else {
        // Her earlier hold stays hers.
        transaction.rollback().await?;
        return Ok(Answered::outcome("taken"));
    };
    transaction.commit().await?;
    Ok(answer_of(&held))
}

/// The hold to try for; `None` if the slot is not one that the salon offers, whoever may have it: tokens come from outside, and hours
/// change while people think. Other people's visits and holds are left to the database to judge.
async fn plan(
    connection: &mut PgConnection,
    asker: &Asker<'_>,
    id: Uuid,
    Arguments { slot, service }: &Arguments,
) -> sqlx::Result<Option<NewHold>> {
    if slot.staff == 0 {
        return Ok(None);
    }
    let seeker = Seeker::from(asker);
    let Some(roster) = Roster::read(connection, &seeker, *service, slot.staff).await? else { return Ok(None) };
    let day = LocalDay::new(asker.zone, slot.start.with_timezone(&asker.zone).date_naive());
    let Some(window) = day.whole() else { return Ok(None) };
    let mut busy = roster.busy(connection, &seeker, window).await?;
    busy.retain(|busy| busy.with == BusyWith::TimeOff);
    let diary = roster.diary(slice::from_ref(&day), &busy);
    let Some(placed) = (Search { diary: &diary, visit: &roster.wanted }).at(&day, slot.start) else { return Ok(None) };
    let [PlacedService { during, taken, .. }] = placed.services.as_slice() else { return Ok(None) };
    let [taken] = taken.as_slice() else { return Ok(None) };
    Ok(Some(NewHold {
        id,
        contact: asker.contact,
        staff: slot.staff,
        service: *service,
        visit: *during,
        taken: *taken,
        minutes: roster.house.hold_minutes,
    }))
}

async fn take(connection: &mut PgConnection, asker: &Asker<'_>, new: &NewHold) -> sqlx::Result<Option<Held>> {
    hold::queue_up(connection, asker.tenant, new.contact, new.staff).await?;
    hold::make_room(connection, asker.tenant, new).await?;
    if !hold::take(connection, asker.tenant, new).await? {
        return Ok(None);
    }
    hold::find(connection, asker.tenant, new.contact, new.id).await
}

fn answer_of(held: &Held) -> Answered {
    Answered::outcome("held").with_row(row([
        ("id", Value::text(held.id.to_string())),
        ("start", Value::DateTime(held.visit.start())),
        ("staff_name", Value::text(&held.staff_label)),
        ("ends_at", Value::DateTime(held.expires_at)),
    ]))
}
