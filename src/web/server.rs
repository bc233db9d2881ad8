//! The HTTP server.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::metrics::{Metric, render};

/// What the server asks when it is asked.
pub trait Status: Send + Sync {
    /// Why no call could be served now; empty when one could.
    fn obstacles(&self) -> Vec<String>;
    /// What an operator should know although calls are served.
    fn notes(&self) -> Vec<String> {
        Vec::new()
    }
    /// The figures.
    fn metrics(&self) -> Vec<Metric>;
}

/// Why the web server could not start.
#[derive(Debug, thiserror::Error)]
pub enum WebError {
    /// The address could not be taken.
    #[error(
        "cannot listen on {address} for HTTP: {why}; another program may be using it: choose another with --web ADDR:PORT"
    )]
    Bind {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        why: std::io::Error,
    },
}

/// A web server that has its address and does not answer yet.
pub struct WebServer {
    listener: TcpListener,
    address: SocketAddr,
}

impl WebServer {
    /// Takes `address`; port 0 takes any.
    pub async fn bind(address: SocketAddr) -> Result<Self, WebError> {
        let failed = |why| WebError::Bind { address, why };
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        Ok(Self { listener, address })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers until `stop`.
    pub async fn serve(self, status: Arc<dyn Status>, stop: CancellationToken) {
        let router = Router::new()
            .route("/healthz", get(|| async { "alive\n" }))
            .route("/readyz", get(ready))
            .route("/metrics", get(metrics))
            .with_state(status);
        let served = axum::serve(self.listener, router).with_graceful_shutdown(async move { stop.cancelled().await });
        if let Err(fault) = served.await {
            tracing::error!(%fault, "the web server stopped");
        }
    }
}

async fn ready(State(status): State<Arc<dyn Status>>) -> impl IntoResponse {
    let obstacles = status.obstacles();
    if obstacles.is_empty() {
        let notes: Vec<String> = status.notes().into_iter().map(|note| format!("note: {note}\n")).collect();
        return (StatusCode::OK, format!("ready\n{}", notes.concat()));
    }
    (StatusCode::SERVICE_UNAVAILABLE, format!("not ready: {}\n", obstacles.join("; ")))
}

async fn metrics(State(status): State<Arc<dyn Status>>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], render(&status.metrics()))
}
