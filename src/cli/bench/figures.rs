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
    /// The spread between the measurements: three quarters minus one quarter. `None`: it was measured once.
    pub iqr: Option<f64>,
    /// What stands beside the figure in the table: what it is a ratio of, and what was also seen.
    pub note: String,
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
        Self {
            name,
            value: Some(value),
            unit,
            budget,
            how: String::new(),
            iqr: None,
            note: String::new(),
            parts: Map::new(),
        }
    }

    /// The median of several measurements, which stand among the parts as `measured`.
    pub(super) fn of(name: &'static str, measured: &Series, unit: &'static str, budget: Option<Budget>) -> Self {
        let row = Self { iqr: Some(measured.iqr()), ..Self::new(name, measured.median(), unit, budget) };
        row.with("measured", measured.to_json())
    }

    pub(super) fn missing(
        name: &'static str,
        unit: &'static str,
        budget: Option<Budget>,
        why: impl Into<String>,
    ) -> Self {
        Self { value: None, ..Self::new(name, f64::NAN, unit, budget).how(why) }
    }

    pub(super) fn note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
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
        json!({
            "name": self.name, "value": self.value.map(rounded), "unit": self.unit, "budget": budget, "met": self.met(),
            "iqr": self.iqr.map(rounded), "note": self.note, "how": self.how, "parts": self.parts,
        })
    }

    /// `None`: there is no budget, or no figure.
    pub(super) fn met(&self) -> Option<bool> {
        self.budget.zip(self.value).map(|(budget, value)| match budget {
            Budget::AtLeast(limit) => value >= limit,
            Budget::AtMost(limit) => value <= limit,
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

    pub(super) fn iter(&self) -> impl Iterator<Item = f64> + '_ {
        self.0.iter().copied()
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
        json!({ "median": rounded(self.median()), "iqr": rounded(self.iqr()), "all": all })
    }

    fn iqr(&self) -> f64 {
        self.quantile(0.75) - self.quantile(0.25)
    }
}

impl FromIterator<f64> for Series {
    fn from_iter<I: IntoIterator<Item = f64>>(values: I) -> Self {
        Self(values.into_iter().collect())
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

/// A number as people read it: four digits that count, thousands apart.
pub(super) fn written(value: f64) -> String {
    let value = rounded(value);
    if value.abs() < 1000.0 {
        return value.to_string();
    }
    let digits = format!("{value:.0}");
    let mut apart = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.char_indices() {
        if place > 0 && digit.is_ascii_digit() && (digits.len() - place) % 3 == 0 && !apart.ends_with('-') {
            apart.push(',');
        }
        apart.push(digit);
    }
    apart
}
