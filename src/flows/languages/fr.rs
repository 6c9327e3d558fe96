//! French.

use super::{Language, OwnTexts};

pub(super) static FRENCH: Language = Language {
    code: "fr",
    review: "unreviewed",
    stop: &["stop", "arret", "arreter", "desabonner"],
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
        meanwhile: "Je vous écris dès qu'il y a du nouveau.",
        resume: "Vous n'aviez pas terminé. On continue ?",
        go_on: "Continuer",
        restart: "Recommencer",
        call_back: "Nous vous rappelons sur ce numéro.",
        invite_link: "Continuez dans WhatsApp : {link}",
        invite_write: "Dans WhatsApp, écrivez {code} au {number}.",
        invite_sms: "Envoyez {code} par SMS au {number}.",
        invite_dial: "Pour continuer, composez {dial}",
        link_sent: "Nous vous avons envoyé un lien par SMS.",
        move_waits: "Nous vous attendons là-bas.",
        stay: "Rester ici",
    },
};
