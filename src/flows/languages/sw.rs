//! Swahili.

use super::{Language, OwnTexts};

pub(super) static SWAHILI: Language = Language {
    code: "sw",
    review: "unreviewed",
    stop: &["stop", "simamisha", "sitisha"],
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
        meanwhile: "Nitakuandikia mara kutakapokuwa na habari.",
        resume: "Bado hujamaliza hapa. Tuendelee?",
        go_on: "Endelea",
        restart: "Anza upya",
        call_back: "Tutakupigia simu kwa namba hii.",
        invite_link: "Endelea kwenye WhatsApp: {link}",
        invite_write: "Kwenye WhatsApp, andika {code} kwa {number}.",
        invite_sms: "Tuma {code} kwa SMS kwenda {number}.",
        invite_dial: "Ili kuendelea, piga {dial}",
        link_sent: "Tumekutumia kiungo kwa SMS.",
        move_waits: "Tunakusubiri huko.",
        stay: "Baki hapa",
    },
};
