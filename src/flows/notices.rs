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
