//! What is known of a service and of the staff who could give it: read once per question, then asked day by day.

use chrono::{NaiveDate, TimeDelta};
use chrono_tz::Tz;
use sqlx::PgConnection;

use crate::domain::booking::{
    Calendar, Diary, Giver, LocalDay, Phase, Placed, ResourceId, Search, Stretches, WantedService, WantedVisit, Work,
};
use crate::domain::{ContactId, TenantId, TimeWindow, Timestamp};
use crate::operations::asker::Asker;
use crate::store::salon::busy::{Busy, BusyWith, busy};
use crate::store::salon::catalogue::{self, House, Service, Staff};
use crate::store::salon::hours::{WorkingHours, working_hours};

/// A service, its staff and their hours.
#[derive(Debug)]
pub struct Roster {
    pub house: House,
    pub service: Service,
    pub staff: Vec<Staff>,
    hours: Vec<WorkingHours>,
    pub wanted: WantedVisit,
}

/// In whose name is looked, and when.
#[derive(Debug, Clone, Copy)]
pub struct Seeker {
    pub tenant: TenantId,
    /// Whose own holds are not in the way.
    pub contact: ContactId,
    /// What a day is.
    pub zone: Tz,
    pub now: Timestamp,
}

impl From<&Asker<'_>> for Seeker {
    fn from(asker: &Asker<'_>) -> Self {
        Self { tenant: asker.tenant, contact: asker.contact, zone: asker.zone, now: asker.now }
    }
}

/// A day with something free.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FreeDay<'a> {
    pub date: NaiveDate,
    pub free: Vec<Free<'a>>,
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
        seeker: &Seeker,
        service: i64,
        staff: i64,
    ) -> sqlx::Result<Option<Self>> {
        let Some(house) = catalogue::house(connection, seeker.tenant).await? else { return Ok(None) };
        let Some(service) = catalogue::service(connection, seeker.tenant, service).await? else { return Ok(None) };
        let mut people = catalogue::staff_for(connection, seeker.tenant, service.id).await?;
        people.retain(|person| staff == 0 || person.id == staff);
        if people.is_empty() {
            return Ok(None);
        }
        let ids: Vec<i64> = people.iter().map(|person| person.id).collect();
        let hours = working_hours(connection, seeker.tenant, &ids).await?;
        let wanted = wanted(&house, &service, &people, seeker.now);
        Ok(Some(Self { house, service, staff: people, hours, wanted }))
    }

    /// What takes these people's time in `window`.
    pub async fn busy(
        &self,
        connection: &mut PgConnection,
        seeker: &Seeker,
        window: TimeWindow,
    ) -> sqlx::Result<Vec<Busy>> {
        let ids: Vec<i64> = self.staff.iter().map(|person| person.id).collect();
        // Footprints reach over the window's edges by their buffers.
        let reach = TimeDelta::days(1);
        let wide = TimeWindow::new(window.start() - reach, window.end() + reach).unwrap_or(window);
        busy(connection, seeker.tenant, seeker.contact, &ids, wide).await
    }

    /// The time of these people on `days`, which `busy` has been read for.
    pub fn diary(&self, days: &[LocalDay], busy: &[Busy]) -> Diary {
        let calendar = |person: &Staff| (ResourceId(person.id), self.calendar(days, person.id, busy));
        Diary(self.staff.iter().map(calendar).collect())
    }

    /// The free starts of a day, one line each. Of several people the one with the fewest visits that day takes it, then the first by name.
    fn free(&self, day: &LocalDay, diary: &Diary) -> Vec<Free<'_>> {
        let placed = Search { diary, visit: &self.wanted }.on(day);
        placed.iter().filter_map(|placed| self.free_of(placed)).collect()
    }

    /// What is free on `days`, which follow each other; days without anything free are left out.
    pub async fn free_on(
        &self,
        connection: &mut PgConnection,
        seeker: &Seeker,
        days: &[LocalDay],
    ) -> sqlx::Result<Vec<FreeDay<'_>>> {
        let Some(window) = LocalDay::span(days) else { return Ok(Vec::new()) };
        let busy = self.busy(connection, seeker, window).await?;
        let diary = self.diary(days, &busy);
        let free = days.iter().map(|day| FreeDay { date: day.date(), free: self.free(day, &diary) });
        Ok(free.filter(|day| !day.free.is_empty()).collect())
    }

    fn free_of(&self, placed: &Placed) -> Option<Free<'_>> {
        let staff = placed.services.first()?.staff;
        let staff = self.staff.iter().find(|person| ResourceId(person.id) == staff)?;
        Some(Free { start: placed.start, staff })
    }

    /// The dates that can be booked.
    pub fn dates(&self, seeker: &Seeker) -> impl Iterator<Item = NaiveDate> + use<> {
        let local = |at: Timestamp| at.with_timezone(&seeker.zone).date_naive();
        let last = local(self.wanted.latest);
        local(self.wanted.earliest).iter_days().take_while(move |date| *date <= last)
    }

    fn calendar(&self, days: &[LocalDay], staff: i64, busy: &[Busy]) -> Calendar {
        let works = days.iter().flat_map(|day| self.works(staff, day));
        let busy = || busy.iter().filter(move |busy| busy.staff == staff);
        let off = busy().filter(|busy| busy.with == BusyWith::TimeOff).map(|busy| busy.during);
        let taken = busy().filter(|busy| busy.with != BusyWith::TimeOff).map(|busy| busy.during);
        let mut visits: Vec<Timestamp> =
            busy().filter(|busy| busy.with == BusyWith::Booking).map(|busy| busy.during.start()).collect();
        visits.sort_unstable();
        Calendar { open: Stretches::of(works).without(&off.collect()), taken: taken.collect(), visits }
    }

    fn works(&self, staff: i64, day: &LocalDay) -> impl Iterator<Item = TimeWindow> {
        let mine = self.hours.iter().filter(move |hours| hours.staff == staff && hours.weekday == day.weekday());
        mine.flat_map(|hours| day.between(hours.from, hours.until))
    }
}

fn wanted(house: &House, service: &Service, staff: &[Staff], now: Timestamp) -> WantedVisit {
    let minutes = |minutes: u16| TimeDelta::minutes(minutes.into());
    let work = Work {
        buffer_before: minutes(service.buffer_before_minutes),
        buffer_after: minutes(service.buffer_after_minutes),
        phases: vec![Phase { length: minutes(service.minutes), attended: true }],
    };
    let giver = |person: &Staff| Giver { staff: ResourceId(person.id), work: work.clone() };
    WantedVisit {
        services: vec![WantedService { givers: staff.iter().map(giver).collect(), things: Vec::new() }],
        step_minutes: house.slot_minutes,
        earliest: now + TimeDelta::minutes(house.notice_minutes.into()),
        latest: now + TimeDelta::days(house.horizon_days.into()),
    }
}
