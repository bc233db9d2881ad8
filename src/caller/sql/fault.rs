//! What a database's faults come to. Their texts may quote values, so only codes, and texts that speak of the schema,
//! are passed on.

use super::super::trouble::Trouble;

/// What `fault` comes to when nothing was changed for sure.
pub(super) fn trouble(fault: &sqlx::Error) -> Trouble {
    match fault {
        sqlx::Error::Database(fault) => of_database(fault.as_ref()),
        sqlx::Error::PoolTimedOut => Trouble::Timeout,
        sqlx::Error::Io(fault) => Trouble::Unreachable(fault.to_string()),
        sqlx::Error::Tls(fault) => Trouble::Unreachable(fault.to_string()),
        sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => {
            Trouble::Unreachable("the connection is gone".to_owned())
        }
        sqlx::Error::ColumnNotFound(column) => Trouble::WrongShape(format!("there is no column {column:?}")),
        sqlx::Error::Configuration(_) => {
            Trouble::Unreachable("the address of the database is not understood".to_owned())
        }
        _ => Trouble::Unreachable("the database does not answer as one".to_owned()),
    }
}

fn of_database(fault: &dyn sqlx::error::DatabaseError) -> Trouble {
    let code = fault.code().map(|code| code.into_owned()).unwrap_or_default();
    let is_postgres = code.len() == 5;
    if !is_postgres {
        return match (code.parse::<i32>().unwrap_or_default()) & 0xff {
            // SQLITE_BUSY, SQLITE_LOCKED, SQLITE_INTERRUPT.
            5 | 6 | 9 => Trouble::Timeout,
            // SQLITE_READONLY, SQLITE_CONSTRAINT.
            8 | 19 => Trouble::Refused(fault.message().to_owned()),
            // SQLITE_CANTOPEN, SQLITE_NOTADB, SQLITE_PERM, SQLITE_IOERR, SQLITE_CORRUPT, SQLITE_FULL.
            14 | 26 | 3 | 10 | 11 | 13 => Trouble::Unreachable(fault.message().to_owned()),
            // Its texts name tables and columns, never values.
            _ => Trouble::WrongShape(fault.message().to_owned()),
        };
    }
    match (code.get(..2).unwrap_or_default(), code.as_str()) {
        (_, "57014" | "55P03") => Trouble::Timeout,
        ("23" | "25" | "40" | "44" | "P0" | "22", _) => {
            let constraint = fault.constraint().map(|name| format!(", constraint {name:?}")).unwrap_or_default();
            Trouble::Refused(format!("SQLSTATE {code}{constraint}"))
        }
        // Syntax and access rules: the text speaks of the schema.
        ("42" | "3D" | "28" | "3F", _) => Trouble::Refused(format!("SQLSTATE {code}: {}", fault.message())),
        _ => Trouble::Unreachable(format!("SQLSTATE {code}")),
    }
}
