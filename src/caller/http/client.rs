//! One connection to a web service: requests with limits, tries and headers.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::Duration;

use jiff::tz::TimeZone;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Response, StatusCode, Url};
use tokio::time::Instant;

use super::super::arguments::Arguments;
use super::super::trouble::Trouble;
use super::address::GuardedResolver;
use super::answer::{self, Pick};
use super::request::{HttpMethod, HttpQuery, same_origin};
use crate::Private;
use crate::flow::{Access, LookUpResult};

/// How many redirects within the same host are followed.
const MOST_REDIRECTS: u32 = 3;
/// How long is waited before the second try; each further wait is three times as long.
const FIRST_WAIT: Duration = Duration::from_millis(150);
/// The longest wait a far side may ask for with `Retry-After`.
const LONGEST_ASKED_WAIT: Duration = Duration::from_secs(10);
/// How long an idle connection is kept for the next request.
const IDLE: Duration = Duration::from_secs(60);
/// How long `warmline doctor` waits for an answer.
const HEALTH_LIMIT: Duration = Duration::from_secs(5);

/// The settings of an HTTP connection.
#[derive(Clone, Debug)]
pub struct HttpSettings {
    /// Scheme, host and the beginning of every path.
    pub base: Url,
    /// Headers that go with every request; some are secrets, so none is shown.
    pub headers: Vec<(HeaderName, Private<HeaderValue>)>,
    /// A certificate authority beside the system's, as PEM.
    pub ca: Option<PathBuf>,
    /// Whether the host may be at a private address.
    pub allow_private: bool,
    /// How long it may take until the far side has taken the connection, TLS included.
    pub connect_limit: Duration,
    /// How often a request that reads is tried again.
    pub retries: u32,
    /// A path whose answer tells that the service is well; without it, any answer of `base` does.
    pub health: Option<String>,
    /// The queries by name.
    pub queries: BTreeMap<String, HttpQuery>,
}

impl HttpSettings {
    /// Whether what is asked and answered crosses a network for everybody on it to read.
    pub fn sends_in_the_clear(&self) -> bool {
        let host = self.base.host_str().unwrap_or_default().trim_matches(['[', ']']);
        let is_this_machine =
            host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
        self.base.scheme() == "http" && !is_this_machine
    }
}

/// A connection that can be asked.
#[derive(Debug)]
pub struct HttpConnection {
    settings: HttpSettings,
    /// Made at the first request: the system's certificates are read then.
    client: OnceLock<Result<Client, String>>,
}

/// What one request came to.
struct Answer {
    status: StatusCode,
    bytes: Vec<u8>,
}

/// A request that came to nothing.
struct Failure {
    trouble: Trouble,
    /// Whether another try may help, and how long the far side wants us to wait before it.
    again: Option<Option<Duration>>,
}

impl From<Trouble> for Failure {
    fn from(trouble: Trouble) -> Self {
        Self { trouble, again: None }
    }
}

impl HttpConnection {
    /// A connection. Nothing is sent before it is asked.
    pub fn new(settings: HttpSettings) -> Self {
        Self { settings, client: OnceLock::new() }
    }

    /// Its settings.
    pub fn settings(&self) -> &HttpSettings {
        &self.settings
    }

    /// Asks, at most until `deadline`. `key` is the idempotency key of a request that changes something.
    pub(in super::super) async fn ask(
        &self,
        query: &HttpQuery,
        arguments: &Arguments,
        key: Option<&str>,
        zone: &TimeZone,
        deadline: Instant,
    ) -> Result<LookUpResult, Trouble> {
        let mut wait = FIRST_WAIT;
        let mut tries_left = if query.shape.access == Access::Reads { self.settings.retries } else { 0 };
        loop {
            let failure = match self.ask_once(query, arguments, key, zone, deadline).await {
                Ok(result) => return Ok(result),
                Err(failure) => failure,
            };
            let Some(asked) = failure.again.filter(|_| tries_left > 0) else { return Err(failure.trouble) };
            // Spread, so that calls that failed together do not come back together.
            let pause = asked.unwrap_or_else(|| wait.mul_f64(rand::random_range(0.5..1.5)));
            if Instant::now() + pause >= deadline {
                return Err(failure.trouble);
            }
            tokio::time::sleep(pause).await;
            tries_left -= 1;
            wait *= 3;
        }
    }

