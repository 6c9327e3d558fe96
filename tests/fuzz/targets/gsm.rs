//! Texts for phones: what leaves is what was said, in parts that fit.

use ganira::flows::layout::gsm::{Encoding, encoding_of, length, plain, segments, septets, split};

use super::Target;
use crate::harness::Seen;

pub const TARGET: Target = Target { name: "gsm", seeds, words: WORDS, bytes_max: 4096, run };

const WORDS: &[&str] =
    &["€", "{", "}", "[", "\\", "^", "~", "|", "Δ", "Ω", "à", "ç", "ł", "’", "…", "中", "👍🏽", "e\u{301}\u{301}", "1/2"];
/// Septets and UTF-16 units of one part of several.
const SEPTETS: usize = 153;
const UNITS: usize = 67;
/// The same of a text that leaves alone.
const SEPTETS_ALONE: usize = 160;
const UNITS_ALONE: usize = 70;

fn seeds() -> Vec<Vec<u8>> {
    let exact = [
        "a".repeat(160),
        "a".repeat(161),
        "€".repeat(80),
        format!("{}€", "a".repeat(152)),
        "中".repeat(70),
        "👍🏽".repeat(40),
    ];
    let family = format!("x{}", "👩\u{200d}".repeat(60));
    exact.into_iter().chain([family, "Muraho! Amafaranga 5 000 Frw".to_owned()]).map(String::into_bytes).collect()
}

fn run(input: &[u8], seen: &mut Seen) {
    let text = String::from_utf8_lossy(input);
    let parts = split(&text);
    assert_eq!(parts.concat(), text);
    assert_eq!(parts.len(), segments(&text));
    let encoding = encoding_of(&text);
    let most = match (encoding, parts.len()) {
        (Encoding::Gsm7, 1) => SEPTETS_ALONE,
        (Encoding::Gsm7, _) => SEPTETS,
        (Encoding::Ucs2, 1) => UNITS_ALONE,
        (Encoding::Ucs2, _) => UNITS,
    };
    for part in &parts {
        let units = if encoding == Encoding::Gsm7 { septets(part).unwrap() } else { part.encode_utf16().count() };
        assert!(units <= most, "{units} of {most} in {part:?}");
        assert!(!part.is_empty() || text.is_empty());
    }
    let said = plain(&text);
    assert_eq!(encoding_of(&said), Encoding::Gsm7);
    assert_eq!(plain(&said), said);
    assert_eq!(length(&said).1, septets(&said).unwrap());
    seen.see((encoding == Encoding::Gsm7, parts.len().min(9), said.len() == text.len(), said.contains('?')));
}
