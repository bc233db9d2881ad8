//! ONNX Runtime, loaded once a process from a shared library chosen at start.
//!
//! Activity detection and the piper voices both run on it. `ort` is built to load the library at run time, so
//! somebody must say which one before the first session is made: [`init_onnx_runtime`]. Any room may use this
//! module.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use ort::logging::LogLevel;
use ort::session::Session;
use ort::session::builder::GraphOptimizationLevel;

/// Why ONNX Runtime or a model for it could not be used.
#[derive(Debug, thiserror::Error)]
pub enum OnnxError {
    /// The file is missing or cannot be read.
    #[error("cannot read {path}: {source}; run `warmline models install` or name another file in warmline.toml")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is not a usable ONNX Runtime library.
    #[error("{path} is not a usable ONNX Runtime 1.24 or later: {reason}")]
    Library {
        /// The file.
        path: PathBuf,
        /// What the loader said.
        reason: String,
    },
    /// Another library is already loaded: one process can hold one.
    #[error("ONNX Runtime is already loaded from {loaded}; {asked} needs a restart")]
    AlreadyLoaded {
        /// The library in use.
        loaded: PathBuf,
        /// The library asked for now.
        asked: PathBuf,
    },
    /// The runtime refused the model.
    #[error("{path} is not a model that ONNX Runtime can run: {reason}")]
    Model {
        /// The file.
        path: PathBuf,
        /// What the runtime said.
        reason: String,
    },
}

/// The library in use, once there is one.
static LOADED: Mutex<Option<PathBuf>> = Mutex::new(None);

/// Loads ONNX Runtime from the shared library at `library`. The first call loads it; later calls with the same
/// file do nothing, and with another file are refused, since a process can hold only one.
///
/// Messages of the runtime go to `tracing` under the target `onnx`, never to the standard error.
pub fn init_onnx_runtime(library: &Path) -> Result<(), OnnxError> {
    let path =
        library.canonicalize().map_err(|source| OnnxError::Unreadable { path: library.to_path_buf(), source })?;
    let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
    match loaded.as_ref() {
        Some(same) if *same == path => return Ok(()),
        Some(other) => return Err(OnnxError::AlreadyLoaded { loaded: other.clone(), asked: path }),
        None => {}
    }
    let environment =
        ort::init_from(&path).map_err(|error| OnnxError::Library { path: path.clone(), reason: one_line(&error) })?;
    environment.with_name("warmline").with_telemetry(false).with_logger(Arc::new(log)).commit();
    *loaded = Some(path);
    Ok(())
}

/// A session of the model at `path` that computes on `threads` threads (at least one) without spinning between
/// runs. [`init_onnx_runtime`] must have been called.
pub fn onnx_session(path: &Path, threads: usize) -> Result<Session, OnnxError> {
    std::fs::File::open(path).map_err(|source| OnnxError::Unreadable { path: path.to_path_buf(), source })?;
    build_session(path, threads)
        .map_err(|error| OnnxError::Model { path: path.to_path_buf(), reason: one_line(&error) })
}

fn build_session(path: &Path, threads: usize) -> Result<Session, ort::Error> {
    Session::builder()?
        .with_optimization_level(GraphOptimizationLevel::Level3)?
        .with_intra_threads(threads.max(1))?
        .with_inter_threads(1)?
        .with_config_entry("session.intra_op.allow_spinning", "0")?
        .commit_from_file(path)
}

fn log(level: LogLevel, category: &str, _id: &str, _location: &str, message: &str) {
    match level {
        LogLevel::Error | LogLevel::Fatal => tracing::error!(target: "onnx", category, message, "onnx runtime"),
        LogLevel::Warning => tracing::debug!(target: "onnx", category, message, "onnx runtime"),
        LogLevel::Info | LogLevel::Verbose => tracing::trace!(target: "onnx", category, message, "onnx runtime"),
    }
}

fn one_line(error: &ort::Error) -> String {
    error.to_string().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_library_names_itself_and_the_mend() {
        let error = init_onnx_runtime(Path::new("/nowhere/libonnxruntime.so")).unwrap_err().to_string();
        assert!(error.contains("/nowhere/libonnxruntime.so") && error.contains("warmline models install"), "{error}");
    }
}
