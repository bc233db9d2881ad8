//! Pictures of flows: what a designer looks at to see where a caller can go.
//!
//! **In:** a checked [`Bundle`](super::Bundle). **Out:** a [`Picture`] of one of its flows, or of the bundle: which
//! flow runs, starts or hands over to which. A picture is written as Mermaid text ([`Picture::mermaid`]), which pages
//! of documentation draw, or as an SVG ([`Picture::svg`]) that needs nothing.
//!
//! ```
//! use warmline::flow::{Operators, Picture, SourceFile, load_files};
//! use warmline::words::Language;
//!
//! let text = "bundle: hello\nstart: greet\nlanguages: [en]\n---\nflow: greet\nsteps:\n  - say: { en: \"Hello.\" }\n  - end: call\n";
//! let file = SourceFile { path: "hello.yaml".into(), text: text.to_owned() };
//! let bundle = load_files(vec![file], &Operators::default()).unwrap().bundle;
//! let picture = Picture::of_flow(&bundle, "greet", Language::EN).unwrap();
//! assert!(picture.mermaid().contains("Hello."));
//! assert!(picture.svg().starts_with("<svg"));
//! ```

pub(super) mod exits;
mod layers;
mod lettering;
mod mermaid;
mod of_bundle;
mod of_flow;
mod picture;
mod placing;
mod svg;
#[cfg(test)]
mod tests;

pub(super) use exits::{exits, followed};
pub use picture::Picture;
