//! One contract for both stores: the same operations have the same answers on Postgres and in memory.

#[path = "../../sim/store/mod.rs"]
mod sim_store;
