//! A place on the map that a person sent.

use serde::{Deserialize, Serialize};

/// A position in millionths of a degree (about eleven centimetres), so that it is read back as it was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    #[serde(rename = "lat")]
    pub latitude_e6: i32,
    #[serde(rename = "lon")]
    pub longitude_e6: i32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
}

impl Place {
    /// A position in degrees; `None` for one that is not on the earth.
    pub fn at(latitude: f64, longitude: f64) -> Option<Self> {
        let millionths = |degrees: f64, most: f64| {
            (degrees.is_finite() && degrees.abs() <= most).then(|| (degrees * 1e6).round() as i32)
        };
        Some(Self {
            latitude_e6: millionths(latitude, 90.0)?,
            longitude_e6: millionths(longitude, 180.0)?,
            name: None,
            address: None,
        })
    }

    pub fn latitude(&self) -> f64 {
        f64::from(self.latitude_e6) / 1e6
    }

    pub fn longitude(&self) -> f64 {
        f64::from(self.longitude_e6) / 1e6
    }

    /// What to call it: its name, else its address, else `-1.944072, 30.061885`.
    pub fn label(&self) -> String {
        let called = self.name.as_ref().or(self.address.as_ref());
        called.cloned().unwrap_or_else(|| format!("{:.6}, {:.6}", self.latitude(), self.longitude()))
    }
}
