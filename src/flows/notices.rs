//! The few texts the engine itself says, in the languages it ships. Kinyarwanda and Swahili are unreviewed.

/// Said once to a person who writes faster than she may.
pub fn slow_down(language: &str) -> &'static str {
    match language {
        "fr" => "Vous écrivez trop vite. Patientez une minute, s'il vous plaît, puis écrivez-nous à nouveau.",
        "rw" => "Wandika vuba cyane. Tegereza umunota umwe, hanyuma wongere utwandikire.",
        "sw" => "Unaandika haraka mno. Subiri dakika moja, kisha utuandikie tena.",
        _ => "You are writing faster than we can answer. Please wait a minute, then write again.",
    }
}
