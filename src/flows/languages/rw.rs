//! Kinyarwanda. "Ejo" means tomorrow and yesterday, so alone it is not read as a day.

use super::{Language, OwnTexts};

pub(super) static KINYARWANDA: Language = Language {
    code: "rw",
    review: "unreviewed",
    stop: &["stop", "hagarika", "guhagarika"],
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
        meanwhile: "Ndakwandikira nihagira igishya kiboneka.",
        resume: "Ntabwo wari warangije. Dukomeze?",
        go_on: "Komeza",
        restart: "Tangira bundi bushya",
        call_back: "Turaguhamagara kuri iyi nomero.",
        invite_link: "Komereza kuri WhatsApp: {link}",
        invite_write: "Kuri WhatsApp, andikira {number} uti {code}.",
        invite_sms: "Ohereza {code} kuri SMS kuri {number}.",
        invite_dial: "Kugira ngo ukomeze, kanda {dial}",
        link_sent: "Twakoherereje link kuri SMS.",
        move_waits: "Turagutegerereje hariya.",
        stay: "Guma hano",
    },
};
