//! Questions to a web service that speaks JSON. The operator names the host; a flow only fills in arguments.

mod address;
mod answer;
mod client;
mod request;
mod template;

#[cfg(test)]
mod tests;

pub use address::AddressFault;
pub use answer::Pick;
pub use client::{HttpConnection, HttpSettings};
pub use request::{BodyForm, BodyTemplate, HttpMethod, HttpQuery};
pub use template::{Template, TemplateFault};
