//! The built server in a process of its own, what it tells of itself, and what it has recorded.

use std::collections::HashMap;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU16, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard, Weak, mpsc};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

/// How long anything may take on a machine that is busy with other work.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// Queues of the bundle `tests/wire/bundle`, each with an agent `qNa` and an agent `qNb`; key 9 ends the call.
pub const QUEUES: u16 = 8;

static MACHINE: RwLock<()> = RwLock::new(());

/// The machine beside other tests.
pub fn beside_others() -> RwLockReadGuard<'static, ()> {
    MACHINE.read().unwrap_or_else(PoisonError::into_inner)
}

/// The machine alone: for tests that load it.
pub fn alone() -> RwLockWriteGuard<'static, ()> {
    MACHINE.write().unwrap_or_else(PoisonError::into_inner)
}

/// Asks again and again until there is an answer.
pub fn wait_for<T>(what: &str, within: Duration, mut look: impl FnMut() -> Option<T>) -> T {
    let until = Instant::now() + within;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < until, "{what}: not within {within:?}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// `count` ports in a row, below those the system gives away by itself, that nobody uses.
pub fn free_ports(count: u16) -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let begin = 11_000 + (std::process::id() % 40) as u16 * 500;
    for _ in 0..2_000 {
        let first = 11_000 + (begin - 11_000 + NEXT.fetch_add(count, Ordering::Relaxed)) % 21_000;
        if first.checked_add(count).is_some_and(|last| last < 32_700) && (first..first + count).all(is_free) {
            return first;
        }
    }
    panic!("no free ports");
}

/// Whether neither UDP nor TCP uses `port`.
pub fn is_free(port: u16) -> bool {
    UdpSocket::bind((Ipv4Addr::LOCALHOST, port)).is_ok() && TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}

/// A number nobody else dials: the record tells calls apart by it.
pub fn new_number() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    (7_000_000 + NEXT.fetch_add(1, Ordering::Relaxed)).to_string()
}

/// What a server is started with.
pub struct Plan {
    /// The folder of the flows.
    pub bundle: PathBuf,
    /// Sections of queues and agents.
    pub sections: String,
    /// The agents and the ports of their phones.
    pub agents: Vec<(String, u16)>,
    /// Ports for sound: two a leg.
    pub rtp_ports: u16,
    /// Lines of `[limits]`.
    pub limits: String,
    /// A command that runs the server: `setarch`, a shell with limits.
    pub wrapper: Vec<String>,
    /// The folder for its data; a new one if `None`.
    pub data: Option<PathBuf>,
    /// Whether the settings name the bundle, so that what is published goes before it.
    pub publishes: bool,
    /// More options of `warmline serve`.
    pub options: Vec<String>,
}

impl Plan {
    /// The shop of the demo, with the agents anna and ben.
    pub fn shop() -> Self {
        let agents = vec![("anna".to_owned(), free_ports(4)), ("ben".to_owned(), free_ports(4))];
        let queue = "[queue.service]\nagents = [\"anna\", \"ben\"]\nring_for = \"15s\"\nwrap_up = \"1s\"\n";
        let sections = format!("{queue}{}", agent_sections(&agents));
        Self::new("prompts/shop", sections, agents)
    }

    /// Short sentences, and a queue behind each key from 1 to 8.
    pub fn desks() -> Self {
        let mut agents = Vec::new();
        let mut sections = String::new();
        for number in 1..=QUEUES {
            let (first, second) = (format!("q{number}a"), format!("q{number}b"));
            sections.push_str(&format!(
                "[queue.q{number}]\nagents = [\"{first}\", \"{second}\"]\nring_for = \"6s\"\nwrap_up = \"1s\"\n"
            ));
            agents.push((first, free_ports(2)));
            agents.push((second, free_ports(2)));
        }
        let sections = format!("{sections}{}", agent_sections(&agents));
        Self::new("tests/wire/bundle", sections, agents)
    }

    fn new(bundle: &str, sections: String, agents: Vec<(String, u16)>) -> Self {
        Self {
            bundle: root().join(bundle),
            sections,
            agents,
            rtp_ports: 120,
            limits: String::new(),
            wrapper: Vec::new(),
            data: None,
            publishes: false,
            options: Vec::new(),
        }
    }

