//! The program: chooses the TLS provider and hands over to the command line.

use std::process::ExitCode;

/// A third more turns a second than with the system's allocator (`docs/performance.md`): a turn is many small values that live briefly.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // Only fails when a provider is installed already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    ganira::cli::run()
}
