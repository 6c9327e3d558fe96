//! The outbound side: the window by itself, as a table and as a property, and dispatchers on a table in memory and a company on loopback.

mod buckets;

mod model;
mod property;
mod window;