    /// Writes the settings into `dir`: the shop's connections as they ship, with one order that is always of this week.
    fn write(&self, dir: &Path, first_rtp_port: u16) -> PathBuf {
        let columns = "number,status,item,item_zh,sent,due,total,email";
        let orders = format!("{columns}\nAB12345678,shipped,monstera,龟背竹,today-1,today+3,34.50,\n");
        fs::write(dir.join("orders.csv"), orders).expect("orders");
        let shipped = fs::read_to_string(root().join("prompts/warmline.toml")).expect("the settings that ship");
        let from = shipped.find("[connection.shop]").expect("the shop's connection");
        let to = shipped.find("# The airline").expect("the airline's connection");
        let connection = shipped[from..to].replace("shop/orders.csv", "orders.csv");
        let bundle = if self.publishes { format!("bundle = {:?}\n", self.bundle) } else { String::new() };
        let text = format!(
            "{bundle}[sip]\nrtp_ports = \"{first_rtp_port}-{}\"\nport_linger = \"1s\"\naccept = \"anyone\"\n\
            [limits]\ncalls_a_minute = 100000\n{}\n{connection}{}",
            first_rtp_port + self.rtp_ports - 1,
            self.limits,
            self.sections
        );
        let path = dir.join("warmline.toml");
        fs::write(&path, text).expect("settings");
        path
    }

    /// Starts the server and waits until it answers calls.
    pub fn start(self) -> Server {
        let (mut server, lines) = self.spawn("127.0.0.1:0", "127.0.0.1:0");
        let mut told = Vec::new();
        while server.web.port() == 0 {
            match lines.recv_timeout(Duration::from_secs(300)) {
                Ok(line) => {
                    server.hear_address(&line);
                    told.push(line);
                }
                Err(_) => panic!("the server did not start; it said {told:?} and {}", server.stderr()),
            }
        }
        server
    }

    /// Starts a server that is not expected to come up; its exit code and what it complains of.
    pub fn fail_to_start(self, sip: &str, web: &str, change: impl FnOnce(&mut String)) -> (Option<i32>, String) {
        let (mut server, _lines) = self.spawn_with(sip, web, change);
        let status = server.wait_for_exit(PATIENCE);
        (status.code(), server.stderr())
    }

    fn spawn(self, sip: &str, web: &str) -> (Server, mpsc::Receiver<String>) {
        self.spawn_with(sip, web, |_| ())
    }

    fn spawn_with(self, sip: &str, web: &str, change: impl FnOnce(&mut String)) -> (Server, mpsc::Receiver<String>) {
        let dir = tempfile::Builder::new().prefix("wire").tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
        let first = free_ports(self.rtp_ports);
        let config = self.write(dir.path(), first);
        let mut text = fs::read_to_string(&config).expect("settings");
        change(&mut text);
        fs::write(&config, text).expect("settings");
        let data = self.data.clone().unwrap_or_else(|| dir.path().join("data"));
        share_prompts(&data);
        let stderr = fs::File::create(dir.path().join("stderr.txt")).expect("a file");
        let mut words = self.wrapper.clone();
        words.push(env!("CARGO_BIN_EXE_warmline").to_owned());
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]).arg("serve").arg("--config").arg(&config);
        if !self.publishes {
            command.arg("--bundle").arg(&self.bundle);
        }
        command.arg("--data").arg(&data).args(["--sip", sip, "--web", web]).args(&self.options);
        let mut process = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(stderr)
            .env_remove("WARMLINE_LOG")
            .spawn()
            .expect("the built server starts");
        let stdout = process.stdout.take().expect("its output");
        let (told, lines) = mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                let _ = told.send(line);
            }
        });
        let nowhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let server = Server {
            process: Mutex::new(process),
            sip: nowhere,
            web: nowhere,
            agents: self.agents,
            ids: Mutex::default(),
            rtp: first..=first + self.rtp_ports - 1,
            bundle: self.bundle,
            data,
            config,
            dir,
        };
        (server, lines)
    }
}

fn agent_sections(agents: &[(String, u16)]) -> String {
    agents.iter().map(|(name, port)| format!("[agent.{name}]\nsip = \"sip:{name}@127.0.0.1:{port}\"\n")).collect()
}

/// Prompts are spoken once, for all servers of all runs.
pub fn share_prompts(data: &Path) {
    let shared = Path::new(env!("CARGO_TARGET_TMPDIR")).join("wire-prompts");
    fs::create_dir_all(&shared).expect("a folder for prompts");
    fs::create_dir_all(data).expect("a folder for data");
    let link = data.join("prompts");
    if !link.exists() {
        std::os::unix::fs::symlink(&shared, &link).expect("a link to the prompts");
    }
}

/// Where the repository lies.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// A running server; it is killed when dropped.
pub struct Server {
    process: Mutex<Child>,
    /// Where to ring.
    pub sip: SocketAddr,
    /// Where to ask for figures.
    pub web: SocketAddr,
    agents: Vec<(String, u16)>,
    /// The calls by the number that was dialled.
    ids: Mutex<HashMap<String, String>>,
    rtp: RangeInclusive<u16>,
    bundle: PathBuf,
    data: PathBuf,
    config: PathBuf,
    dir: TempDir,
}

