//! The flows that come with the program.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use super::definition::FlowSet;
use super::environment::{Environment, ProviderKind};
use super::operation::salon;

/// The files of a shipped set, as an author would have them in a folder.
pub fn files(name: &str) -> Option<BTreeMap<String, String>> {
    Some(set(name)?.1.iter().map(|(file, text)| ((*file).to_owned(), (*text).to_owned())).collect())
}

type Files = &'static [(&'static str, &'static str)];

const SALON: Files = &[
    ("booking.flow.yaml", include_str!("salon/booking.flow.yaml")),
    ("booking.en.ftl", include_str!("salon/booking.en.ftl")),
    ("booking.fr.ftl", include_str!("salon/booking.fr.ftl")),
    ("booking.rw.ftl", include_str!("salon/booking.rw.ftl")),
    ("booking.sw.ftl", include_str!("salon/booking.sw.ftl")),
    ("pick_slot.flow.yaml", include_str!("salon/pick_slot.flow.yaml")),
    ("pick_slot.en.ftl", include_str!("salon/pick_slot.en.ftl")),
    ("pick_slot.fr.ftl", include_str!("salon/pick_slot.fr.ftl")),
    ("pick_slot.rw.ftl", include_str!("salon/pick_slot.rw.ftl")),
    ("pick_slot.sw.ftl", include_str!("salon/pick_slot.sw.ftl")),
    ("about.flow.yaml", include_str!("salon/about.flow.yaml")),
    ("about.en.ftl", include_str!("salon/about.en.ftl")),
    ("about.fr.ftl", include_str!("salon/about.fr.ftl")),
    ("about.rw.ftl", include_str!("salon/about.rw.ftl")),
    ("about.sw.ftl", include_str!("salon/about.sw.ftl")),
    ("onboarding.flow.yaml", include_str!("salon/onboarding.flow.yaml")),
    ("onboarding.en.ftl", include_str!("salon/onboarding.en.ftl")),
    ("onboarding.fr.ftl", include_str!("salon/onboarding.fr.ftl")),
    ("onboarding.rw.ftl", include_str!("salon/onboarding.rw.ftl")),
    ("onboarding.sw.ftl", include_str!("salon/onboarding.sw.ftl")),
    ("consent.flow.yaml", include_str!("salon/consent.flow.yaml")),
    ("consent.en.ftl", include_str!("salon/consent.en.ftl")),
    ("consent.fr.ftl", include_str!("salon/consent.fr.ftl")),
    ("consent.rw.ftl", include_str!("salon/consent.rw.ftl")),
    ("consent.sw.ftl", include_str!("salon/consent.sw.ftl")),
    ("feedback.flow.yaml", include_str!("salon/feedback.flow.yaml")),
    ("feedback.en.ftl", include_str!("salon/feedback.en.ftl")),
    ("feedback.fr.ftl", include_str!("salon/feedback.fr.ftl")),
    ("feedback.rw.ftl", include_str!("salon/feedback.rw.ftl")),
    ("feedback.sw.ftl", include_str!("salon/feedback.sw.ftl")),
];

const DIARY: Files =
    &[("diary.flow.yaml", include_str!("diary/diary.flow.yaml")), ("diary.en.ftl", include_str!("diary/diary.en.ftl"))];

const ERRANDS: Files = &[
    ("errands.flow.yaml", include_str!("errands/errands.flow.yaml")),
    ("errands.en.ftl", include_str!("errands/errands.en.ftl")),
];

/// The names of all shipped sets.
pub const NAMES: [&str; 3] = ["salon", "diary", "errands"];

/// Those made for businesses; the others are for tests and measurements.
pub const OFFERED: [&str; 1] = ["salon"];

/// The number and the files of a set.
fn set(name: &str) -> Option<(usize, Files)> {
    let number = NAMES.iter().position(|known| *known == name)?;
    Some((number, [SALON, DIARY, ERRANDS][number]))
}

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
        let (number, files) = set(name)?;
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
