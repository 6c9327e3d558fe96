//! Where boxes stand: in columns, each scene right of the nearest one that leads to it, and beside it as far as there is room.

use std::collections::VecDeque;

use super::Scenery;

/// A box's place.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Place {
    pub column: usize,
    pub x: u32,
    pub y: u32,
}

/// Room between two columns, in which the lines turn.
const COLUMN_GAP: u32 = 90;
const BOX_GAP: u32 = 28;

/// Places boxes of these sizes (width, height).
pub(super) fn place(boxes: &[Scenery], sizes: &[(u32, u32)]) -> Vec<Place> {
    let columns = columns(boxes);
    let last = columns.iter().copied().max().unwrap_or(0);
    let mut places = vec![Place::default(); boxes.len()];
    let mut x = 20;
    for column in 0..=last {
        let mut here: Vec<usize> = (0..boxes.len()).filter(|n| columns[*n] == column).collect();
        // A box stands near the height from which it is reached.
        let wanted: Vec<u32> = here.iter().map(|n| wanted_y(*n, boxes, &columns, &places)).collect();
        let mut order: Vec<usize> = (0..here.len()).collect();
        order.sort_by_key(|n| wanted[*n]);
        let mut y = 20;
        for n in &order {
            let top = y.max(wanted[*n]);
            places[here[*n]] = Place { column, x, y: top };
            y = top + sizes[here[*n]].1 + BOX_GAP;
        }
        here.sort_unstable();
        x += here.iter().map(|n| sizes[*n].0).max().unwrap_or(0) + COLUMN_GAP;
    }
    places
}

/// The column of each box: the least number of arms that lead there from the first scene.
fn columns(boxes: &[Scenery]) -> Vec<usize> {
    let number = |name: &str| boxes.iter().position(|other| other.name == name);
    let mut columns: Vec<Option<usize>> = vec![None; boxes.len()];
    let mut open = VecDeque::new();
    // What only the head leads to stands beside what it leads to.
    let starts = [Some(0), number("")].into_iter().flatten();
    for start in starts {
        if columns.get(start) == Some(&None) {
            columns[start] = Some(0);
            open.push_back(start);
        }
        while let Some(here) = open.pop_front() {
            let next = columns[here].map_or(1, |column| column + 1);
            for (to, _) in boxes[here].rows.iter().filter_map(|row| row.to.as_ref()) {
                if let Some(to) = number(to).filter(|to| columns[*to].is_none()) {
                    columns[to] = Some(next);
                    open.push_back(to);
                }
            }
        }
    }
    columns.into_iter().map(Option::unwrap_or_default).collect()
}

fn wanted_y(number: usize, boxes: &[Scenery], columns: &[usize], places: &[Place]) -> u32 {
    let leads = |from: &usize| {
        boxes[*from].rows.iter().any(|row| row.to.as_ref().is_some_and(|(to, _)| *to == boxes[number].name))
    };
    let earlier = (0..boxes.len()).filter(|from| columns[*from] < columns[number]).filter(leads);
    earlier.map(|from| places[from].y).min().unwrap_or(if boxes[number].name.is_empty() { 20_000 } else { 20 }).min(400)
}