impl Server {
    /// The server with a desk behind each key, one for all tests that run at the same time.
    pub fn desks() -> Arc<Self> {
        static SHARED: Mutex<Weak<Server>> = Mutex::new(Weak::new());
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(server) = shared.upgrade() {
            return server;
        }
        let server = Arc::new(Plan::desks().start());
        *shared = Arc::downgrade(&server);
        server
    }

    fn hear_address(&mut self, line: &str) {
        let mut words = line.split_whitespace();
        match (words.next(), words.next()) {
            (Some("ring"), Some(uri)) => {
                let address = uri.split('@').nth(1).expect("an address");
                self.sip = address.parse().expect("the address to ring");
            }
            (Some("page"), Some(url)) => {
                let address = url.trim_start_matches("http://").split('/').next().expect("an address");
                self.web = address.parse().expect("the address of the page");
            }
            _ => {}
        }
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.process.lock().unwrap_or_else(PoisonError::into_inner).id()
    }

    /// The port at which the phone of `agent` is expected.
    pub fn agent_port(&self, agent: &str) -> u16 {
        self.agents.iter().find(|(name, _)| name == agent).map(|(_, port)| *port).expect("an agent")
    }

    /// What it has logged.
    pub fn stderr(&self) -> String {
        fs::read_to_string(self.dir.path().join("stderr.txt")).unwrap_or_default()
    }

    /// Where it keeps its data.
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// Sends a signal.
    pub fn signal(&self, name: &str) {
        let status = Command::new("kill").args(["-s", name, &self.pid().to_string()]).status().expect("kill");
        assert!(status.success());
    }

    /// Waits for it to exit.
    pub fn wait_for_exit(&mut self, within: Duration) -> ExitStatus {
        let process = self.process.get_mut().unwrap_or_else(PoisonError::into_inner);
        wait_for("the server exits", within, || process.try_wait().expect("its state"))
    }

    /// An HTTP answer: status and body.
    pub fn http(&self, path: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(self.web).expect("the page");
        stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a time limit");
        write!(stream, "GET {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n").expect("asked");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("answered");
        let status = answer.split_whitespace().nth(1).and_then(|status| status.parse().ok()).expect("a status");
        (status, answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default())
    }

    /// The figure `name`, labels included.
    pub fn metric(&self, name: &str) -> f64 {
        let (_, text) = self.http("/metrics");
        let line = text.lines().find(|line| line.strip_prefix(name).is_some_and(|rest| rest.starts_with(' ')));
        line.and_then(|line| line.rsplit(' ').next()?.parse().ok())
            .unwrap_or_else(|| panic!("no figure {name} in {text}"))
    }

    /// Waits until nothing of any call is left: every gauge at zero and every port of the range free.
    pub fn wait_until_nothing_is_left(&self) {
        const GAUGES: [&str; 6] = [
            "warmline_calls ",
            "warmline_media_planes ",
            "warmline_sip_dialogs ",
            "warmline_sip_legs ",
            "warmline_media_ports ",
            "warmline_record_waiting_events ",
        ];
        let mut left = Vec::new();
        let until = Instant::now() + PATIENCE;
        loop {
            let (_, text) = self.http("/metrics");
            left.clear();
            let open = |line: &&str| {
                let is_gauge = GAUGES.iter().any(|gauge| line.starts_with(gauge))
                    || line.starts_with("warmline_queue_waiting_calls")
                    || line.starts_with("warmline_sip_transactions ");
                is_gauge && !line.ends_with(" 0")
            };
            left.extend(text.lines().filter(open).map(str::to_owned));
            if left.is_empty() {
                break;
            }
            assert!(Instant::now() < until, "left behind: {left:?}\n{}", self.stderr());
            std::thread::sleep(Duration::from_millis(200));
        }
        wait_for("every media port is free", PATIENCE, || {
            self.rtp.clone().all(|port| UdpSocket::bind((Ipv4Addr::LOCALHOST, port)).is_ok()).then_some(())
        });
    }

