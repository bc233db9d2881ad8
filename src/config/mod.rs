//! What the operator decides: `warmline.toml`, the environment and the command line.
//!
//! **In:** the text of a `warmline.toml` and what stands above it (environment, command line).
//! **Out:** a [`Config`], validated once: every name it mentions exists, every path is absolute, every secret
//! is fetched. Nothing after this point asks whether a setting makes sense.
//!
//! ```ignore
//! let config = Config::read(Path::new("warmline.toml"), &Overrides::default())?;
//! assert_eq!(config.limits.calls, 100);
//! ```

mod connection;
mod desk;
mod duration;
mod error;
mod hours;
mod raw;
mod settings;
mod validate;

pub use error::ConfigError;
pub use hours::{Hours, HoursError};
pub use settings::{
    Accept, Agent, AgentReach, Config, Desk, Destination, Hear, Limits, Models, Number, Overrides, QueueSettings,
    Record, Secret, Secrets, Sip, SoundDevices, Speak, Trunk, Web,
};
