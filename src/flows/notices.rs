//! The few texts the engine itself says, in the languages it ships. Kinyarwanda and Swahili are unreviewed.
//!
//! Those for a keypad fit on one screen in the alphabet of phones.

use super::layout::gsm;

/// What a screen may hold (3GPP TS 23.038: 182 septets in the 160 octets of a USSD string).
const SEPTETS_MAX: usize = 182;

/// A text in the alphabet of phones, cut where a screen is full.
pub fn on_keypad(text: &str) -> String {
    let mut plain = gsm::plain(text.trim()).into_owned();
    while gsm::septets(&plain).is_none_or(|septets| septets > SEPTETS_MAX) && plain.pop().is_some() {}
    plain
}

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

/// On a keypad: no screen could be had in time. Promises nothing, since what she typed may have been heard or not.
pub fn dial_again(language: &str, code: &str) -> String {
    match language {
        "fr" => format!("Cela prend plus de temps que prévu. Composez à nouveau {code} pour continuer."),
        "rw" => format!("Biratinze kurusha uko byari biteganyijwe. Ongera ukande {code} ukomeze."),
        "sw" => format!("Imechukua muda mrefu kuliko kawaida. Piga tena {code} ili kuendelea."),
        _ => format!("This takes longer than it should. Please dial {code} again to go on."),
    }
}

/// On a keypad: the operator is about to end the session.
pub fn time_is_up(language: &str, code: &str) -> String {
    match language {
        "fr" => format!("Le temps de cette session est presque écoulé. Composez à nouveau {code} pour continuer."),
        "rw" => format!("Igihe cy'iki kiganiro kigiye kurangira. Ongera ukande {code} ukomeze."),
        "sw" => format!("Muda wa kikao hiki unakaribia kuisha. Piga tena {code} ili kuendelea."),
        _ => format!("The time of this session is almost over. Please dial {code} again to go on."),
    }
}

/// On a keypad: she dials faster than she may.
pub fn dial_later(language: &str, code: &str) -> String {
    match language {
        "fr" => format!("Trop de demandes à la fois. Patientez une minute, puis composez à nouveau {code}."),
        "rw" => format!("Ubusabe bubaye bwinshi icyarimwe. Tegereza umunota umwe, wongere ukande {code}."),
        "sw" => format!("Maombi ni mengi kwa wakati mmoja. Subiri dakika moja, kisha upige tena {code}."),
        _ => format!("Too many requests at once. Please wait a minute, then dial {code} again."),
    }
}

/// On a keypad: nobody answers behind this code.
pub fn not_in_service(language: &str) -> &'static str {
    match language {
        "fr" => "Ce service n'est pas disponible pour le moment.",
        "rw" => "Iyi serivisi ntiboneka ubu.",
        "sw" => "Huduma hii haipatikani kwa sasa.",
        _ => "This service is not available at the moment.",
    }
}

/// On a keypad: something broke on our side.
pub fn trouble(language: &str) -> &'static str {
    super::languages::language(language).texts.trouble
}

/// On a keypad: there is nothing to show, because staff look after her, or because the flow waits for something else.
pub fn we_come_back(language: &str) -> &'static str {
    match language {
        "fr" => "Nous avons bien reçu votre demande et revenons vers vous.",
        "rw" => "Twakiriye ubusabe bwawe, turagaruka kuri wowe.",
        "sw" => "Tumepokea ombi lako na tutawasiliana nawe.",
        _ => "We have your request and will come back to you.",
    }
}

/// On a keypad: the conversation is over and its flow has said nothing.
pub fn thank_you(language: &str) -> &'static str {
    match language {
        "fr" => "Merci, à bientôt !",
        "rw" => "Murakoze, murabeho.",
        "sw" => "Asante, karibu tena.",
        _ => "Thank you. Goodbye.",
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