    /// Memory in use, in KiB.
    pub fn memory(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid())).expect("its status");
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("its memory");
        line.split_whitespace().nth(1).and_then(|kib| kib.parse().ok()).expect("a number")
    }

    /// Fails if anything panicked.
    pub fn assert_no_panic(&self) {
        let log = self.stderr();
        assert!(!log.contains("panicked"), "{log}");
    }

    /// `warmline flows publish` with the settings of this server; whether it was done, and what it told.
    pub fn publish(&self, bundle: &Path) -> (bool, String) {
        self.flows(&["publish", bundle.to_str().expect("a path")])
    }

    /// `warmline flows rollback`, likewise.
    pub fn roll_back(&self) -> (bool, String) {
        self.flows(&["rollback"])
    }

    fn flows(&self, words: &[&str]) -> (bool, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_warmline"));
        command.arg("flows").args(words);
        let command = command.arg("--config").arg(&self.config).arg("--data").arg(&self.data);
        let output = command.output().expect("versions of flows");
        (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
    }

    fn calls_command(&self, words: &[&str]) -> String {
        let output = Command::new(env!("CARGO_BIN_EXE_warmline"))
            .arg("calls")
            .arg("--config")
            .arg(&self.config)
            .arg("--bundle")
            .arg(&self.bundle)
            .arg("--data")
            .arg(&self.data)
            .arg("--json")
            .args(words)
            .output()
            .expect("the record is shown");
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{told} {}", String::from_utf8_lossy(&output.stderr));
        told
    }

    /// The record of the call in which `number` was dialled; `None` before it is there.
    pub fn call(&self, number: &str) -> Option<Record> {
        let known = self.ids.lock().unwrap_or_else(PoisonError::into_inner).get(number).cloned();
        let id = match known {
            Some(id) => id,
            None => self.find_call(number)?,
        };
        let shown = self.calls_command(&["show", &id]);
        Some(Record(serde_json::from_str(&shown).expect("a call")))
    }

    fn find_call(&self, number: &str) -> Option<String> {
        let list = self.calls_command(&["--limit", "1000"]);
        let mut calls = list.lines().map(|line| serde_json::from_str::<Value>(line).expect("a call"));
        let id = calls.find(|call| call["dialled"] == number)?["call"].as_str()?.to_owned();
        self.ids.lock().unwrap_or_else(PoisonError::into_inner).insert(number.to_owned(), id.clone());
        Some(id)
    }

    /// Waits until the call in which `number` was dialled has come as far as `reached` wants.
    pub fn wait_for_call<T>(&self, number: &str, what: &str, reached: impl Fn(&Record) -> Option<T>) -> T {
        let until = Instant::now() + PATIENCE;
        loop {
            let record = self.call(number);
            if let Some(found) = record.as_ref().and_then(&reached) {
                return found;
            }
            if Instant::now() > until {
                let events = record.map(|record| record.to_string()).unwrap_or_default();
                panic!("call to {number}: {what}: not within {PATIENCE:?}; so far:\n{events}\n{}", self.stderr());
            }
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    /// Waits for an event of this kind.
    pub fn wait_for_event(&self, number: &str, name: &str) -> Value {
        self.wait_for_call(number, name, |record| record.events(name).first().cloned())
    }

    /// Waits until the call is over; why it ended.
    pub fn wait_for_end(&self, number: &str) -> String {
        self.wait_for_event(number, "ended")["reason"].as_str().expect("a reason").to_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let process = self.process.get_mut().unwrap_or_else(PoisonError::into_inner);
        let _ = process.kill();
        let _ = process.wait();
        if std::thread::panicking() {
            let log = self.stderr();
            let from = log.len().saturating_sub(4_000);
            eprintln!("the server logged: …{}", log.get(from..).unwrap_or(&log));
        }
    }
}

/// What `warmline calls show ID --json` tells.
pub struct Record(pub Value);

impl Record {
    /// The events of this kind, in their order.
    pub fn events(&self, name: &str) -> Vec<Value> {
        let events = self.0["events"].as_array().cloned().unwrap_or_default();
        events.into_iter().filter(|event| event["event"] == name).collect()
    }

    /// The names of all events, in their order.
    pub fn names(&self) -> Vec<String> {
        let events = self.0["events"].as_array().cloned().unwrap_or_default();
        events.iter().filter_map(|event| event["event"].as_str().map(str::to_owned)).collect()
    }

    /// What the bot said.
    pub fn said(&self) -> Vec<String> {
        self.texts("said")
    }

    /// What the caller said.
    pub fn heard(&self) -> Vec<String> {
        self.texts("heard")
    }

    fn texts(&self, name: &str) -> Vec<String> {
        self.events(name).iter().filter_map(|event| event["text"].as_str().map(str::to_owned)).collect()
    }

    /// The keys the caller pressed.
    pub fn keys(&self) -> String {
        self.events("key").iter().filter_map(|event| event["key"].as_str().map(str::to_owned)).collect()
    }
}

impl std::fmt::Display for Record {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for event in self.0["events"].as_array().into_iter().flatten() {
            writeln!(formatter, "{event}")?;
        }
        Ok(())
    }
}
