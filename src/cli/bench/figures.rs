//! A figure: measured several times, its median, its spread, and whether it keeps its budget.

use serde_json::{Map, Value, json};

/// One row of the output.
#[derive(Debug)]
pub(super) struct Row {
    pub name: &'static str,
    /// `None`: it could not be measured, `how` says why.
    pub value: Option<f64>,
    pub unit: &'static str,
    pub budget: Option<Budget>,
    pub how: String,
    /// The parts of the figure, for whoever wants to know what it was made of.
    pub parts: Map<String, Value>,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Budget {
    AtLeast(f64),
    AtMost(f64),
}

impl Row {
    pub(super) fn new(name: &'static str, value: f64, unit: &'static str, budget: Option<Budget>) -> Self {
        Self { name, value: Some(value), unit, budget, how: String::new(), parts: Map::new() }
    }

    pub(super) fn missing(name: &'static str, unit: &'static str, budget: Option<Budget>, why: String) -> Self {
        Self { name, value: None, unit, budget, how: why, parts: Map::new() }
    }

    pub(super) fn how(mut self, how: impl Into<String>) -> Self {
        self.how = how.into();
        self
    }

    pub(super) fn with(mut self, name: &str, part: impl Into<Value>) -> Self {
        self.parts.insert(name.to_owned(), part.into());
        self
    }

    pub(super) fn to_json(&self) -> Value {
        let budget = match self.budget {
            Some(Budget::AtLeast(limit)) => json!(format!(">= {limit}")),
            Some(Budget::AtMost(limit)) => json!(format!("<= {limit}")),
            None => Value::Null,
        };
        let met = self.budget.zip(self.value).map(|(budget, value)| match budget {
            Budget::AtLeast(limit) => value >= limit,
            Budget::AtMost(limit) => value <= limit,
        });
        json!({
            "name": self.name, "value": self.value.map(rounded), "unit": self.unit, "budget": budget, "met": met,
            "how": self.how, "parts": self.parts,
        })
    }
}

/// Several measurements of one thing.
#[derive(Debug, Clone, Default)]
pub(super) struct Series(Vec<f64>);

impl Series {
    pub(super) const fn new() -> Self {
        Self(Vec::new())
    }

    pub(super) fn push(&mut self, value: f64) {
        self.0.push(value);
    }

    pub(super) fn median(&self) -> f64 {
        self.quantile(0.5)
    }

    /// The value below which the part `q` of the measurements lies, interpolated.
    fn quantile(&self, q: f64) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let Some(last) = sorted.len().checked_sub(1) else { return f64::NAN };
        let place = q * last as f64;
        let (low, high) = (sorted[place.floor() as usize], sorted[place.ceil() as usize]);
        low + (high - low) * place.fract()
    }

    /// Median, interquartile range and every single measurement.
    pub(super) fn to_json(&self) -> Value {
        let all: Vec<f64> = self.0.iter().copied().map(rounded).collect();
        json!({ "median": rounded(self.median()), "iqr": rounded(self.quantile(0.75) - self.quantile(0.25)), "all": all })
    }
}

/// Four significant digits are more than a measurement has.
pub(super) fn rounded(value: f64) -> f64 {
    if value == 0.0 || !value.is_finite() {
        return value;
    }
    let scale = 10_f64.powi(3 - value.abs().log10().floor() as i32);
    (value * scale).round() / scale
}
