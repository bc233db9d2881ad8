//! What the server tells over HTTP: whether it lives, whether a call could be served, and its figures.
//!
//! **In:** an address and something that knows its [`Status`]. **Out:** `/healthz` (the process answers), `/readyz` (a call could be
//! served now; 503 with the reason otherwise) and `/metrics` (Prometheus text format).
//!
//! ```ignore
//! let server = WebServer::bind("127.0.0.1:8080".parse()?).await?;
//! server.serve(status, shutdown).await;
//! ```

mod metrics;
mod server;

pub use metrics::{Metric, MetricKind, render};
pub use server::{Status, WebError, WebServer};
