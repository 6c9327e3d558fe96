//! The few texts the engine itself says, in the languages it ships. Kinyarwanda and Swahili are unreviewed.

/// Said once to a person whose messages come faster than they may.
pub fn slow_down(language: &str) -> &'static str {
    match language {
        "fr" => {
            "Trop de messages arrivent à la fois. Patientez une minute, s'il vous plaît, puis écrivez-nous à nouveau."
        }
        "rw" => "Ubutumwa buraza ari bwinshi icyarimwe. Tegereza umunota umwe, hanyuma wongere utwandikire.",
        "sw" => "Ujumbe mwingi unaingia kwa wakati mmoja. Subiri dakika moja, kisha utuandikie tena.",
        _ => "Too many messages are coming in at once. Please wait a minute, then write again.",
    }
}

/// Why a code was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeRefused {
    /// It was never given, was used, is too old, or is for another channel: which of these is nobody's business.
    NotGood,
    /// Too many wrong ones came from this sender.
    TooMany,
}

/// Said to a person who sends the code of a move that is not taken.
pub fn code_refused(language: &str, why: CodeRefused) -> &'static str {
    match (language, why) {
        ("fr", CodeRefused::NotGood) => {
            "Ce code n'est pas ou plus valable. Demandez-en un nouveau là où vous avez commencé."
        }
        ("fr", CodeRefused::TooMany) => "Trop de codes erronés. Réessayez dans une heure, s'il vous plaît.",
        ("rw", CodeRefused::NotGood) => "Iyi kode ntikora cyangwa yararengeje igihe. Saba indi aho watangiriye.",
        ("rw", CodeRefused::TooMany) => "Kode nyinshi zitari zo. Ongera ugerageze nyuma y'isaha imwe.",
        ("sw", CodeRefused::NotGood) => "Msimbo huu si sahihi au umeisha muda. Omba mwingine pale ulipoanzia.",
        ("sw", CodeRefused::TooMany) => "Misimbo mingi isiyo sahihi. Tafadhali jaribu tena baada ya saa moja.",
        (_, CodeRefused::NotGood) => "This code is not, or no longer, good. Please ask for a new one where you began.",
        (_, CodeRefused::TooMany) => "Too many wrong codes. Please try again in an hour.",
    }
}
