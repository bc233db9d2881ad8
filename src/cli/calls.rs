//! `warmline calls`: what the record knows of past calls.

use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::{Common, assemble, runtime};
use crate::CallId;
use crate::record::{CallQuery, Store};

/// Shows past calls.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  warmline calls\n  warmline calls show 00c0ffee00c0ffee\n  warmline calls show 00c0ffee00c0ffee --json"
)]
pub(super) struct Calls {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Option<CallsCommand>,
    /// How many of the latest calls to list
    #[arg(long, default_value_t = 50)]
    limit: u32,
    /// One JSON object a call
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum CallsCommand {
    /// One call, with all that was said
    Show {
        /// The call, as the list names it
        id: CallId,
    },
}

impl Calls {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        runtime()?.block_on(async move {
            let config = assemble::designers_config(&self.common)?;
            let store = assemble::open_store(&config).await?;
            match self.command {
                None => self.list(store.as_ref()).await,
                Some(CallsCommand::Show { id }) => show(store.as_ref(), id, self.json).await,
            }
        })
    }

    async fn list(&self, store: &dyn Store) -> anyhow::Result<ExitCode> {
        let calls = store.calls(CallQuery { limit: self.limit, ..CallQuery::default() }).await?;
        if self.json {
            for call in &calls {
                println!("{}", call.to_json());
            }
            return Ok(ExitCode::SUCCESS);
        }
        if calls.is_empty() {
            println!("no calls yet");
        } else {
            print!("{}", crate::record::render_calls(&calls));
        }
        Ok(ExitCode::SUCCESS)
    }
}

async fn show(store: &dyn Store, id: CallId, json: bool) -> anyhow::Result<ExitCode> {
    let Some(call) = store.call(id).await? else {
        eprintln!("warmline: there is no call {id}; `warmline calls` lists them");
        return Ok(ExitCode::FAILURE);
    };
    if json {
        println!("{}", call.to_json());
    } else {
        print!("{}", crate::record::render_call(&call));
    }
    Ok(ExitCode::SUCCESS)
}
