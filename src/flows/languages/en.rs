//! English.

use super::{Language, OwnTexts};

pub(super) static ENGLISH: Language = Language {
    code: "en",
    review: "reviewed by the Ganira authors, 2026-11-20",
    stop: &["stop", "stopall", "stop all", "unsubscribe"],
    texts: OwnTexts {
        again: "Sorry, I did not understand that.",
        stale: "That button belongs to an earlier question.",
        low: "At least {low}, please.",
        high: "At most {high}, please.",
        more: "More",
        first: "From the start",
        back: "Back",
        open: "Choose",
        yes: "Yes",
        no: "No",
        trouble: "Something went wrong on our side. Please try again later.",
        stopped: "All right, we stop here.",
        meanwhile: "I will write as soon as there is news.",
        resume: "You are not done here yet. Shall we go on?",
        go_on: "Go on",
        restart: "Start over",
        call_back: "We will call you back on this number.",
        invite_link: "Go on in WhatsApp: {link}",
        invite_write: "In WhatsApp, write {code} to {number}.",
        invite_sms: "Send {code} by SMS to {number}.",
        invite_dial: "To go on, dial {dial}",
        link_sent: "We have sent you a link by SMS.",
        move_waits: "We wait for you there.",
        stay: "Stay here",
    },
};
