//! Where a visit fits, held against a walk through every five minutes of random calendars.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

use std::collections::BTreeMap;

use chrono::{NaiveDate, TimeDelta};
use chrono_tz::Tz;
use ganira::domain::booking::{
    Calendar, Diary, Giver, LocalDay, Phase, Placed, PlacedService, ResourceId, Search, Stretches, WantedService,
    WantedVisit, Work,
};
use ganira::domain::{TimeWindow, Timestamp};
use proptest::prelude::*;

const KIGALI: Tz = chrono_tz::Africa::Kigali;
/// One cell of the naive grid.
const CELL: i64 = 5;
const CELLS: usize = 4 * 24 * 12;

fn utc(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn minutes(count: i64) -> TimeDelta {
    TimeDelta::minutes(count)
}

/// `08:00` to `12:30` in Kigali, on 21 November 2026.
fn hours(from: &str, until: &str) -> TimeWindow {
    let at = |time: &str| utc(&format!("2026-11-21T{time}:00+02:00"));
    TimeWindow::new(at(from), at(until)).unwrap()
}

fn saturday() -> LocalDay {
    LocalDay::new(KIGALI, NaiveDate::from_ymd_opt(2026, 11, 21).unwrap())
}

fn works(windows: &[TimeWindow]) -> Calendar {
    Calendar { open: windows.iter().copied().collect(), ..Calendar::default() }
}

fn visit(services: Vec<WantedService>) -> WantedVisit {
    let (earliest, latest) = (utc("2026-11-01T00:00:00Z"), utc("2026-12-31T00:00:00Z"));
    WantedVisit { services, step_minutes: 30, earliest, latest }
}

fn by(staff: &[i64], work: &Work) -> WantedService {
    let giver = |staff: &i64| Giver { staff: ResourceId(*staff), work: work.clone() };
    WantedService { givers: staff.iter().map(giver).collect(), things: Vec::new() }
}

fn diary(calendars: impl IntoIterator<Item = (i64, Calendar)>) -> Diary {
    Diary(calendars.into_iter().map(|(id, calendar)| (ResourceId(id), calendar)).collect())
}

fn starts(diary: &Diary, visit: &WantedVisit) -> Vec<String> {
    let placed = Search { diary, visit }.on(&saturday());
    placed.iter().map(|placed| placed.start.with_timezone(&KIGALI).format("%H:%M").to_string()).collect()
}

/// At work for so long, then a pause, then at work again.
fn colour(first: i64, pause: i64, last: i64) -> Work {
    let phase = |length, attended| Phase { length: minutes(length), attended };
    let phases = vec![phase(first, true), phase(pause, false), phase(last, true)];
    Work { phases, ..Work::attended(minutes(0)) }
}

#[test]
fn a_visit_may_reach_from_one_stretch_of_work_into_the_next_if_they_touch() {
    let day = [hours("08:00", "09:00"), hours("09:00", "10:00"), hours("10:30", "11:30")];
    let wanted = visit(vec![by(&[1], &Work::attended(minutes(90)))]);
    assert_eq!(starts(&diary([(1, works(&day))]), &wanted), ["08:00", "08:30"]);
}

#[test]
fn staff_serve_others_while_a_colour_takes_but_the_chair_stays_taken() {
    let mut aline = works(&[hours("08:00", "10:00")]);
    aline.taken = [hours("08:30", "09:00")].into_iter().collect();
    let chair = works(&[hours("00:00", "23:00")]);
    let mut wanted = visit(vec![by(&[1], &colour(30, 30, 30))]);
    // From 08:00 she is needed until 08:30 and from 09:00: just around what is taken.
    assert_eq!(starts(&diary([(1, aline.clone())]), &wanted), ["08:00"]);
    wanted.services[0].things = vec![vec![ResourceId(7)]];
    assert_eq!(starts(&diary([(1, aline.clone()), (7, chair.clone())]), &wanted), ["08:00"]);
    let busy = Calendar { taken: [hours("08:30", "09:00")].into_iter().collect(), ..chair };
    assert!(starts(&diary([(1, aline), (7, busy)]), &wanted).is_empty());
}

#[test]
fn the_services_of_a_visit_follow_each_other_with_those_who_can() {
    let cut = by(&[1], &Work::attended(minutes(30)));
    let braids = by(&[1, 2], &Work::attended(minutes(60)));
    let calendars = [(1, works(&[hours("08:00", "09:00")])), (2, works(&[hours("08:30", "10:00")]))];
    let (diary, wanted) = (diary(calendars), visit(vec![cut, braids]));
    let placed = Search { diary: &diary, visit: &wanted }.on(&saturday());
    let told: Vec<Vec<i64>> =
        placed.iter().map(|placed| placed.services.iter().map(|service| service.staff.0).collect()).collect();
    assert_eq!(told, [[1, 2], [1, 2]], "08:00 and 08:30");
    assert_eq!(placed[1].end, hours("08:00", "10:00").end());
}

#[test]
fn the_buffers_within_a_visit_are_one_row_and_around_it_they_must_be_free() {
    let buffered = Work { buffer_before: minutes(15), buffer_after: minutes(15), ..Work::attended(minutes(30)) };
    let wanted = visit(vec![by(&[1], &buffered), by(&[1], &buffered)]);
    let mut calendar = works(&[hours("08:00", "12:00")]);
    calendar.taken = [hours("09:15", "10:00")].into_iter().collect();
    let diary = diary([(1, calendar)]);
    assert_eq!(starts(&diary, &wanted), ["08:00", "10:30", "11:00"]);
    let placed = Search { diary: &diary, visit: &wanted }.at(&saturday(), hours("08:00", "09:00").start()).unwrap();
    assert_eq!(placed.occupies(), [(ResourceId(1), hours("07:45", "09:15"))]);
}

#[test]
fn two_things_of_one_kind_are_two_things() {
    let mut wanted = visit(vec![by(&[1], &Work::attended(minutes(30)))]);
    let chairs = vec![ResourceId(7), ResourceId(8)];
    wanted.services[0].things = vec![chairs.clone(), chairs];
    let day = [hours("08:00", "08:30")];
    let with = |things: &[i64]| diary(things.iter().chain(&[1]).map(|id| (*id, works(&day))));
    assert_eq!(starts(&with(&[7, 8]), &wanted), ["08:00"]);
    assert!(starts(&with(&[8]), &wanted).is_empty());
}

#[test]
fn a_start_that_is_not_offered_is_not_placed() {
    let diary = diary([(1, works(&[hours("08:00", "12:00")]))]);
    let mut wanted = visit(vec![by(&[1], &Work::attended(minutes(30)))]);
    let at = |wanted: &WantedVisit, from: &str| {
        Search { diary: &diary, visit: wanted }.at(&saturday(), hours(from, "23:00").start()).is_some()
    };
    assert!(at(&wanted, "08:30") && !at(&wanted, "08:10") && !at(&wanted, "12:00"));
    wanted.earliest = hours("09:00", "10:00").start();
    assert!(!at(&wanted, "08:30"));
    wanted.services.clear();
    assert!(!at(&wanted, "09:30"), "a visit without a service");
}

/// The calendar as cells: what the search must agree with, without any of its arithmetic.
struct Grid {
    begin: Timestamp,
    open: BTreeMap<i64, Vec<bool>>,
    taken: BTreeMap<i64, Vec<bool>>,
}

/// A calendar as drawn: windows in cells from the grid's begin, which may overlap and touch.
type Drawn = (Vec<(usize, usize)>, Vec<(usize, usize)>, Vec<(usize, usize)>);

impl Grid {
    fn cells(windows: &[(usize, usize)]) -> Vec<bool> {
        let mut cells = vec![false; CELLS];
        for (from, length) in windows {
            cells[*from..(from + length).min(CELLS)].fill(true);
        }
        cells
    }

    fn new(begin: Timestamp, drawn: &[Drawn]) -> Self {
        let mut grid = Self { begin, open: BTreeMap::new(), taken: BTreeMap::new() };
        for (id, (open, off, taken)) in (1..).zip(drawn) {
            let off = Self::cells(off);
            let open = Self::cells(open).into_iter().zip(off).map(|(open, off)| open && !off).collect();
            grid.open.insert(id, open);
            grid.taken.insert(id, Self::cells(taken));
        }
        grid
    }

    fn cell(&self, at: Timestamp) -> i64 {
        (at - self.begin).num_minutes() / CELL
    }

    fn all(cells: &[bool], from: i64, until: i64, wanted: bool) -> bool {
        let in_grid = |cell: i64| usize::try_from(cell).ok().and_then(|cell| cells.get(cell)).copied().unwrap_or(false);
        (from..until).all(|cell| in_grid(cell) == wanted)
    }

    /// The first way in which the services from `index` on fit, asking givers in the order of `loads`.
    fn place(
        &self,
        visit: &WantedVisit,
        loads: &BTreeMap<i64, usize>,
        index: usize,
        start: Timestamp,
    ) -> Option<Vec<PlacedService>> {
        let Some(service) = visit.services.get(index) else { return Some(Vec::new()) };
        let mut givers: Vec<&Giver> = service.givers.iter().collect();
        givers.sort_by_key(|giver| loads[&giver.staff.0]);
        givers.into_iter().find_map(|giver| {
            let (open, taken) = (&self.open[&giver.staff.0], &self.taken[&giver.staff.0]);
            let mut from = start;
            let mut footprint = vec![false; CELLS];
            let (mut first, mut last) = (None, None);
            for phase in &giver.work.phases {
                let until = from + phase.length;
                if phase.attended && phase.length > TimeDelta::zero() {
                    if !Self::all(open, self.cell(from), self.cell(until), true) {
                        return None;
                    }
                    first = first.or(Some(from));
                    last = Some(until);
                    footprint[self.cell(from) as usize..self.cell(until) as usize].fill(true);
                }
                from = until;
            }
            if let (Some(first), Some(last)) = (first, last) {
                let (first, last) = (self.cell(first), self.cell(last));
                let before = first - giver.work.buffer_before.num_minutes() / CELL;
                let after = last + giver.work.buffer_after.num_minutes() / CELL;
                footprint[before as usize..first as usize].fill(true);
                footprint[last as usize..after as usize].fill(true);
            }
            if footprint.iter().zip(taken).any(|(mine, taken)| *mine && *taken) {
                return None;
            }
            let mut things: Vec<ResourceId> = Vec::new();
            for kind in &service.things {
                let fits = |thing: &&ResourceId| {
                    let (begin, end) = (self.cell(start), self.cell(from));
                    !things.contains(*thing)
                        && Self::all(&self.open[&thing.0], begin, end, true)
                        && Self::all(&self.taken[&thing.0], begin, end, false)
                };
                things.push(*kind.iter().find(fits)?);
            }
            let during = TimeWindow::new(start, from).ok()?;
            let mut placed =
                vec![PlacedService { staff: giver.staff, things, during, taken: self.windows(&footprint) }];
            placed.extend(self.place(visit, loads, index + 1, from)?);
            Some(placed)
        })
    }

    fn windows(&self, cells: &[bool]) -> Vec<TimeWindow> {
        let at = |cell: usize| self.begin + minutes(cell as i64 * CELL);
        let each = cells.iter().enumerate().filter(|(_, taken)| **taken);
        each.map(|(cell, _)| TimeWindow::new(at(cell), at(cell + 1)).unwrap()).collect::<Stretches>().into_vec()
    }
}

const PEOPLE: usize = 5;

fn any_drawn() -> impl Strategy<Value = Vec<Drawn>> {
    let windows = |count, longest| prop::collection::vec((0..CELLS, 1..longest), 0..count);
    prop::collection::vec((windows(5, 200_usize), windows(3, 60), windows(5, 40)), PEOPLE)
}

fn any_work() -> impl Strategy<Value = Work> {
    let phases = prop::collection::vec((0_i64..12, any::<bool>()), 1..4);
    (phases, 0_i64..4, 0_i64..4).prop_map(|(phases, before, after)| Work {
        buffer_before: minutes(before * CELL),
        buffer_after: minutes(after * CELL),
        phases: phases.into_iter().map(|(cells, attended)| Phase { length: minutes(cells * CELL), attended }).collect(),
    })
}

fn any_service() -> impl Strategy<Value = WantedService> {
    let id = || (1..=PEOPLE as i64).prop_map(ResourceId);
    let giver = (id(), any_work()).prop_map(|(staff, work)| Giver { staff, work });
    let things = prop::collection::vec(prop::collection::vec(id(), 1..3), 0..2);
    (prop::collection::vec(giver, 1..4), things).prop_map(|(givers, things)| WantedService { givers, things })
}

/// Around days on which clocks change, and others.
fn any_day() -> impl Strategy<Value = (Tz, NaiveDate)> {
    let zone = prop::sample::select(vec![
        KIGALI,
        chrono_tz::Europe::Paris,
        chrono_tz::Africa::Cairo,
        chrono_tz::Australia::Lord_Howe,
        chrono_tz::America::Sao_Paulo,
    ]);
    let date =
        prop::sample::select(vec!["2026-03-29", "2026-10-25", "2026-04-24", "2026-10-29", "2018-11-04", "2026-11-21"]);
    (zone, date.prop_map(|date| date.parse().unwrap()))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, max_shrink_iters: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn a_visit_fits_where_a_walk_through_every_five_minutes_says_so(
        (zone, date) in any_day(),
        drawn in any_drawn(),
        services in prop::collection::vec(any_service(), 1..4),
        step_minutes in prop::sample::select(vec![15_u16, 30, 60]),
        earliest in 0_i64..24 * 12,
        visits in prop::collection::vec(prop::collection::vec(0_i64..CELLS as i64, 0..3), PEOPLE),
    ) {
        let day = LocalDay::new(zone, date);
        let begin = date.and_hms_opt(0, 0, 0).unwrap().and_utc() - TimeDelta::hours(24);
        let grid = Grid::new(begin, &drawn);
        let window = |(from, length): &(usize, usize)| {
            let at = |cell: usize| begin + minutes(cell.min(CELLS) as i64 * CELL);
            TimeWindow::new(at(*from), at(from + length)).unwrap()
        };
        let calendars = drawn.iter().zip(&visits).map(|((open, off, taken), visits)| {
            let stretches = |windows: &[(usize, usize)]| windows.iter().map(window).collect::<Stretches>();
            let mut visits: Vec<Timestamp> = visits.iter().map(|cell| begin + minutes(cell * CELL)).collect();
            visits.sort_unstable();
            Calendar { open: stretches(open).without(&stretches(off)), taken: stretches(taken), visits }
        });
        let diary = diary((1..).zip(calendars));
        let earliest = begin + minutes((earliest + 144) * CELL);
        let wanted = WantedVisit { services, step_minutes, earliest, latest: earliest + TimeDelta::hours(20) };

        let whole = day.whole().unwrap();
        let loads = (1..).zip(&visits).map(|(id, visits)| {
            (id, visits.iter().filter(|cell| whole.contains(begin + minutes(**cell * CELL))).count())
        }).collect();
        let allowed = day.ticks(step_minutes).into_iter().filter(|at| *at >= wanted.earliest && *at <= wanted.latest);
        let expected: Vec<Placed> = allowed.filter_map(|start| {
            let services = grid.place(&wanted, &loads, 0, start)?;
            Some(Placed { start, end: services.last()?.during.end(), services })
        }).collect();
        let found = Search { diary: &diary, visit: &wanted }.on(&day);
        prop_assert_eq!(&found, &expected);
        for placed in &found {
            let again = Search { diary: &diary, visit: &wanted }.at(&day, placed.start);
            prop_assert_eq!(again.as_ref(), Some(placed));
            let rows = placed.occupies();
            prop_assert!(rows.windows(2).all(|pair| pair[0].0 < pair[1].0 || pair[0].1.end() < pair[1].1.start()));
        }
    }
}
