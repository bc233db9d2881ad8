//! Sends each request to where it belongs: a dialog, a new call, the registrar, or an answer at once.

use std::sync::Arc;

use rsipstack::sip::Method;
use rsipstack::transaction::TransactionReceiver;
use rsipstack::transaction::transaction::Transaction;
use tokio::sync::mpsc::error::TrySendError;

use super::endpoint::Stack;
use super::front::DialogKey;
use super::headers::{ACCEPT, call_id_of, header, to_tag_of, unsupported_of};
use super::inbound::take_invite;
use super::transact::reply;

/// Runs until the line stops.
pub(super) async fn run(stack: Arc<Stack>, mut incoming: TransactionReceiver) {
    loop {
        let transaction = tokio::select! {
            transaction = incoming.recv() => transaction,
            () = stack.over.cancelled() => None,
        };
        let Some(transaction) = transaction else { return };
        route(&stack, transaction).await;
    }
}

async fn route(stack: &Arc<Stack>, transaction: Transaction) {
    let request = &transaction.original;
    if let Some(local_tag) = to_tag_of(request) {
        let key = DialogKey { call_id: call_id_of(request), local_tag };
        return to_dialog(stack, key, transaction).await;
    }
    let unsupported = unsupported_of(request);
    match request.method {
        Method::Invite => take_invite(stack, transaction).await,
        _ if !unsupported.is_empty() => {
            reply(stack, transaction, 420, vec![header("Unsupported", unsupported.join(", "))]).await;
        }
        Method::Register => stack.registrar.take_register(stack, transaction).await,
        Method::Options if stack.front.is_draining() => {
            reply(stack, transaction, 503, vec![stack.front.retry_after()]).await;
        }
        Method::Options => reply(stack, transaction, 200, vec![header("Accept", ACCEPT)]).await,
        Method::Refer => reply(stack, transaction, 603, Vec::new()).await,
        // These make sense only inside a dialog.
        Method::Bye | Method::Info | Method::Update => reply(stack, transaction, 481, Vec::new()).await,
        _ => reply(stack, transaction, 405, Vec::new()).await,
    }
}

async fn to_dialog(stack: &Arc<Stack>, key: DialogKey, transaction: Transaction) {
    let Some(dialog) = stack.front.dialogs.find(&key) else {
        return reply(stack, transaction, 481, Vec::new()).await;
    };
    match dialog.try_send(transaction) {
        Ok(()) => {}
        Err(TrySendError::Full(transaction)) => {
            reply(stack, transaction, 500, vec![header("Retry-After", "1")]).await;
        }
        Err(TrySendError::Closed(transaction)) => reply(stack, transaction, 481, Vec::new()).await,
    }
}
