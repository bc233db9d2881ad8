//! What a call changes outside: told to the far side once with its key, kept in the record, told to the person who
//! takes the call; finished though the caller has gone, while a look-up ends with its caller.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use super::media::Media;
use super::server::{PATIENCE, Plan, Server, beside_others, new_number, root, wait_for};
use super::sipp::{Scenario, Sipp};

/// A web service that books at once, searches for ever, and makes a slow change when it is let go on.
#[derive(Clone)]
struct FarSide {
    port: u16,
    state: Arc<(Mutex<State>, Condvar)>,
}

#[derive(Default)]
struct State {
    /// Request line, key and body of each.
    requests: Vec<(String, Option<String>, String)>,
    /// Whether whoever searched has given up.
    search_abandoned: bool,
    go_on: bool,
}

impl FarSide {
    fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let far = Self { port: listener.local_addr().expect("its address").port(), state: Arc::default() };
        let serving = far.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let far = serving.clone();
                std::thread::spawn(move || far.answer(stream));
            }
        });
        far
    }

    fn answer(&self, stream: TcpStream) {
        let mut reader = BufReader::new(stream.try_clone().expect("the same connection"));
        let (mut line, mut length, mut key) = (String::new(), 0, None);
        while reader.read_line(&mut line).is_ok_and(|read| read > 0) {
            let request = line.trim_end().to_owned();
            loop {
                let mut header = String::new();
                if reader.read_line(&mut header).is_err() || header.trim_end().is_empty() {
                    break;
                }
                let (name, value) = header.trim_end().split_once(": ").unwrap_or_default();
                match name.to_ascii_lowercase().as_str() {
                    "content-length" => length = value.parse().unwrap_or(0),
                    "idempotency-key" => key = Some(value.to_owned()),
                    _ => {}
                }
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).expect("the body");
            let body = String::from_utf8_lossy(&body).into_owned();
            self.tell(|state| state.requests.push((request.clone(), key.take(), body)));
            if request.starts_with("GET /search") {
                // Nothing is answered; the connection ends when the other side closes it.
                let left = reader.read(&mut [0]);
                assert!(!matches!(left, Ok(1..)), "more was sent");
                self.tell(|state| state.search_abandoned = true);
                return;
            }
            if request.starts_with("POST /slow") {
                let (state, told) = &*self.state;
                let state = state.lock().unwrap_or_else(PoisonError::into_inner);
                drop(told.wait_while(state, |state| !state.go_on));
            }
            let answer = "HTTP/1.1 201 Created\r\nContent-Length: 12\r\n\r\n{\"id\":\"R-7\"}";
            if (&stream).write_all(answer.as_bytes()).is_err() {
                return;
            }
            (line, length) = (String::new(), 0);
        }
    }

    fn tell(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state.0.lock().unwrap_or_else(PoisonError::into_inner));
        self.state.1.notify_all();
    }

    fn look<T>(&self, see: impl FnOnce(&State) -> T) -> T {
        see(&self.state.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn wait_for_request(&self, begin: &str) -> (String, Option<String>, String) {
        wait_for(begin, PATIENCE, || {
            self.look(|state| state.requests.iter().find(|one| one.0.starts_with(begin)).cloned())
        })
    }

    /// A server whose flows change things here.
    fn server(&self) -> Server {
        let desks = Plan::desks();
        let connection = format!(
            "[connection.far]\nkind = \"http\"\nbase = \"http://127.0.0.1:{}\"\n\
             [connection.far.search]\npath = \"/search/{{item}}\"\nargs = {{ item = \"text\" }}\n\
             returns = {{ status = \"text\" }}\ntime_limit = \"50s\"\n\
             [connection.far.book]\nmethod = \"POST\"\npath = \"/returns\"\nargs = {{ item = \"text\" }}\n\
             fields = {{ reference = \"/id\" }}\nreturns = {{ reference = \"text\" }}\n\
             [connection.far.message]\nmethod = \"POST\"\npath = \"/messages\"\n\
             args = {{ to = \"phone\", template = \"text\", reference = \"text\" }}\n\
             [connection.far.slow]\nmethod = \"POST\"\npath = \"/slow\"\nargs = {{ item = \"text\" }}\ntime_limit = \"20s\"\n\
             [connection.far.gone]\nmethod = \"POST\"\npath = \"/gone\"\nargs = {{ item = \"text\" }}\n",
            self.port
        );
        let sections = format!("{connection}{}", desks.sections);
        Plan { bundle: root().join("tests/wire/changes"), sections, ..desks }.start()
    }
}

/// A caller who presses `key` and hangs up when cued again.
fn start(server: &Server, number: &str, key: &str, media: &Media) -> Sipp {
    let digit = [("digit", key)];
    let caller = Scenario::caller("caller-keys-then-leaves", server.sip, number, media.port(0)).with(&digit).start();
    server.wait_for_event(number, "answered");
    caller.cue();
    caller
}

#[test]
fn a_call_books_sends_notes_and_hands_over_and_finishes_what_it_began() {
    let _machine = beside_others();
    let far = FarSide::start();
    let server = far.server();
    a_return_is_booked_and_the_person_is_told(&server, &far);
    a_look_up_ends_with_its_caller(&server, &far);
    a_change_is_finished_though_the_caller_has_gone(&server, &far);
    server.wait_until_nothing_is_left();
    server.assert_no_panic();
    assert!(!server.stderr().contains("442012345678"), "a number is in the log");
}

fn a_return_is_booked_and_the_person_is_told(server: &Server, far: &FarSide) {
    let (number, media) = (new_number(), Media::new(2));
    let agent = Scenario::agent("agent-listens", server.agent_port("q1a"), media.port(1)).start();
    let caller = start(server, &number, "1", &media);
    server.wait_for_event(&number, "brief");
    media.press(1, "1");
    server.wait_for_event(&number, "bridged");
    caller.cue();
    caller.finish();
    agent.finish();
    assert_eq!(server.wait_for_end(&number), "caller_hung_up");
    let record = server.call(&number).expect("the call");
    let first = |name: &str| record.events(name).first().cloned().unwrap_or_else(|| panic!("no {name} in {record}"));
    assert_eq!((first("did")["name"].as_str(), first("did")["result"].as_str()), (Some("far.book"), Some("done")));
    assert_eq!(
        (first("sent")["template"].as_str(), first("sent")["result"].as_str()),
        (Some("return_booked"), Some("sent"))
    );
    assert_eq!(first("note")["text"], "return R-7 is booked");
    assert_eq!(first("tag")["tag"], "returned");
    assert!(first("brief")["text"].as_str().expect("a text").contains("note"), "{record}");
    assert!(record.events("look_up").is_empty(), "a change is told as a look-up: {record}");
    assert!(!format!("{record}").contains("442012345678"), "a number is in the record");

    let (_, key, body) = far.wait_for_request("POST /returns");
    assert_eq!(body, r#"{"item":"lamp"}"#);
    let (_, other_key, message) = far.wait_for_request("POST /messages");
    assert_eq!(message, r#"{"reference":"R-7","template":"return_booked","to":"+442012345678"}"#);
    assert!(key.is_some() && other_key.is_some() && key != other_key, "{key:?} {other_key:?}");
}

fn a_look_up_ends_with_its_caller(server: &Server, far: &FarSide) {
    let (number, media) = (new_number(), Media::new(1));
    let caller = start(server, &number, "2", &media);
    far.wait_for_request("GET /search/lamp");
    assert!(!far.look(|state| state.search_abandoned));
    caller.cue();
    caller.finish();
    wait_for("the search is given up", PATIENCE, || far.look(|state| state.search_abandoned).then_some(()));
    assert_eq!(server.wait_for_end(&number), "caller_hung_up");
}

fn a_change_is_finished_though_the_caller_has_gone(server: &Server, far: &FarSide) {
    let (number, media) = (new_number(), Media::new(1));
    let caller = start(server, &number, "3", &media);
    far.wait_for_request("POST /slow");
    caller.cue();
    caller.finish();
    // What the flow does when a caller hangs up is done too.
    far.wait_for_request("POST /gone");
    far.tell(|state| state.go_on = true);
    assert_eq!(server.wait_for_end(&number), "caller_hung_up");
    let record = server.call(&number).expect("the call");
    let did = record.events("did");
    let mut done: Vec<(&str, &str)> = did
        .iter()
        .map(|did| (did["name"].as_str().expect("a name"), did["result"].as_str().expect("a result")))
        .collect();
    done.sort_unstable();
    assert_eq!(done, [("far.gone", "done"), ("far.slow", "done")], "{record}");
    assert_eq!(record.events("note")[0]["text"], "the caller has gone", "{record}");
    assert_eq!(record.names().last().map(String::as_str), Some("ended"), "{record}");
}

#[test]
fn a_verb_that_nothing_performs_is_refused_at_the_start_by_file_and_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let flow = "bundle: later\nstart: main\nlanguages: [en]\ntimezone: Europe/London\n---\nflow: main\nsteps:\n  \
                - say: { en: \"Please leave a message.\" }\n  - voicemail: service\n  - end: call\n";
    std::fs::write(folder.path().join("later.yaml"), flow).expect("a flow");
    let plan = Plan { bundle: folder.path().to_owned(), ..Plan::desks() };
    let (code, complaint) = plan.fail_to_start("127.0.0.1:0", "127.0.0.1:0", |_| ());
    assert_eq!(code, Some(2), "{complaint}");
    assert!(complaint.contains("later.yaml:9:5: not-performed") && complaint.contains("`voicemail`"), "{complaint}");
}
