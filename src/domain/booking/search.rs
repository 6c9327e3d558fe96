//! Where a visit fits.

use std::collections::{BTreeMap, BTreeSet};

use super::{Giver, LocalDay, Placed, PlacedService, ResourceId, Stretches, WantedService, WantedVisit};
use crate::domain::{TimeWindow, Timestamp};

/// One resource's time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Calendar {
    /// When it can be had at all: working hours without time off.
    pub open: Stretches,
    /// Footprints of visits and holds.
    pub taken: Stretches,
    /// When its visits begin, in order: who has fewer on a day is asked first.
    pub visits: Vec<Timestamp>,
}

/// Everybody's time. A resource that is not in it can never be had.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Diary(pub BTreeMap<ResourceId, Calendar>);

/// A visit looked for in a diary.
#[derive(Debug, Clone, Copy)]
pub struct Search<'a> {
    pub diary: &'a Diary,
    pub visit: &'a WantedVisit,
}

/// The services from a place on that surely do not fit when they begin at an instant.
type Dead = BTreeSet<(usize, Timestamp)>;

impl<'a> Search<'a> {
    /// The starts of a day at which the visit fits, in order, each with the first way in which it does.
    pub fn on(self, day: &LocalDay) -> Vec<Placed> {
        let Some(whole) = day.whole() else { return Vec::new() };
        let order = self.order(whole);
        let mut dead = Dead::new();
        let starts = day.ticks(self.visit.step_minutes).into_iter();
        let allowed = starts.filter(|start| (self.visit.earliest..=self.visit.latest).contains(start));
        allowed.filter_map(|start| self.place(&order, &mut dead, start)).collect()
    }

    /// The visit at exactly this start; `None` where it does not fit or may not start.
    pub fn at(self, day: &LocalDay, start: Timestamp) -> Option<Placed> {
        let may = (self.visit.earliest..=self.visit.latest).contains(&start)
            && day.ticks(self.visit.step_minutes).binary_search(&start).is_ok();
        if may { self.place(&self.order(day.whole()?), &mut Dead::new(), start) } else { None }
    }

    /// Of each service who is asked in turn: who has fewest visits on the day, then who comes first.
    fn order(self, day: TimeWindow) -> Vec<Vec<&'a Giver>> {
        let by_load = |service: &'a WantedService| {
            let mut givers: Vec<&Giver> = service.givers.iter().collect();
            givers.sort_by_key(|giver| self.diary.0.get(&giver.staff).map_or(0, |calendar| calendar.visits_on(day)));
            givers
        };
        self.visit.services.iter().map(by_load).collect()
    }

    fn place(self, order: &[Vec<&Giver>], dead: &mut Dead, start: Timestamp) -> Option<Placed> {
        let mut services = Vec::with_capacity(order.len());
        if order.is_empty() || !self.place_from(order, dead, start, &mut services) {
            return None;
        }
        let end = services.last()?.during.end();
        Some(Placed { start, end, services })
    }

    /// Places the services behind those that have their place. A way that was once in vain is not gone twice.
    fn place_from(
        self,
        order: &[Vec<&Giver>],
        dead: &mut Dead,
        start: Timestamp,
        placed: &mut Vec<PlacedService>,
    ) -> bool {
        let index = placed.len();
        let (Some(givers), Some(service)) = (order.get(index), self.visit.services.get(index)) else { return true };
        if dead.contains(&(index, start)) {
            return false;
        }
        for giver in givers {
            let Some(fits) = self.fits(service, giver, start) else { continue };
            let end = fits.during.end();
            placed.push(fits);
            if self.place_from(order, dead, end, placed) {
                return true;
            }
            placed.truncate(index);
        }
        dead.insert((index, start));
        false
    }

    fn fits(self, service: &WantedService, giver: &Giver, start: Timestamp) -> Option<PlacedService> {
        let calendar = self.diary.0.get(&giver.staff)?;
        let during = TimeWindow::new(start, start + giver.work.length()).ok()?;
        let attended = giver.work.attended_from(start);
        if !attended.as_slice().iter().all(|window| calendar.open.covers(window)) {
            return None;
        }
        let taken = giver.work.footprint(&attended).into_vec();
        if taken.iter().any(|window| calendar.taken.meets(window)) {
            return None;
        }
        let mut things = Vec::with_capacity(service.things.len());
        for kind in &service.things {
            let free = |thing: &&ResourceId| !things.contains(*thing) && self.is_free(**thing, &during);
            things.push(*kind.iter().find(free)?);
        }
        Some(PlacedService { staff: giver.staff, things, during, taken })
    }

    fn is_free(self, thing: ResourceId, during: &TimeWindow) -> bool {
        let calendar = self.diary.0.get(&thing);
        calendar.is_some_and(|calendar| calendar.open.covers(during) && !calendar.taken.meets(during))
    }
}

impl Calendar {
    fn visits_on(&self, day: TimeWindow) -> usize {
        self.visits.partition_point(|start| *start < day.end())
            - self.visits.partition_point(|start| *start < day.start())
    }
}
