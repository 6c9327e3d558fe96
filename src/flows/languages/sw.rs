//! Swahili.

use super::{Language, OwnTexts};

pub(super) static SWAHILI: Language = Language {
    code: "sw",
    review: "unreviewed",
    weekday_words: [
        &["jumatatu"],
        &["jumanne"],
        &["jumatano"],
        &["alhamisi"],
        &["ijumaa"],
        &["jumamosi"],
        &["jumapili"],
    ],
    yes: &["ndiyo", "ndio", "sawa", "ok", "naam"],
    no: &["hapana", "la"],
    today: &["leo"],
    tomorrow: &["kesho"],
    ordinals: &[
        &["ya kwanza", "wa kwanza", "cha kwanza", "moja"],
        &["ya pili", "wa pili", "cha pili", "mbili"],
        &["ya tatu", "wa tatu", "cha tatu", "tatu"],
        &["ya nne", "wa nne", "cha nne", "nne"],
        &["ya tano", "wa tano", "cha tano", "tano"],
        &["ya sita", "wa sita", "cha sita", "sita"],
        &["ya saba", "wa saba", "cha saba", "saba"],
        &["ya nane", "wa nane", "cha nane", "nane"],
        &["ya tisa", "wa tisa", "cha tisa", "tisa"],
        &["ya kumi", "wa kumi", "cha kumi", "kumi"],
    ],
    stop: &["stop"],
    texts: OwnTexts {
        again: "Samahani, sijaelewa.",
        stale: "Kitufe hicho ni cha swali la awali.",
        low: "Angalau {low}, tafadhali.",
        high: "Isizidi {high}, tafadhali.",
        more: "Zaidi",
        first: "Kutoka mwanzo",
        back: "Rudi",
        open: "Chagua",
        yes: "Ndiyo",
        no: "Hapana",
        trouble: "Kuna hitilafu upande wetu. Tafadhali jaribu tena baadaye.",
        stopped: "Sawa, tunaishia hapa.",
    },
};
