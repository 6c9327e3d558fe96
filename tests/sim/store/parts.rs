//! Parts of long messages on their way in.

use ganira::domain::Timestamp;
use ganira::store::PartRow;

use super::tables::{Hash, Tables};

pub(super) fn keep(tables: &mut Tables, gateway: &str, part: &PartRow) {
    tables.parts.put((gateway.to_owned(), part.message, part.part), PartRow { delivered: false, ..part.clone() });
}

pub(super) fn kept(tables: &Tables, gateway: &str) -> Vec<PartRow> {
    tables.parts.iter().filter(|((of, _, _), _)| of == gateway).map(|(_, row)| row.clone()).collect()
}

pub(super) fn settle(tables: &mut Tables, gateway: &str, message: Hash) {
    tables.parts.change_where(|(of, part_of, _), _| of == gateway && *part_of == message, |row| row.delivered = true);
}

pub(super) fn forget(tables: &mut Tables, gateway: &str, before: Timestamp) {
    tables.parts.take_where(|(of, _, _), row| of == gateway && row.delivered && row.at < before);
}
