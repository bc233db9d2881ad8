//! What is logged and where: to standard error, and never a private value.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

/// Starts logging. `WARMLINE_LOG` filters as `tracing` directives do; without it a server logs what happens and
/// other commands only what is wrong. The SIP stack logs whole messages, credentials included, at INFO: it is
/// held to errors unless named in the filter.
pub(super) fn start(quiet: bool) {
    let usual = if quiet { "warn,rsipstack=error,ort=error" } else { "info,rsipstack=error,ort=warn" };
    let filter = match std::env::var("WARMLINE_LOG") {
        Ok(written) if !written.contains("rsipstack") => EnvFilter::new(format!("{written},rsipstack=error,ort=error")),
        Ok(written) => EnvFilter::new(written),
        Err(_) => EnvFilter::new(usual),
    };
    let logging = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false)
        // Told otherwise, it prints that it cannot print, and that panics: a full disk under the log would end calls.
        .log_internal_errors(false)
        .try_init();
    if let Err(fault) = logging {
        eprintln!("warmline: logging does not start: {fault}");
    }
}
