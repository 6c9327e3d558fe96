//! How many SMS a text fills, counted by letters (3GPP TS 23.038) and not by the engine's own tables.

const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const EXTENSION: &str = "\u{c}^{}\\[~]|€";

/// Segments and the name of the encoding.
pub(super) fn count(text: &str) -> (usize, &'static str) {
    let parts = split(text);
    (parts.len().max(1), if is_gsm(text) { "GSM-7" } else { "UCS-2" })
}

pub(super) fn is_gsm(text: &str) -> bool {
    text.chars().all(|letter| BASIC.contains(letter) || EXTENSION.contains(letter))
}

/// The parts in which a phone would send it.
pub(super) fn split(text: &str) -> Vec<String> {
    let gsm = is_gsm(text);
    let size = |letter: char| if gsm { 1 + usize::from(EXTENSION.contains(letter)) } else { letter.len_utf16() };
    let (alone, part) = if gsm { (160, 153) } else { (70, 67) };
    let all: usize = text.chars().map(size).sum();
    let most = if all <= alone { alone } else { part };
    let mut parts = vec![String::new()];
    let mut used = 0;
    for letter in text.chars() {
        if used + size(letter) > most {
            parts.push(String::new());
            used = 0;
        }
        used += size(letter);
        if let Some(last) = parts.last_mut() {
            last.push(letter);
        }
    }
    parts
}
