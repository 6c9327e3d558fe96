//! The outbound side: the window by itself, as a table and as a property, and lanes and dispatchers on a store in memory and a company on loopback.

#![expect(clippy::expect_used, reason = "helpers of tests fail as tests do")]

mod buckets;
mod company;
mod dispatcher;
mod held;
mod lane;
mod model;
mod property;
mod receipts;
mod table;
mod window;
