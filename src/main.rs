//! The program: chooses the allocator and the TLS provider and hands over to the command line.

use std::process::ExitCode;

/// A turn is a few hundred small allocations on whichever core is free: with the system's allocator they cost a third of its time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // Only fails when a provider is installed already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    ganira::cli::run()
}
