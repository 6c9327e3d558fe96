//! Tests without a database: goldens, properties, published vectors.

mod config;
mod crypto;
mod outbound;
mod salon;
mod whatsapp;
