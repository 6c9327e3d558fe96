//! What a handset can show: GSM 03.38 (3GPP TS 23.038, section 6.2.1), counted by letters and not by the engine's own tables.

/// Letters that take one septet.
const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
/// Letters that take two.
const EXTENSION: &str = "\u{c}^{}\\[~]|€";

/// The septets of a text; the error is the first letter that handsets do not have.
pub(in crate::sandbox) fn septets(text: &str) -> Result<usize, char> {
    text.chars()
        .map(|letter| match letter {
            letter if BASIC.contains(letter) => Ok(1),
            letter if EXTENSION.contains(letter) => Ok(2),
            letter => Err(letter),
        })
        .sum()
}
