//! The log of a run: virtual time, host, what happened; and what the engine itself says.

use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::FormatTime;

use crate::time;

static LINES: Mutex<Vec<u8>> = Mutex::new(Vec::new());
/// Writing costs more than a third of a run.
static IS_ON: AtomicBool = AtomicBool::new(false);

struct Stamp;

impl FormatTime for Stamp {
    fn format_time(&self, writer: &mut Writer<'_>) -> std::fmt::Result {
        write!(writer, "{:9.3} {:5}", time::elapsed().as_secs_f64(), time::here())
    }
}

struct Lines;

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        LINES.lock().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Lines;

    fn make_writer(&'a self) -> Lines {
        Lines
    }
}

/// It is written from now on, by the engine too.
pub fn begin(level: tracing::Level) {
    IS_ON.store(true, Ordering::Relaxed);
    let format = tracing_subscriber::fmt().with_ansi(false).with_target(false).with_timer(Stamp);
    format.with_max_level(level).with_writer(Lines).init();
}

/// Writes a line.
pub fn line(what: std::fmt::Arguments<'_>) {
    if !IS_ON.load(Ordering::Relaxed) {
        return;
    }
    let mut lines = LINES.lock();
    let (at, here) = (time::elapsed().as_secs_f64(), time::here());
    writeln!(lines, "{at:9.3} {here:5}       {what}").unwrap();
}

/// All of it.
pub fn all() -> Vec<u8> {
    LINES.lock().clone()
}

macro_rules! log {
    ($($what:tt)*) => { $crate::log::line(format_args!($($what)*)) };
}
pub(crate) use log;
