//! A web service that behaves, and one that does not: every rule against a real server on loopback.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::{BodyForm, HttpMethod, HttpQuery, HttpSettings, Pick, Template};
use crate::Private;
use crate::caller::{ConnectionSettings, Connections, Question};
use crate::flow::{Access, Datum, FieldShape, LookUpResult, QueryShape};

/// What the server saw of each request: method, address, interesting headers, body.
#[derive(Default)]
struct Seen {
    requests: Mutex<Vec<String>>,
    count: AtomicUsize,
}

type Shared = Arc<Seen>;

/// Serves `routes` on loopback until the test is over.
async fn serve(routes: Router<Shared>) -> (SocketAddr, Shared) {
    let seen = Shared::default();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let routes = routes.with_state(Arc::clone(&seen));
    tokio::spawn(async move { axum::serve(listener, routes).await });
    (address, seen)
}

/// Serves one answer, byte by byte as given, to every connection; `forever` repeats the second part without end.
async fn serve_bytes(head: &'static [u8], forever: &'static [u8], pause: Duration) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut request = [0; 4096];
                let _ = stream.read(&mut request).await;
                let _ = stream.write_all(head).await;
                while !forever.is_empty() && stream.write_all(forever).await.is_ok() {
                    tokio::time::sleep(pause).await;
                }
            });
        }
    });
    address
}

fn shape(pairs: &[(&str, &str)]) -> BTreeMap<String, FieldShape> {
    pairs.iter().map(|(name, kind)| ((*name).to_owned(), FieldShape::parse(kind).unwrap())).collect()
}

fn query(method: HttpMethod, path: &str) -> HttpQuery {
    let access = if method == HttpMethod::Get { Access::Reads } else { Access::Writes };
    let returns =
        if access == Access::Reads { shape(&[("name", "text"), ("vip", "yes_no?")]) } else { BTreeMap::new() };
    HttpQuery {
        method,
        path: Template::parse(path).unwrap(),
        query: BTreeMap::new(),
        body: None,
        body_form: BodyForm::Json,
        pick: Pick::default(),
        fields: BTreeMap::new(),
        time_limit: Duration::from_secs(5),
        largest: 10_000,
        shape: QueryShape { args: shape(&[("phone", "phone")]), returns, access },
    }
}

fn settings(address: SocketAddr, query: HttpQuery) -> HttpSettings {
    HttpSettings {
        base: format!("http://{address}/api").parse().unwrap(),
        headers: Vec::new(),
        ca: None,
        allow_private: true,
        connect_limit: Duration::from_secs(2),
        retries: 2,
        health: None,
        queries: BTreeMap::from([("q".to_owned(), query)]),
    }
}

fn open(settings: HttpSettings) -> Connections {
    Connections::new(BTreeMap::from([("crm".to_owned(), ConnectionSettings::Http(settings))]))
}

fn question(limit: Duration) -> Question {
    Question {
        connection: "crm".to_owned(),
        query: "q".to_owned(),
        args: BTreeMap::from([("phone".to_owned(), Datum::Text("+86 138".to_owned()))]),
        time_limit: limit,
        now: "2026-01-05T10:00[Asia/Shanghai]".parse().unwrap(),
    }
}

const LIMIT: Duration = Duration::from_secs(5);

async fn look_up(settings: HttpSettings) -> LookUpResult {
    open(settings).look_up(question(LIMIT)).await
}

fn error(kind: &str) -> LookUpResult {
    LookUpResult::Error(kind.to_owned())
}

fn anna() -> Response {
    axum::Json(serde_json::json!({ "data": [{ "name": "Anna", "vip": true }] })).into_response()
}

