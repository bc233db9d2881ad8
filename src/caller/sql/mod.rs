//! Questions to a database: SQLite in a file, or PostgreSQL. The operator writes the statements; what a flow passes is
//! bound as a parameter and never becomes part of a statement.

mod connection;
mod fault;
mod postgres;
mod postgres_value;
mod sqlite;
mod statement;

#[cfg(test)]
mod tests;

pub use connection::{SqlConnection, SqlPlace, SqlQuery, SqlSettings};
pub use statement::{Statement, StatementFault};
