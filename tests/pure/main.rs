//! Tests without a database: goldens, properties, published vectors.

mod config;
mod crypto;
mod salon;
mod whatsapp;
