//! English.

use super::{Language, OwnTexts};

pub(super) static ENGLISH: Language = Language {
    code: "en",
    review: "reviewed by the Ganira authors, 2026-11-20",
    weekday_words: [
        &["monday", "mon"],
        &["tuesday", "tue", "tues"],
        &["wednesday", "wed"],
        &["thursday", "thu", "thurs"],
        &["friday", "fri"],
        &["saturday", "sat"],
        &["sunday", "sun"],
    ],
    yes: &["yes", "y", "yeah", "yep", "ok", "okay", "sure"],
    no: &["no", "n", "nope"],
    today: &["today"],
    tomorrow: &["tomorrow"],
    ordinals: &[
        &["first", "1st", "one", "the first", "the first one"],
        &["second", "2nd", "two", "the second", "the second one"],
        &["third", "3rd", "three", "the third", "the third one"],
        &["fourth", "4th", "four", "the fourth", "the fourth one"],
        &["fifth", "5th", "five", "the fifth", "the fifth one"],
        &["sixth", "6th", "six", "the sixth", "the sixth one"],
        &["seventh", "7th", "seven", "the seventh", "the seventh one"],
        &["eighth", "8th", "eight", "the eighth", "the eighth one"],
        &["ninth", "9th", "nine", "the ninth", "the ninth one"],
        &["tenth", "10th", "ten", "the tenth", "the tenth one"],
    ],
    stop: &["stop"],
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
    },
};
