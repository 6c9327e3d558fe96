//! Letters and octets as a phone knows them. Written for the sandbox alone: our channels have their own tables.

/// 3GPP TS 23.038, section 6.2.1, by code; the escape stands at 27.
const LETTERS: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\u{1b}ÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?\
    ¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
/// Behind the escape: code and letter.
const ESCAPED: [(u8, char); 10] = [
    (10, '\u{c}'),
    (20, '^'),
    (40, '{'),
    (41, '}'),
    (47, '\\'),
    (60, '['),
    (61, '~'),
    (62, ']'),
    (64, '|'),
    (101, '€'),
];

/// What a phone shows of a short message.
pub(super) fn shown(octets: &[u8], data_coding: u8) -> String {
    match data_coding {
        8 => {
            let units = octets.chunks(2).map(|pair| u16::from_be_bytes([pair[0], pair.get(1).copied().unwrap_or(0)]));
            String::from_utf16_lossy(&units.collect::<Vec<_>>())
        }
        3 => octets.iter().map(|octet| char::from(*octet)).collect(),
        _ => {
            let letters: Vec<char> = LETTERS.chars().collect();
            let mut shown = String::new();
            let mut octets = octets.iter();
            while let Some(octet) = octets.next() {
                let letter = if *octet == 27 {
                    let code = octets.next().copied().unwrap_or(32);
                    ESCAPED.iter().find(|(known, _)| *known == code).map_or(' ', |(_, letter)| *letter)
                } else {
                    letters.get(usize::from(*octet)).copied().unwrap_or('?')
                };
                shown.push(letter);
            }
            shown
        }
    }
}

/// How a phone writes a text: its data coding, and each letter's octets.
pub(super) fn written(text: &str) -> (u8, Vec<Vec<u8>>) {
    let one = |letter: char| -> Option<Vec<u8>> {
        let basic = LETTERS.chars().position(|known| known == letter && letter != '\u{1b}');
        let escaped = || ESCAPED.iter().find(|(_, known)| *known == letter).map(|(code, _)| vec![27, *code]);
        basic.map(|code| vec![code as u8]).or_else(escaped)
    };
    let septets: Option<Vec<Vec<u8>>> = text.chars().map(one).collect();
    if let Some(letters) = septets {
        return (0, letters);
    }
    let wide = |letter: char| letter.encode_utf16(&mut [0; 2]).iter().flat_map(|unit| unit.to_be_bytes()).collect();
    (8, text.chars().map(wide).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_phone_writes_it_shows() {
        for text in ["Muraho!", "5 € [a]", "Ñandú ç", "😀", "@£\n"] {
            let (coding, letters) = written(text);
            assert_eq!(shown(&letters.concat(), coding), text);
        }
        assert_eq!(LETTERS.chars().count(), 128);
    }
}
