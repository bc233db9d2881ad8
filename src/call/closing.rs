//! Whether the service is being stopped.

/// Whether the service is being stopped, as every call is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closing {
    /// It runs.
    Open,
    /// Running calls go on, no new one is taken.
    Draining,
    /// Running calls apologise and end.
    Ending,
}
