//! What is known of a service and of the staff who could give it: read once per question, then asked day by day.

use std::collections::BTreeMap;

use chrono::{NaiveDate, TimeDelta};
use sqlx::PgConnection;

use crate::domain::{TimeWindow, Timestamp};
use crate::operations::asker::Asker;
use crate::store::salon::busy::{Busy, BusyWith, busy};
use crate::store::salon::catalogue::{self, House, Service, Staff};
use crate::store::salon::hours::{WorkingHours, working_hours};

use super::availability::{PersonDay, Wanted, free_starts};
use super::local_day::LocalDay;

/// A service, its staff and their hours.
#[derive(Debug)]
pub struct Roster {
    pub house: House,
    pub service: Service,
    pub staff: Vec<Staff>,
    hours: Vec<WorkingHours>,
    pub wanted: Wanted,
}

/// A start, and who would take it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Free<'a> {
    pub start: Timestamp,
    pub staff: &'a Staff,
}

impl Roster {
    /// Reads the roster of `service`, for one of its staff or, with `staff` 0, for all. `None` where nobody offers it.
    pub async fn read(
        connection: &mut PgConnection,
        asker: &Asker<'_>,
        service: i64,
        staff: i64,
    ) -> sqlx::Result<Option<Self>> {
        let Some(house) = catalogue::house(connection, asker.tenant).await? else { return Ok(None) };
        let Some(service) = catalogue::service(connection, asker.tenant, service).await? else { return Ok(None) };
        let mut people = catalogue::staff_for(connection, asker.tenant, service.id).await?;
        people.retain(|person| staff == 0 || person.id == staff);
        if people.is_empty() {
            return Ok(None);
        }
        let ids: Vec<i64> = people.iter().map(|person| person.id).collect();
        let hours = working_hours(connection, asker.tenant, &ids).await?;
        let wanted = wanted(&house, &service, asker.now);
        Ok(Some(Self { house, service, staff: people, hours, wanted }))
    }

    /// What takes these people's time in `window`.
    pub async fn busy(
        &self,
        connection: &mut PgConnection,
        asker: &Asker<'_>,
        window: TimeWindow,
    ) -> sqlx::Result<Vec<Busy>> {
        let ids: Vec<i64> = self.staff.iter().map(|person| person.id).collect();
        // Footprints reach over the window's edges by their buffers.
        let reach = TimeDelta::days(1);
        let wide = TimeWindow::new(window.start() - reach, window.end() + reach).unwrap_or(window);
        busy(connection, asker.tenant, asker.contact, &ids, wide).await
    }

    /// The free starts of a day, one line each. Of several people the one with the fewest visits that day takes it, then the first by id.
    pub fn free(&self, day: &LocalDay, busy: &[Busy]) -> Vec<Free<'_>> {
        let mut chosen: BTreeMap<Timestamp, (usize, &Staff)> = BTreeMap::new();
        for person in &self.staff {
            let load = visits_on(day, person.id, busy);
            for start in free_starts(day, &self.person_day(day, person.id, busy), &self.wanted) {
                let best = chosen.entry(start).or_insert((load, person));
                if (load, person.id) < (best.0, best.1.id) {
                    *best = (load, person);
                }
            }
        }
        chosen.into_iter().map(|(start, (_, staff))| Free { start, staff }).collect()
    }

    /// The dates that can be booked.
    pub fn dates(&self, asker: &Asker<'_>) -> impl Iterator<Item = NaiveDate> + use<> {
        let local = |at: Timestamp| at.with_timezone(&asker.zone).date_naive();
        let last = local(self.wanted.latest);
        local(self.wanted.earliest).iter_days().take_while(move |date| *date <= last)
    }

    fn person_day(&self, day: &LocalDay, staff: i64, busy: &[Busy]) -> PersonDay {
        let hours = self.hours.iter().filter(|hours| hours.staff == staff && hours.weekday == day.weekday());
        let of = |off: bool| {
            let mine = busy.iter().filter(move |busy| busy.staff == staff && (busy.with == BusyWith::TimeOff) == off);
            mine.map(|busy| busy.during).collect()
        };
        PersonDay {
            works: hours.flat_map(|hours| day.between(hours.from, hours.until)).collect(),
            off: of(true),
            taken: of(false),
        }
    }
}

fn wanted(house: &House, service: &Service, now: Timestamp) -> Wanted {
    let minutes = |minutes: u16| TimeDelta::minutes(minutes.into());
    Wanted {
        visit: minutes(service.minutes),
        buffer_before: minutes(service.buffer_before_minutes),
        buffer_after: minutes(service.buffer_after_minutes),
        step_minutes: house.slot_minutes,
        earliest: now + TimeDelta::minutes(house.notice_minutes.into()),
        latest: now + TimeDelta::days(house.horizon_days.into()),
    }
}

fn visits_on(day: &LocalDay, staff: i64, busy: &[Busy]) -> usize {
    let Some(whole) = day.whole() else { return 0 };
    let visits = busy.iter().filter(|busy| busy.staff == staff && busy.with == BusyWith::Booking);
    visits.filter(|busy| busy.during.overlaps(&whole)).count()
}
