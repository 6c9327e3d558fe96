//! Keys that no field has: a typing mistake must not be taken for a default.

use figment::value::{Dict, Value};

use super::mistake::{Mistake, Mistakes};
use super::section::Field;

/// Notes every leaf that is no field, with the field that was probably meant.
pub(super) fn note(entries: &Dict, prefix: &str, fields: &[Field], source: &str, mistakes: &mut Mistakes) {
    for (name, value) in entries {
        let path = join(prefix, name);
        match value {
            Value::Dict(_, below) if !fields.iter().any(|field| field.is_at(&path)) => {
                note(below, &path, fields, source, mistakes);
            }
            _ if fields.iter().any(|field| field.is_at(&path)) => {}
            _ => {
                let meant = nearest(&path, fields).map_or(String::new(), |field| format!(": did you mean {field}?"));
                mistakes
                    .add(Mistake::at(path, format!("is not a setting{meant}")).coming_from(Some(source.to_owned())));
            }
        }
    }
}

pub(super) fn join(prefix: &str, name: &str) -> String {
    if prefix.is_empty() { name.to_owned() } else { format!("{prefix}.{name}") }
}

fn nearest<'a>(path: &str, fields: &'a [Field]) -> Option<&'a str> {
    fields
        .iter()
        .map(|field| (distance(path, &field.path), field.path.as_str()))
        .min()
        .filter(|(distance, _)| *distance <= 3.max(path.len() / 4))
        .map(|(_, field)| field)
}

/// How many letters have to be added, removed or changed (Levenshtein).
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (index, letter) in left.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = index + 1;
        for (column, other) in right.iter().enumerate() {
            let change = diagonal + usize::from(letter != *other);
            diagonal = row[column + 1];
            row[column + 1] = change.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[right.len()]
}
