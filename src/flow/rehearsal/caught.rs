//! A panic is a finding like any other: what went wrong, and where, instead of the end of the command.

use std::any::Any;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind, set_hook, take_hook};
use std::sync::Once;

thread_local! {
    /// Whether this thread's panics are being caught here, and the place of the last one.
    static CATCHING: RefCell<Catching> = const { RefCell::new(Catching { depth: 0, place: None }) };
}

struct Catching {
    depth: usize,
    place: Option<String>,
}

/// Does something that must not panic; if it does, says what the panic said and where it was raised. Nothing is printed
/// meanwhile. What `act` was working on may be half done: it may be looked at, but not gone on with.
pub fn caught<T>(act: impl FnOnce() -> T) -> Result<T, String> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let usual = take_hook();
        set_hook(Box::new(move |panic: &PanicHookInfo<'_>| {
            let is_caught = CATCHING.with_borrow_mut(|catching| {
                catching.place = panic.location().map(|place| format!("{}:{}", place.file(), place.line()));
                catching.depth > 0
            });
            if !is_caught {
                usual(panic);
            }
        }));
    });
    CATCHING.with_borrow_mut(|catching| catching.depth += 1);
    let done = catch_unwind(AssertUnwindSafe(act));
    let place = CATCHING.with_borrow_mut(|catching| {
        catching.depth -= 1;
        catching.place.take()
    });
    done.map_err(|panic| {
        let place = place.map(|place| format!(" at {place}")).unwrap_or_default();
        format!("panic{place}: {}", said(panic.as_ref()))
    })
}

/// What a panic said.
fn said(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("it said nothing")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_told_with_its_place_and_the_next_thing_goes_on() {
        let nothing: Vec<u8> = Vec::new();
        let told = caught(|| nothing[nothing.len()]).unwrap_err();
        assert!(told.starts_with("panic at src/flow/rehearsal/caught.rs:"), "{told}");
        assert!(told.contains(": index out of bounds"), "{told}");
        assert_eq!(caught(|| 7), Ok(7));
    }
}
