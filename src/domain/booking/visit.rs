//! What a visit asks for, and one that has found its place.

use chrono::TimeDelta;

use crate::domain::{TimeWindow, Timestamp};

use super::Stretches;

/// Whatever can be taken by one visit at a time: a member of staff, a chair, a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResourceId(pub i64);

/// A stretch of a service: somebody is at work, or the customer waits (a colour takes) while the staff may serve others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Phase {
    pub length: TimeDelta,
    pub attended: bool,
}

/// The time a service takes of somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Work {
    /// Of the staff's time before and after, not shown to the customer. It must be free, but need not lie in working hours.
    pub buffer_before: TimeDelta,
    pub buffer_after: TimeDelta,
    /// In order. At least one takes time, else the service can never be given.
    pub phases: Vec<Phase>,
}

/// Somebody who gives a service, and how long it takes her.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Giver {
    pub staff: ResourceId,
    pub work: Work,
}

/// One service of a visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WantedService {
    /// Who may give it; of two with as much to do the first is taken.
    pub givers: Vec<Giver>,
    /// What it needs all along: of each list one.
    pub things: Vec<Vec<ResourceId>>,
}

/// Services one after the other, without a gap for the customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WantedVisit {
    pub services: Vec<WantedService>,
    /// Visits start on multiples of this by the wall clock.
    pub step_minutes: u16,
    /// The first and the last start that notice and horizon allow.
    pub earliest: Timestamp,
    pub latest: Timestamp,
}

/// A service that has found its time, somebody to give it, and what it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlacedService {
    pub staff: ResourceId,
    pub things: Vec<ResourceId>,
    /// What the customer sees.
    pub during: TimeWindow,
    /// What is taken of the staff's time: the attended phases, and the buffers around them.
    pub taken: Vec<TimeWindow>,
}

/// A visit that fits, at least one service of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    pub start: Timestamp,
    pub end: Timestamp,
    pub services: Vec<PlacedService>,
}

impl Work {
    /// Somebody is at work from beginning to end.
    pub fn attended(length: TimeDelta) -> Self {
        Self {
            buffer_before: TimeDelta::zero(),
            buffer_after: TimeDelta::zero(),
            phases: vec![Phase { length, attended: true }],
        }
    }

    pub fn length(&self) -> TimeDelta {
        self.phases.iter().map(|phase| phase.length).sum()
    }

    /// When somebody is at work on a service that begins at `start`.
    pub(super) fn attended_from(&self, start: Timestamp) -> Stretches {
        let mut from = start;
        let mut attended = Vec::with_capacity(self.phases.len());
        for phase in &self.phases {
            let until = from + phase.length;
            if phase.attended {
                attended.extend(TimeWindow::new(from, until));
            }
            from = until;
        }
        Stretches::of(attended)
    }

    /// The same with the buffers: overlapping footprints are what the database refuses.
    pub(super) fn footprint(&self, attended: &Stretches) -> Stretches {
        let attended = attended.as_slice();
        let (Some(first), Some(last)) = (attended.first(), attended.last()) else { return Stretches::default() };
        let before = TimeWindow::new(first.start() - self.buffer_before, first.end());
        let after = TimeWindow::new(last.start(), last.end() + self.buffer_after);
        Stretches::of(attended.iter().copied().chain(before).chain(after))
    }
}

impl Placed {
    /// The rows of the visit, by resource and time. What it takes twice of one resource, its own buffers for instance, is one row.
    pub fn occupies(&self) -> Vec<(ResourceId, TimeWindow)> {
        let mut resources: Vec<ResourceId> =
            self.services.iter().flat_map(|service| service.things.iter().copied().chain([service.staff])).collect();
        resources.sort_unstable();
        resources.dedup();
        resources
            .into_iter()
            .flat_map(|id| self.taken_of(id).into_vec().into_iter().map(move |during| (id, during)))
            .collect()
    }

    fn taken_of(&self, resource: ResourceId) -> Stretches {
        let of_staff =
            self.services.iter().filter(|service| service.staff == resource).flat_map(|service| &service.taken);
        let of_things = self.services.iter().filter(|service| service.things.contains(&resource));
        of_staff.copied().chain(of_things.map(|service| service.during)).collect()
    }
}
