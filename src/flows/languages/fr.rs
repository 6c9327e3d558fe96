//! French.

use super::{Language, OwnTexts};

pub(super) static FRENCH: Language = Language {
    code: "fr",
    review: "unreviewed",
    weekday_words: [
        &["lundi", "lun"],
        &["mardi", "mar"],
        &["mercredi", "mer"],
        &["jeudi", "jeu"],
        &["vendredi", "ven"],
        &["samedi", "sam"],
        &["dimanche", "dim"],
    ],
    yes: &["oui", "ok", "d'accord", "ouais"],
    no: &["non"],
    today: &["aujourd'hui"],
    tomorrow: &["demain"],
    ordinals: &[
        &["premier", "premiere", "1er", "1ere", "un", "le premier", "la premiere"],
        &["deuxieme", "second", "seconde", "2e", "deux", "le deuxieme", "la deuxieme"],
        &["troisieme", "3e", "trois", "le troisieme", "la troisieme"],
        &["quatrieme", "4e", "quatre", "le quatrieme", "la quatrieme"],
        &["cinquieme", "5e", "cinq", "le cinquieme", "la cinquieme"],
        &["sixieme", "6e", "six", "le sixieme", "la sixieme"],
        &["septieme", "7e", "sept", "le septieme", "la septieme"],
        &["huitieme", "8e", "huit", "le huitieme", "la huitieme"],
        &["neuvieme", "9e", "neuf", "le neuvieme", "la neuvieme"],
        &["dixieme", "10e", "dix", "le dixieme", "la dixieme"],
    ],
    stop: &["stop", "arreter"],
    texts: OwnTexts {
        again: "Désolé, je n'ai pas compris.",
        stale: "Ce bouton appartient à une question précédente.",
        low: "Au moins {low}, s'il vous plaît.",
        high: "Au plus {high}, s'il vous plaît.",
        more: "Suite",
        first: "Depuis le début",
        back: "Retour",
        open: "Choisir",
        yes: "Oui",
        no: "Non",
        trouble: "Un problème est survenu de notre côté. Réessayez plus tard, s'il vous plaît.",
        stopped: "D'accord, nous nous arrêtons là.",
    },
};