#[tokio::test]
async fn a_customer_is_found_by_path_and_pointer_with_the_secrets_of_the_environment() {
    let routes = Router::new().route(
        "/api/customers/{phone}",
        get(|State(seen): State<Shared>, Path(phone): Path<String>, headers: HeaderMap| async move {
            let token = headers[header::AUTHORIZATION].to_str().unwrap().to_owned();
            let accept = headers[header::ACCEPT].to_str().unwrap().to_owned();
            seen.requests.lock().unwrap().push(format!("{phone} {token} {accept}"));
            anna()
        }),
    );
    let (address, seen) = serve(routes).await;
    let mut customers = query(HttpMethod::Get, "/customers/{phone}");
    customers.pick = Pick::parse("/data/0").unwrap();
    let mut settings = settings(address, customers);
    settings.headers = vec![(header::AUTHORIZATION, Private::new("Bearer hunter2".parse().unwrap()))];
    assert!(!format!("{settings:?}").contains("hunter2"));
    let LookUpResult::Found(row) = look_up(settings).await else { panic!("nobody was found") };
    assert_eq!(row["name"], Datum::Text("Anna".to_owned()));
    assert_eq!(row["vip"], Datum::YesNo(true));
    assert_eq!(*seen.requests.lock().unwrap(), ["+86 138 Bearer hunter2 application/json"]);
}

#[tokio::test]
async fn no_customer_is_no_row_however_the_far_side_says_it() {
    for (status, body) in [(404, "{\"error\":\"none\"}"), (410, ""), (204, ""), (200, ""), (200, "null"), (200, "[]")] {
        let routes = Router::new()
            .route("/api/customers/{phone}", get(move || async move { (StatusCode::from_u16(status).unwrap(), body) }));
        let (address, _) = serve(routes).await;
        let result = look_up(settings(address, query(HttpMethod::Get, "/customers/{phone}"))).await;
        assert_eq!(result, LookUpResult::None, "{status} {body:?}");
    }
}

