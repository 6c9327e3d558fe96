//! The flows that come with the program.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use super::definition::FlowSet;
use super::environment::Environment;
use super::operation::{Signature, salon};

/// The files of a shipped set, as an author would have them in a folder.
pub fn files(name: &str) -> Option<BTreeMap<String, String>> {
    let number = NAMES.iter().position(|known| *known == name)?;
    Some([SALON, DIARY][number].iter().map(|(file, text)| ((*file).to_owned(), (*text).to_owned())).collect())
}

type Files = &'static [(&'static str, &'static str)];

const SALON: Files = &[
    ("booking.flow.yaml", include_str!("salon/booking.flow.yaml")),
    ("booking.en.ftl", include_str!("salon/booking.en.ftl")),
    ("booking.fr.ftl", include_str!("salon/booking.fr.ftl")),
    ("booking.rw.ftl", include_str!("salon/booking.rw.ftl")),
    ("booking.sw.ftl", include_str!("salon/booking.sw.ftl")),
];

const DIARY: Files =
    &[("diary.flow.yaml", include_str!("diary/diary.flow.yaml")), ("diary.en.ftl", include_str!("diary/diary.en.ftl"))];

/// The names of the shipped sets.
pub const NAMES: [&str; 2] = ["salon", "diary"];

impl FlowSet {
    /// A set that comes with the program, read once.
    pub fn shipped(name: &str) -> Option<Arc<Self>> {
        static SETS: [OnceLock<Arc<FlowSet>>; 2] = [OnceLock::new(), OnceLock::new()];
        let number = NAMES.iter().position(|known| *known == name)?;
        let (files, signatures): (Files, &[Signature]) = [(SALON, salon::ALL), (DIARY, &[][..])][number];
        Some(Arc::clone(SETS[number].get_or_init(|| Arc::new(read(name, files, signatures)))))
    }
}

#[expect(clippy::panic, reason = "a program whose own flows are wrong must not start; a test reads them all")]
fn read(name: &str, files: Files, signatures: &[Signature]) -> FlowSet {
    FlowSet::load(files, &Environment::of(signatures)).unwrap_or_else(|mistakes| {
        let all: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
        panic!("the shipped flows of {name} are wrong:\n{}", all.join("\n"))
    })
}