    async fn ask_once(
        &self,
        query: &HttpQuery,
        arguments: &Arguments,
        key: Option<&str>,
        zone: &TimeZone,
        deadline: Instant,
    ) -> Result<LookUpResult, Failure> {
        let address = query.address(&self.settings.base, arguments)?;
        let until = deadline.min(Instant::now() + query.time_limit);
        let writes = query.shape.access == Access::Writes;
        let answer = match tokio::time::timeout_at(until, self.exchange(query, address, arguments, key)).await {
            Ok(answer) => answer?,
            // What was sent may have been done, though nobody told us.
            Err(_) if writes => return Err(Trouble::Unknown("no answer in time".to_owned()).into()),
            Err(_) => return Err(Failure { trouble: Trouble::Timeout, again: Some(None) }),
        };
        let found = if writes && query.shape.returns.is_empty() {
            // Whatever a far side says beside its "done" is nobody's business here.
            Some(BTreeMap::new())
        } else if answer.status == StatusCode::NO_CONTENT {
            None
        } else {
            answer::read(&answer.bytes, &query.pick, &query.fields, &query.shape.returns, zone)?
        };
        Ok(match found {
            Some(record) => LookUpResult::Found(record),
            None if !writes => LookUpResult::None,
            // The change was made, and says nothing: fine if every field may be empty.
            None => answer::read(b"{}", &Pick::default(), &BTreeMap::new(), &query.shape.returns, zone)?
                .map_or(LookUpResult::None, LookUpResult::Found),
        })
    }

    /// One request and its redirects within the host.
    async fn exchange(
        &self,
        query: &HttpQuery,
        mut address: Url,
        arguments: &Arguments,
        key: Option<&str>,
    ) -> Result<Answer, Failure> {
        let writes = query.shape.access == Access::Writes;
        let client = self.client()?;
        let mut redirects = 0;
        loop {
            let mut request = client.request(query.method.for_wire(), address.clone());
            if let Some(body) = query.body(arguments) {
                request = request.header(reqwest::header::CONTENT_TYPE, body.content_type).body(body.bytes);
            }
            if let Some(key) = key.filter(|_| writes) {
                request = request.header("Idempotency-Key", key);
            }
            let response = request.send().await.map_err(|fault| not_sent(fault, writes))?;
            let status = response.status();
            if !status.is_redirection() {
                return self.judged(query, response).await;
            }
            let may_follow = query.method == HttpMethod::Get && !writes;
            let target = response.headers().get(reqwest::header::LOCATION).and_then(|text| text.to_str().ok());
            match target.and_then(|target| address.join(target).ok()) {
                Some(target) if may_follow && same_origin(&address, &target) && redirects < MOST_REDIRECTS => {
                    redirects += 1;
                    address = target;
                }
                _ if redirects == MOST_REDIRECTS => {
                    let why = Some("it redirects again and again");
                    return Err(Trouble::BadStatus { status: status.as_u16(), why }.into());
                }
                _ => {
                    let why = if may_follow {
                        "it redirects to another host or port, which is not followed; put the right address into `base`"
                    } else {
                        "it redirects a request that changes something, which is not followed"
                    };
                    return Err(Trouble::BadStatus { status: status.as_u16(), why: Some(why) }.into());
                }
            }
        }
    }

    /// What the status makes of an answer.
    async fn judged(&self, query: &HttpQuery, response: Response) -> Result<Answer, Failure> {
        let status = response.status();
        let number = status.as_u16();
        let writes = query.shape.access == Access::Writes;
        if status.is_success() {
            let bytes = limited(response, query.largest, writes).await?;
            return Ok(Answer { status, bytes });
        }
        if !writes && matches!(status, StatusCode::NOT_FOUND | StatusCode::GONE) {
            return Ok(Answer { status: StatusCode::NO_CONTENT, bytes: Vec::new() });
        }
        let asked = response.headers().get(reqwest::header::RETRY_AFTER).and_then(|text| text.to_str().ok());
        let asked = asked.and_then(|text| text.trim().parse().ok()).map(Duration::from_secs);
        let asked = asked.filter(|&wait| wait <= LONGEST_ASKED_WAIT);
        match number {
            // A gateway that got no answer does not know either what became of a change.
            502 | 504 if writes => Err(Trouble::Unknown(format!("HTTP status {number}")).into()),
            429 | 502 | 503 | 504 => {
                Err(Failure { trouble: Trouble::BadStatus { status: number, why: None }, again: Some(asked) })
            }
            401 | 403 => {
                Err(Trouble::Refused(format!("HTTP status {number}; look at the connection's credentials")).into())
            }
            400..500 => Err(Trouble::Refused(format!("HTTP status {number}")).into()),
            _ => Err(Trouble::BadStatus { status: number, why: None }.into()),
        }
    }