#[tokio::test]
async fn other_statuses_and_shapes_are_kinds_of_errors() {
    let cases = [
        (400, "{}", "refused"),
        (401, "{}", "refused"),
        (403, "{}", "refused"),
        (422, "{}", "refused"),
        (500, "{}", "bad_status"),
        (200, "{\"nom\":\"Anna\"}", "wrong_shape"),
        (200, "<html>welcome</html>", "wrong_shape"),
        (200, "{\"name\":{\"first\":\"Anna\"}}", "wrong_shape"),
        (200, "{\"name\":\"Anna\",\"vip\":\"maybe\"}", "wrong_shape"),
    ];
    for (status, body, kind) in cases {
        let routes =
            Router::new().route("/api/c", get(move || async move { (StatusCode::from_u16(status).unwrap(), body) }));
        let (address, _) = serve(routes).await;
        let mut customers = query(HttpMethod::Get, "/c");
        customers.query = BTreeMap::from([("phone".to_owned(), Template::parse("{phone}").unwrap())]);
        assert_eq!(look_up(settings(address, customers)).await, error(kind), "{status} {body}");
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_unreachable() {
    let address = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let mut gone = settings(address, query(HttpMethod::Get, "/c/{phone}"));
    assert_eq!(look_up(gone.clone()).await, error("unreachable"));
    gone.base = "http://warmline-has-no-such-host.invalid/".parse().unwrap();
    assert_eq!(look_up(gone.clone()).await, error("unreachable"));
    gone.base = format!("https://{address}/").parse().unwrap();
    gone.ca = Some("/nowhere/ca.pem".into());
    assert_eq!(look_up(gone).await, error("unreachable"));
}

#[tokio::test]
async fn only_reads_are_tried_again_and_only_as_often_as_allowed() {
    let fails = |times: usize| {
        any(move |State(seen): State<Shared>| async move {
            if seen.count.fetch_add(1, Ordering::Relaxed) < times {
                return StatusCode::SERVICE_UNAVAILABLE.into_response();
            }
            axum::Json(serde_json::json!({ "name": "Anna" })).into_response()
        })
    };
    let (address, seen) = serve(Router::new().route("/api/c/{phone}", fails(2))).await;
    assert!(matches!(look_up(settings(address, query(HttpMethod::Get, "/c/{phone}"))).await, LookUpResult::Found(_)));
    assert_eq!(seen.count.load(Ordering::Relaxed), 3);

    let (address, seen) = serve(Router::new().route("/api/c/{phone}", fails(9))).await;
    assert_eq!(look_up(settings(address, query(HttpMethod::Get, "/c/{phone}"))).await, error("bad_status"));
    assert_eq!(seen.count.load(Ordering::Relaxed), 3);

    let (address, seen) = serve(Router::new().route("/api/c/{phone}", fails(9))).await;
    let writes = open(settings(address, query(HttpMethod::Post, "/c/{phone}")));
    assert_eq!(writes.change(question(LIMIT), "key").await, error("bad_status"));
    assert_eq!(seen.count.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn tries_stay_within_the_time_limit_of_the_step() {
    let routes = Router::new().route(
        "/api/c/{phone}",
        get(|State(seen): State<Shared>| async move {
            seen.count.fetch_add(1, Ordering::Relaxed);
            (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "2")])
        }),
    );
    let (address, seen) = serve(routes).await;
    let connections = open(settings(address, query(HttpMethod::Get, "/c/{phone}")));
    let begun = std::time::Instant::now();
    assert_eq!(connections.look_up(question(Duration::from_secs(1))).await, error("bad_status"));
    // The far side asks for more patience than the step has: there is no second try, and no waiting for one.
    assert!(begun.elapsed() < Duration::from_millis(900), "{:?}", begun.elapsed());
    assert_eq!(seen.count.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_change_carries_its_key_and_its_arguments_each_time_it_is_sent() {
    let routes = Router::new().route(
        "/api/returns",
        post(|State(seen): State<Shared>, headers: HeaderMap, body: String| async move {
            let key = headers["idempotency-key"].to_str().unwrap().to_owned();
            let kind = headers[header::CONTENT_TYPE].to_str().unwrap().to_owned();
            seen.requests.lock().unwrap().push(format!("{key} {kind} {body}"));
            (StatusCode::CREATED, "{\"id\": \"R-1042\"}")
        }),
    );
    let (address, seen) = serve(routes).await;
    let mut returns = query(HttpMethod::Post, "/returns");
    returns.shape.returns = shape(&[("reference", "text")]);
    returns.fields = BTreeMap::from([("reference".to_owned(), Pick::parse("/id").unwrap())]);
    let connections = open(settings(address, returns));
    for _ in 0..2 {
        let LookUpResult::Found(row) = connections.change(question(LIMIT), "call-7/step-3").await else {
            panic!("not done")
        };
        assert_eq!(row["reference"], Datum::Text("R-1042".to_owned()));
    }
    let seen = seen.requests.lock().unwrap();
    assert_eq!(seen[0], r#"call-7/step-3 application/json {"phone":"+86 138"}"#);
    assert_eq!(seen[0], seen[1]);
}

#[tokio::test]
async fn a_change_without_an_answer_has_an_unknown_fate() {
    for status in [502, 504] {
        let gateway = any(move || async move { StatusCode::from_u16(status).unwrap() });
        let (address, _) = serve(Router::new().route("/api/r", gateway)).await;
        let change = open(settings(address, query(HttpMethod::Post, "/r")));
        assert_eq!(change.change(question(LIMIT), "k").await, error("unknown"), "{status}");
    }
    let silent = serve_bytes(b"", b" ", Duration::from_secs(3600)).await;
    let mut slow = query(HttpMethod::Post, "/returns");
    slow.time_limit = Duration::from_millis(200);
    assert_eq!(open(settings(silent, slow)).change(question(LIMIT), "k").await, error("unknown"));

    let cut = serve_bytes(b"HTTP/1.1 200 OK\r\nContent-Len", b"", Duration::ZERO).await;
    assert_eq!(open(settings(cut, query(HttpMethod::Post, "/r"))).change(question(LIMIT), "k").await, error("unknown"));

    let gone = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    assert_eq!(
        open(settings(gone, query(HttpMethod::Post, "/r"))).change(question(LIMIT), "k").await,
        error("unreachable")
    );
}

#[tokio::test]
async fn a_far_side_that_drips_its_answer_does_not_hold_the_caller() {
    let head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n{";
    for slow in [
        serve_bytes(head, b" ", Duration::from_millis(20)).await,
        serve_bytes(b"HTTP/1.1 200 OK\r\nX-Slow: ", b"x", Duration::from_millis(20)).await,
    ] {
        let mut settings = settings(slow, query(HttpMethod::Get, "/c/{phone}"));
        settings.retries = 0;
        let begun = std::time::Instant::now();
        let result = open(settings).look_up(question(Duration::from_millis(300))).await;
        assert_eq!(result, error("timeout"));
        assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    }
}

#[tokio::test]
async fn an_answer_beyond_the_limit_is_not_read_to_its_end() {
    let announced = b"HTTP/1.1 200 OK\r\nContent-Length: 50000000000\r\n\r\n{";
    let endless = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    // The endless part is one chunk of ten bytes.
    let chunk = b"a\r\n0123456789\r\n";
    for (head, forever) in [(&announced[..], &b" "[..]), (&endless[..], &chunk[..])] {
        let address = serve_bytes(head, forever, Duration::ZERO).await;
        let mut settings = settings(address, query(HttpMethod::Get, "/c/{phone}"));
        settings.retries = 0;
        assert_eq!(look_up(settings).await, error("too_large"));
    }
}

/// A server that redirects to wherever it is told, and counts who comes to `/api/here`.
fn redirecting(to: &str) -> Router<Shared> {
    let to = to.to_owned();
    Router::new()
        .route(
            "/api/here",
            any(|State(seen): State<Shared>| async move {
                seen.count.fetch_add(1, Ordering::Relaxed);
                axum::Json(serde_json::json!({ "name": "Anna" }))
            }),
        )
        .route("/api/round", get(|| async { (StatusCode::FOUND, [(header::LOCATION, "/api/round")]) }))
        .fallback(move |_: Request<Body>| {
            let to = to.clone();
            async move { (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, to)]) }
        })
}

#[tokio::test]
async fn redirects_lead_nowhere_but_within_the_same_host() {
    let (elsewhere, elsewhere_seen) = serve(redirecting("/")).await;
    for target in [
        format!("http://{elsewhere}/api/here"),
        format!("http://127.0.0.1:{}/api/here", elsewhere.port()),
        format!("//{elsewhere}/api/here"),
        "http://169.254.169.254/latest/meta-data/".to_owned(),
        "http://[::1]:1/".to_owned(),
        "https://example.com/".to_owned(),
        "file:///etc/passwd".to_owned(),
    ] {
        let (address, _) = serve(redirecting(&target)).await;
        let mut settings = settings(address, query(HttpMethod::Get, "/c/{phone}"));
        settings.retries = 0;
        let begun = std::time::Instant::now();
        assert_eq!(look_up(settings).await, error("bad_status"), "{target}");
        assert!(begun.elapsed() < Duration::from_secs(1), "{target} was tried");
    }
    assert_eq!(elsewhere_seen.count.load(Ordering::Relaxed), 0, "a redirect to another host was followed");

    let (address, seen) = serve(redirecting("/api/here")).await;
    let found = look_up(settings(address, query(HttpMethod::Get, "/c/{phone}"))).await;
    assert!(matches!(found, LookUpResult::Found(_)), "{found:?}");
    assert_eq!(seen.count.load(Ordering::Relaxed), 1);
    // A change is not sent a second time, not even within the host.
    let writes = open(settings(address, query(HttpMethod::Post, "/c/{phone}")));
    assert_eq!(writes.change(question(LIMIT), "k").await, error("bad_status"));
    assert_eq!(seen.count.load(Ordering::Relaxed), 1);

    let mut round = query(HttpMethod::Get, "/round");
    round.query = BTreeMap::from([("p".to_owned(), Template::parse("{phone}").unwrap())]);
    assert_eq!(look_up(settings(address, round)).await, error("bad_status"));
}

#[tokio::test]
async fn a_host_that_must_not_be_private_is_not_asked_there() {
    let (address, seen) = serve(redirecting("/api/here")).await;
    let mut strict = settings(address, query(HttpMethod::Get, "/here"));
    strict.base = format!("http://localhost:{}/api", address.port()).parse().unwrap();
    strict.allow_private = false;
    strict.queries.get_mut("q").unwrap().query =
        BTreeMap::from([("p".to_owned(), Template::parse("{phone}").unwrap())]);
    assert_eq!(look_up(strict.clone()).await, error("unreachable"));
    assert_eq!(seen.count.load(Ordering::Relaxed), 0);
    let health = open(strict.clone()).health().await;
    let why = health[0].state.clone().unwrap_err();
    assert!(why.contains("localhost is at a private address, which `allow_private = false` forbids"), "{why}");
    strict.allow_private = true;
    assert!(matches!(look_up(strict).await, LookUpResult::Found(_)));
}

#[tokio::test]
async fn no_fault_shows_what_was_asked() {
    let gone = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let connection = super::HttpConnection::new(settings(gone, query(HttpMethod::Get, "/c/{phone}")));
    let arguments = BTreeMap::from([("phone".to_owned(), Datum::Text("13800138000".to_owned()))]);
    let deadline = tokio::time::Instant::now() + LIMIT;
    let asked = &connection.settings().queries["q"];
    let fault = connection.ask(asked, &arguments, None, &jiff::tz::TimeZone::UTC, deadline).await.unwrap_err();
    assert!(!fault.to_string().contains("13800138000") && !fault.to_string().contains("/c/"), "{fault}");
    assert!(fault.to_string().to_lowercase().contains("refused"), "{fault}");
}

#[tokio::test]
async fn doctor_tells_whether_a_service_answers() {
    let routes = Router::new()
        .route("/api", get(|| async { StatusCode::NOT_FOUND }))
        .route("/api/health", get(|| async { "fine" }))
        .route("/api/ill", get(|| async { StatusCode::SERVICE_UNAVAILABLE }));
    let (address, _) = serve(routes).await;
    let mut settings = settings(address, query(HttpMethod::Get, "/c/{phone}"));
    let health = async |settings: &HttpSettings| open(settings.clone()).health().await.remove(0).state;
    assert_eq!(health(&settings).await, Ok("answers (HTTP status 404)".to_owned()));
    settings.health = Some("/health".to_owned());
    assert_eq!(health(&settings).await, Ok("answers (HTTP status 200)".to_owned()));
    settings.health = Some("/ill".to_owned());
    assert!(health(&settings).await.unwrap_err().contains("HTTP status 503"));
}

#[tokio::test]
async fn tls_is_trusted_by_the_authority_that_the_operator_names_and_by_no_other() {
    let server = TlsServer::start().await;
    let mut settings = settings(server.address, query(HttpMethod::Get, "/c/{phone}"));
    settings.base = format!("https://localhost:{}/api", server.address.port()).parse().unwrap();
    settings.retries = 0;
    let why = open(settings.clone()).health().await.remove(0).state.unwrap_err();
    assert!(why.contains("certificate"), "{why}");
    settings.ca = Some(server.authority.clone());
    let found = look_up(settings).await;
    assert!(matches!(found, LookUpResult::Found(_)), "{found:?}");
}

/// A server with a certificate of an authority made for the occasion, by `openssl` (package openssl).
struct TlsServer {
    address: SocketAddr,
    authority: std::path::PathBuf,
    process: std::process::Child,
    _folder: tempfile::TempDir,
}

impl TlsServer {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        let openssl = |arguments: &str| {
            let arguments = arguments.split(' ').map(|word| {
                if word.ends_with(".pem") || word.ends_with(".ext") { path(word) } else { word.to_owned() }
            });
            std::process::Command::new("openssl")
                .args(arguments)
                .current_dir(folder.path())
                .output()
                .expect("openssl starts; the package openssl brings it")
        };
        std::fs::write(path("san.ext"), "subjectAltName=DNS:localhost\nbasicConstraints=CA:FALSE\n").unwrap();
        for step in [
            "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca-key.pem -out ca.pem -subj /CN=test -days 2",
            "req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out request.pem -subj /CN=localhost",
            "x509 -req -in request.pem -CA ca.pem -CAkey ca-key.pem -CAcreateserial -out cert.pem -days 2 -extfile san.ext",
        ] {
            let made = openssl(step);
            assert!(made.status.success(), "{step}: {}", String::from_utf8_lossy(&made.stderr));
        }
        // A file named like the path below the base: openssl serves it with its own headers.
        std::fs::create_dir_all(folder.path().join("api/c")).unwrap();
        let answer = "HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n{\"name\": \"Anna\"}";
        std::fs::write(folder.path().join("api/c/%2B86%20138"), answer).unwrap();
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let process = std::process::Command::new("openssl")
            .args([
                "s_server",
                "-accept",
                &address.to_string(),
                "-cert",
                &path("cert.pem"),
                "-key",
                &path("key.pem"),
                "-HTTP",
                "-quiet",
            ])
            .current_dir(folder.path())
            .stdin(std::process::Stdio::null())
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        let server = Self { address, authority: folder.path().join("ca.pem"), process, _folder: folder };
        for _ in 0..500 {
            if tokio::net::TcpStream::connect(address).await.is_ok() {
                return server;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("openssl s_server did not begin to listen");
    }
}

impl Drop for TlsServer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
