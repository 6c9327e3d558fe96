//! store

pub mod private_postgres;
