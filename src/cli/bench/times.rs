//! How long something took, many times over: what stays of an HDR histogram when its process has ended.

use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::figures::rounded;

/// Longer times count as this.
const MICROS_MAX: u64 = 60_000_000;
/// Three significant digits.
const DIGITS: u8 = 3;

/// Milliseconds.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(super) struct Times {
    pub count: u64,
    pub p50: f64,
    pub p90: f64,
    pub p95: f64,
    pub p99: f64,
    pub p999: f64,
    pub max: f64,
}

/// A histogram of microseconds. Longer times are counted as its longest.
#[derive(Debug)]
pub(super) struct Gathered(Histogram<u64>);

impl Gathered {
    pub(super) fn new() -> anyhow::Result<Self> {
        Ok(Self(Histogram::new_with_bounds(1, MICROS_MAX, DIGITS)?))
    }

    pub(super) fn record(&mut self, micros: u64) {
        self.0.saturating_record(micros);
    }

    pub(super) fn times(&self) -> Times {
        let ms = |micros: u64| micros as f64 / 1000.0;
        let at = |quantile| ms(self.0.value_at_quantile(quantile));
        Times {
            count: self.0.len(),
            p50: at(0.5),
            p90: at(0.9),
            p95: at(0.95),
            p99: at(0.99),
            p999: at(0.999),
            max: ms(self.0.max()),
        }
    }
}

impl Times {
    pub(super) fn to_json(self) -> Value {
        json!({
            "count": self.count, "p50": rounded(self.p50), "p90": rounded(self.p90), "p95": rounded(self.p95), "p99": rounded(self.p99),
            "p99.9": rounded(self.p999), "max": rounded(self.max),
        })
    }
}
