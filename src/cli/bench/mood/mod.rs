//! `warmline bench mood`: how well the tone of a voice tells distress, and the training of the weights that do.
//!
//! In: a folder of acted recordings, EmoDB and RAVDESS, and the noise of a kitchen. Out: tables for `docs/mood.md`; or
//! `models/mood/weights.json`, from EmoDB alone. EmoDB is measured speaker by speaker, each with models trained on the others;
//! RAVDESS is only ever measured on.

mod command;
mod corpus;
mod fit;
mod measure;
mod opensmile;
mod report;
mod sound;
mod table;
mod train;

pub use command::BenchMood;
pub use corpus::Emotion;
pub use measure::{Auc, Bin, Calibrated};
pub use report::{AucLine, Happy, MoodReport};
