//! Who calls, and what is known: the connections that flows look things up in.
//!
//! **In:** the name of a connection, of its query, and arguments. **Out:** one row in the shape the operator
//! declared, nothing, or the kind of trouble. Nothing here ever raises its voice: a missing file is an
//! `if_error` of the flow, with the reason in the log.
//!
//! ```ignore
//! let connections = Connections::new(tables);
//! let result = connections.look_up("shop", "find_order", args).await;
//! ```

mod connections;
mod csv_table;

pub use connections::Connections;
pub use csv_table::{CsvTable, TableFault};
