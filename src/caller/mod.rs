//! Who calls, and what is known: the connections that flows look things up in and change things through.
//!
//! **In:** the name of a connection, of its query, and arguments. **Out:** one row in the shape the operator
//! declared, nothing, or the kind of trouble. Nothing here ever raises its voice: a missing file, a slow server, an
//! answer of the wrong shape is an `if_error` of the flow, with the reason in the log and no caller's value in it.
//!
//! ```ignore
//! let connections = Connections::new(settings);
//! let question = Question { connection: "shop".into(), query: "find_order".into(), args, time_limit, now };
//! match connections.look_up(question).await {
//!     LookUpResult::Found(row) => say(&row["status"]),
//!     LookUpResult::None => say_nothing_found(),
//!     LookUpResult::Error(kind) => apologise(&kind),
//! }
//! ```

mod arguments;
mod cell;
mod connections;
mod csv;
mod http;
mod sql;
mod tls;
mod trouble;

pub use connections::{ConnectionSettings, Connections, Health, Pretends, Question};
pub use csv::{CsvAppending, CsvQuery, CsvTable, TableFault};
pub use http::{
    AddressFault, BodyForm, BodyTemplate, HttpMethod, HttpQuery, HttpSettings, Pick, Template, TemplateFault,
};
pub use sql::{SqlPlace, SqlQuery, SqlSettings, Statement, StatementFault};
pub use trouble::Trouble;
