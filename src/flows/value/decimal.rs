//! A number with a fraction, exactly: millionths in a whole number.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Millionths of one.
const ONE: i64 = 1_000_000;
/// Digits behind the point.
const PLACES: usize = 6;
/// Decimals stay within plus and minus this, like whole numbers.
const MAX: i64 = 1_000_000_000;

/// A decimal number within ±10⁹ with at most six digits behind the point. Written as text (`"1.5"`), so that no reader rounds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Decimal(i64);

impl Decimal {
    /// `None` beyond ±10⁹.
    pub fn from_whole(number: i64) -> Option<Self> {
        Self::from_millionths(number.checked_mul(ONE)?)
    }

    /// `None` beyond ±10⁹.
    pub fn from_millionths(millionths: i64) -> Option<Self> {
        let most = MAX * ONE;
        (-most..=most).contains(&millionths).then_some(Self(millionths))
    }

    pub fn millionths(self) -> i64 {
        self.0
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (whole, rest) = (self.0.unsigned_abs() / ONE as u64, self.0.unsigned_abs() % ONE as u64);
        if rest == 0 {
            return write!(f, "{sign}{whole}");
        }
        let rest = format!("{rest:06}");
        write!(f, "{sign}{whole}.{}", rest.trim_end_matches('0'))
    }
}

/// What is no decimal number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("write a number such as 1.5, within a thousand million and with at most six digits behind the point")]
pub struct NoDecimal;

impl FromStr for Decimal {
    type Err = NoDecimal;

    fn from_str(text: &str) -> Result<Self, NoDecimal> {
        let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (whole, rest) = digits.split_once('.').unwrap_or((digits, ""));
        let number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then_some(()).ok_or(NoDecimal);
        number(whole)?;
        number(rest)?;
        if whole.is_empty() || rest.len() > PLACES || digits.ends_with('.') {
            return Err(NoDecimal);
        }
        let whole: i64 = whole.parse().map_err(|_| NoDecimal)?;
        let rest: i64 = format!("{rest:0<PLACES$}").parse().map_err(|_| NoDecimal)?;
        let millionths = whole.checked_mul(ONE).and_then(|whole| whole.checked_add(rest)).ok_or(NoDecimal)?;
        Self::from_millionths(if negative { -millionths } else { millionths }).ok_or(NoDecimal)
    }
}

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}