    /// Whether the service answers: what `warmline doctor` asks. `Ok` says how.
    pub(in super::super) async fn health(&self) -> Result<String, Trouble> {
        let mut address = self.settings.base.clone();
        if let Some(path) = &self.settings.health {
            address.set_path(&format!("{}{path}", self.settings.base.path().trim_end_matches('/')));
        }
        let client = self.client()?;
        let answer = tokio::time::timeout(HEALTH_LIMIT, client.get(address).send()).await;
        let response = answer.map_err(|_| Trouble::Timeout)?.map_err(|fault| not_sent(fault, false).trouble)?;
        let status = response.status();
        let number = status.as_u16();
        let has_credentials = self.settings.headers.iter().any(|(name, _)| *name == reqwest::header::AUTHORIZATION);
        match number {
            401 | 403 if has_credentials || self.settings.health.is_some() => {
                Err(Trouble::Refused(format!("HTTP status {number}; look at the connection's credentials")))
            }
            _ if self.settings.health.is_some() && !status.is_success() => {
                Err(Trouble::BadStatus { status: number, why: Some("`health` does not say that all is well") })
            }
            500.. => Err(Trouble::BadStatus { status: number, why: None }),
            _ => Ok(format!("answers (HTTP status {number})")),
        }
    }

    fn client(&self) -> Result<&Client, Trouble> {
        let made = self.client.get_or_init(|| self.make_client());
        made.as_ref().map_err(|fault| Trouble::Unreachable(fault.clone()))
    }

    fn make_client(&self) -> Result<Client, String> {
        super::super::tls::use_ring();
        let mut headers = HeaderMap::new();
        headers.insert(reqwest::header::ACCEPT, HeaderValue::from_static("application/json"));
        for (name, value) in &self.settings.headers {
            let mut value = value.reveal().clone();
            value.set_sensitive(true);
            headers.insert(name.clone(), value);
        }
        let mut builder = Client::builder()
            .user_agent(concat!("warmline/", env!("CARGO_PKG_VERSION")))
            .default_headers(headers)
            .dns_resolver(GuardedResolver { allow_private: self.settings.allow_private })
            .connect_timeout(self.settings.connect_limit)
            .pool_idle_timeout(IDLE)
            .redirect(reqwest::redirect::Policy::none())
            // A proxy of the environment would resolve names itself, behind the back of the guard.
            .no_proxy();
        if let Some(file) = &self.settings.ca {
            let pem = std::fs::read(file).map_err(|why| format!("{}: {why}", file.display()))?;
            let authorities = reqwest::Certificate::from_pem_bundle(&pem).map_err(|fault| told(&fault))?;
            if authorities.is_empty() {
                return Err(format!("{}: holds no certificate in PEM", file.display()));
            }
            builder = builder.tls_certs_merge(authorities);
        }
        builder.build().map_err(|fault| told(&fault))
    }
}

/// Reads an answer, but no more of it than `most` bytes.
async fn limited(mut response: Response, most: u64, writes: bool) -> Result<Vec<u8>, Failure> {
    let too_large = || Failure::from(Trouble::TooLarge { most });
    if response.content_length().is_some_and(|length| length > most) {
        return Err(too_large());
    }
    let mut bytes = Vec::new();
    loop {
        match response.chunk().await {
            Ok(None) => return Ok(bytes),
            Ok(Some(chunk)) => {
                if bytes.len() as u64 + chunk.len() as u64 > most {
                    return Err(too_large());
                }
                bytes.extend_from_slice(&chunk);
            }
            Err(fault) => return Err(not_sent(fault, writes)),
        }
    }
}

/// What a request that broke comes to. One that changes something and was on its way has an unknown fate.
fn not_sent(fault: reqwest::Error, writes: bool) -> Failure {
    let told = told(&fault);
    if writes && !fault.is_connect() && !fault.is_builder() {
        return Trouble::Unknown(told).into();
    }
    if fault.is_timeout() && !fault.is_connect() {
        return Failure { trouble: Trouble::Timeout, again: Some(None) };
    }
    Failure { trouble: Trouble::Unreachable(told), again: Some(None) }
}

/// A fault with its causes, but without the address: arguments stand in it.
fn told(fault: &reqwest::Error) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut cause = std::error::Error::source(fault);
    while let Some(fault) = cause {
        let part = fault.to_string();
        if !parts.iter().any(|told| told.contains(&part)) {
            parts.push(part);
        }
        cause = fault.source();
    }
    if parts.is_empty() { "the request could not be made".to_owned() } else { parts.join(": ") }
}
