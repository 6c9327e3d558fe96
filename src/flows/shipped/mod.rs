//! The flows that come with the program.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use super::definition::FlowSet;
use super::environment::{Environment, ProviderKind};
use super::operation::salon;

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

const ERRANDS: Files = &[
    ("errands.flow.yaml", include_str!("errands/errands.flow.yaml")),
    ("errands.en.ftl", include_str!("errands/errands.en.ftl")),
];

/// The names of the shipped sets.
pub const NAMES: [&str; 3] = ["salon", "diary", "errands"];

/// What a shipped set names besides itself.
pub fn environment(name: &str) -> Environment {
    match name {
        "salon" => Environment::of(salon::ALL),
        "errands" => Environment::of(&[])
            .with_provider(ProviderKind::Read, "eyes")
            .with_provider(ProviderKind::Pay, "till")
            .with_server("shop"),
        _ => Environment::of(&[]),
    }
}

impl FlowSet {
    /// A set that comes with the program, read once.
    pub fn shipped(name: &str) -> Option<Arc<Self>> {
        static SETS: [OnceLock<Arc<FlowSet>>; NAMES.len()] = [const { OnceLock::new() }; NAMES.len()];
        let number = NAMES.iter().position(|known| *known == name)?;
        let files = [SALON, DIARY, ERRANDS][number];
        Some(Arc::clone(SETS[number].get_or_init(|| Arc::new(read(name, files)))))
    }
}

#[expect(clippy::panic, reason = "a program whose own flows are wrong must not start; a test reads them all")]
fn read(name: &str, files: Files) -> FlowSet {
    FlowSet::load(files, &environment(name)).unwrap_or_else(|mistakes| {
        let all: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
        panic!("the shipped flows of {name} are wrong:\n{}", all.join("\n"))
    })
}
