//! Kinyarwanda. "Ejo" means tomorrow and yesterday, so alone it is not read as a day.

use super::{Language, OwnTexts};

pub(super) static KINYARWANDA: Language = Language {
    code: "rw",
    review: "unreviewed",
    weekday_words: [
        &["kuwa mbere", "ku wa mbere"],
        &["kuwa kabiri", "ku wa kabiri"],
        &["kuwa gatatu", "ku wa gatatu"],
        &["kuwa kane", "ku wa kane"],
        &["kuwa gatanu", "ku wa gatanu"],
        &["kuwa gatandatu", "ku wa gatandatu"],
        &["ku cyumweru", "cyumweru"],
    ],
    yes: &["yego", "ego", "ok", "sawa"],
    no: &["oya"],
    today: &["uyu munsi", "none", "none aha"],
    tomorrow: &["ejo hazaza"],
    ordinals: &[
        &["icya mbere", "iya mbere", "uwa mbere", "rimwe"],
        &["icya kabiri", "iya kabiri", "uwa kabiri", "kabiri"],
        &["icya gatatu", "iya gatatu", "uwa gatatu", "gatatu"],
        &["icya kane", "iya kane", "uwa kane", "kane"],
        &["icya gatanu", "iya gatanu", "uwa gatanu", "gatanu"],
        &["icya gatandatu", "iya gatandatu", "uwa gatandatu", "gatandatu"],
        &["icya karindwi", "iya karindwi", "uwa karindwi", "karindwi"],
        &["icya munani", "iya munani", "uwa munani", "umunani"],
        &["icya cyenda", "iya cyenda", "uwa cyenda", "icyenda"],
        &["icya cumi", "iya cumi", "uwa cumi", "icumi"],
    ],
    stop: &["stop"],
    texts: OwnTexts {
        again: "Mbabarira, sinabyumvise.",
        stale: "Iyo buto ni iy'ikibazo cyabanje.",
        low: "Nibura {low}.",
        high: "Ntarenze {high}.",
        more: "Ibindi",
        first: "Uhereye mu ntangiriro",
        back: "Inyuma",
        open: "Hitamo",
        yes: "Yego",
        no: "Oya",
        trouble: "Habaye ikibazo ku ruhande rwacu. Ongera ugerageze nyuma.",
        stopped: "Sawa, turahagaritse.",
    },
};
