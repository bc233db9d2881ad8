//! `kind = "http"`.

use std::collections::BTreeMap;
use std::time::Duration;

use reqwest::Url;
use reqwest::header::{AUTHORIZATION, HeaderName, HeaderValue};
use serde_json::Value;
use toml::de::DeValue;

use super::super::error::ConfigError;
use super::query::{reads_something, shape};
use super::section::{Section, Source};
use crate::Private;
use crate::caller::{AddressFault, BodyForm, BodyTemplate, HttpMethod, HttpQuery, HttpSettings, Pick, Template};
use crate::flow::{Access, QueryShape};

/// How long one request may take where neither the query nor its connection says.
const TIME_LIMIT: Duration = Duration::from_secs(5);
/// How long the far side may take to take a connection.
const CONNECT_LIMIT: Duration = Duration::from_secs(2);
/// The largest answer, in bytes.
const LARGEST: u64 = 256_000;
/// How often a request that reads is tried again.
const RETRIES: u32 = 2;
/// Parts of names whose values are secrets.
const SECRET_NAMES: [&str; 8] = ["auth", "token", "secret", "key", "password", "cookie", "credential", "signature"];
/// Headers that we write ourselves.
const OWN_HEADERS: [&str; 7] =
    ["host", "content-length", "content-type", "transfer-encoding", "connection", "idempotency-key", "accept-encoding"];

/// What a query has of its connection.
struct Usual {
    time_limit: Duration,
    largest: u64,
}

pub(super) fn read(section: &Section<'_>) -> Result<HttpSettings, ConfigError> {
    let allow_private = section.truth("allow_private")?.unwrap_or(true);
    let base = base(section, allow_private)?;
    let headers = headers(section)?;
    let ca = section.text("ca")?.map(|(file, _)| section.source.beside(&file));
    let connect_limit = section.duration("connect_limit")?.unwrap_or(CONNECT_LIMIT);
    let retries = section.count("retries", 0, 5)?.unwrap_or(RETRIES);
    let health = match section.text("health")? {
        Some((path, at)) if !path.starts_with('/') => {
            return Err(section.source.wrong(at, "a path begins with a slash, as in \"/health\""));
        }
        health => health.map(|(path, _)| path),
    };
    let usual = Usual {
        time_limit: section.duration("time_limit")?.unwrap_or(TIME_LIMIT),
        largest: section.size("largest")?.unwrap_or(LARGEST),
    };
    let mut queries = BTreeMap::new();
    for query in section.tables()? {
        queries.insert(query.own_name().to_owned(), read_query(&query, &usual)?);
    }
    Ok(HttpSettings { base, headers, ca, allow_private, connect_limit, retries, health, queries })
}

fn base(section: &Section<'_>, allow_private: bool) -> Result<Url, ConfigError> {
    let (text, at) = section.needed_text("base", "where the service is, as in \"https://crm.example.com/api\"")?;
    let wrong = |what: &str| section.source.wrong(at, format!("{}.base: {what}", section.name));
    let secret = section.source.secret(&text, at)?;
    let text = match &secret {
        // One that may be missing, and is.
        Some(secret) if secret.reveal().is_empty() => "https://not-set.invalid",
        Some(secret) => secret.reveal(),
        None => &text,
    };
    let base: Url = text.parse().map_err(|_| wrong("not an address; write it as https://crm.example.com/api"))?;
    if !matches!(base.scheme(), "http" | "https") || base.host().is_none() {
        return Err(wrong("not an address of the web; write it as https://crm.example.com/api"));
    }
    if !base.username().is_empty() || base.password().is_some() {
        return Err(wrong(
            "a name or password does not stand in an address; write `user` and `password = \"env:NAME\"`",
        ));
    }
    if base.query().is_some() || base.fragment().is_some() {
        return Err(wrong("what stands behind ? or # belongs to the queries"));
    }
    let literal = base.host_str().and_then(|host| host.trim_matches(['[', ']']).parse().ok());
    if let Some(address) = literal {
        AddressFault::of_literal(address, allow_private).map_err(|fault| wrong(&fault.to_string()))?;
    }
    Ok(base)
}

/// `auth`, `user` and `password`, `header`.
fn headers(section: &Section<'_>) -> Result<Vec<(HeaderName, Private<HeaderValue>)>, ConfigError> {
    let source = section.source;
    let mut headers = Vec::new();
    let mut add = |name: HeaderName, value: &str, at: usize| {
        let value = HeaderValue::from_str(value)
            .map_err(|_| source.wrong(at, format!("the value of {name} cannot stand in a header")))?;
        headers.push((name, Private::new(value)));
        Ok::<(), ConfigError>(())
    };
    let (auth, user, password) = (section.text("auth")?, section.text("user")?, section.text("password")?);
    match (auth, user, password) {
        (None, None, None) => {}
        (Some((text, at)), None, None) => {
            let token = needed_secret(source, "auth", &text, at)?;
            add(AUTHORIZATION, &format!("Bearer {}", token.reveal()), at)?;
        }
        (None, Some((user, _)), Some((text, at))) => {
            let password = needed_secret(source, "password", &text, at)?;
            add(AUTHORIZATION, &format!("Basic {}", base64(format!("{user}:{}", password.reveal()).as_bytes())), at)?;
        }
        _ => return Err(section.wrong("needs `auth` (a token), or `user` and `password`, or none of them")),
    }
    if let Some(table) = section.table("header")? {
        for (name, name_at, text, at) in table.named_texts()? {
            let header: HeaderName =
                name.parse().map_err(|_| source.wrong(name_at, format!("{name:?} cannot be the name of a header")))?;
            if OWN_HEADERS.contains(&header.as_str()) {
                return Err(source.wrong(name_at, format!("the header {name:?} is written by itself; take it out")));
            }
            let value = match source.secret(&text, at)? {
                Some(secret) => secret.into_revealed(),
                None if is_secret_name(&name) => return Err(not_here(source, &name, at)),
                None => text,
            };
            add(header, &value, at)?;
        }
    }
    Ok(headers)
}

fn needed_secret(source: &Source<'_>, key: &str, text: &str, at: usize) -> Result<Private<String>, ConfigError> {
    source.secret(text, at)?.ok_or_else(|| not_here(source, key, at))
}

fn not_here(source: &Source<'_>, name: &str, at: usize) -> ConfigError {
    source.wrong(
        at,
        format!("{name}: a secret does not stand in this file; write \"env:NAME\" and set NAME in the environment"),
    )
}

fn is_secret_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    SECRET_NAMES.iter().any(|part| name.contains(part))
}

fn read_query(section: &Section<'_>, usual: &Usual) -> Result<HttpQuery, ConfigError> {
    let method = section.word("method", &HttpMethod::ALL)?.unwrap_or(HttpMethod::Get);
    let shape = shape(section, if method == HttpMethod::Get { Access::Reads } else { Access::Writes })?;
    if method == HttpMethod::Get && shape.access == Access::Writes {
        return Err(section.wrong("a GET must not change anything (RFC 9110, 9.2.1); use POST, PUT, PATCH or DELETE"));
    }
    reads_something(section, &shape)?;
    let (path, path_at) = section.needed_text("path", "below `base`, as in \"/customers/{phone}\"")?;
    let path = path_template(section, &path, path_at, &shape)?;
    let mut query = BTreeMap::new();
    if let Some(table) = section.table("query")? {
        for (name, _, text, at) in table.named_texts()? {
            query.insert(name.clone(), value_template(section, &name, &text, at, &shape)?);
        }
    }
    let body = match section.any("body") {
        None => None,
        Some((_, at)) if method == HttpMethod::Get => {
            return Err(section.source.wrong(at, format!("{}: a GET has no body; use `query`", section.name)));
        }
        Some((value, at)) => Some(body(section, "body", value, at, &shape)?),
    };
    let pick = match section.text("pick")? {
        Some((text, at)) => place_in_answer(section, &text, at)?,
        None => Pick::default(),
    };
    let mut places = BTreeMap::new();
    if let Some(table) = section.table("fields")? {
        for (name, name_at, text, at) in table.named_texts()? {
            if !shape.returns.contains_key(&name) {
                let what = format!("{}: {name:?} is not among `returns`; add it there with its type", section.name);
                return Err(section.source.wrong(name_at, what));
            }
            places.insert(name, place_in_answer(section, &text, at)?);
        }
    }
    let query = HttpQuery {
        method,
        path,
        query,
        body,
        body_form: section.word("send_as", &[("json", BodyForm::Json), ("form", BodyForm::Form)])?.unwrap_or_default(),
        pick,
        fields: places,
        time_limit: section.duration("time_limit")?.unwrap_or(usual.time_limit),
        largest: section.size("largest")?.unwrap_or(usual.largest),
        shape,
    };
    section.finish()?;
    uses_every_argument(section, &query)?;
    Ok(query)
}

fn path_template(section: &Section<'_>, text: &str, at: usize, shape: &QueryShape) -> Result<Template, ConfigError> {
    let wrong = |what: &str| section.source.wrong(at, format!("{}.path: {what}", section.name));
    let path = template(section, text, at, shape)?;
    let literal = path.literal();
    if !literal.starts_with('/') || literal.starts_with("//") {
        return Err(wrong("begins with one slash, as in \"/customers/{phone}\"; the host stands in `base`"));
    }
    if literal.contains(['?', '#']) {
        return Err(wrong("what stands behind ? belongs in `query = { name = \"{argument}\" }`"));
    }
    if literal.contains("//") || literal.split('/').any(|step| matches!(step, "." | "..")) || literal.contains('\\') {
        return Err(wrong("goes straight down from `base`, without //, .. or \\"));
    }
    if let Some(name) = path.arguments().find(|name| shape.args.get(*name).is_some_and(|field| field.optional)) {
        return Err(wrong(&format!(
            "the argument {name:?} is optional, and a path cannot do without it; take away its ?"
        )));
    }
    Ok(path)
}

fn template(section: &Section<'_>, text: &str, at: usize, shape: &QueryShape) -> Result<Template, ConfigError> {
    let template = Template::parse(text).map_err(|fault| section.source.wrong(at, format!("{text:?}: {fault}")))?;
    let unknown = template.arguments().find(|name| !shape.args.contains_key(*name)).map(str::to_owned);
    match unknown {
        Some(unknown) => {
            let known: Vec<&str> = shape.args.keys().map(String::as_str).collect();
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            let what = format!(
                "{}: {{{unknown}}} is not among `args`; add it there with its type, or use one of {known}",
                section.name
            );
            Err(section.source.wrong(at, what))
        }
        None => Ok(template),
    }
}

/// A text that may be a secret of the environment.
fn value_template(
    section: &Section<'_>,
    name: &str,
    text: &str,
    at: usize,
    shape: &QueryShape,
) -> Result<Template, ConfigError> {
    if let Some(secret) = section.source.secret(text, at)? {
        return Ok(Template::secret(secret));
    }
    let template = template(section, text, at, shape)?;
    if is_secret_name(name) && template.arguments().next().is_none() {
        return Err(not_here(section.source, name, at));
    }
    Ok(template)
}

fn body(
    section: &Section<'_>,
    name: &str,
    value: &DeValue<'_>,
    at: usize,
    shape: &QueryShape,
) -> Result<BodyTemplate, ConfigError> {
    let number = |text: &str| section.source.wrong(at, format!("{text} is not a number that JSON knows"));
    Ok(match value {
        DeValue::String(text) => BodyTemplate::Text(value_template(section, name, text, at, shape)?),
        DeValue::Boolean(truth) => BodyTemplate::Fixed(Value::Bool(*truth)),
        DeValue::Integer(whole) => {
            let parsed = i64::from_str_radix(whole.as_str(), whole.radix()).map_err(|_| number(whole.as_str()))?;
            BodyTemplate::Fixed(Value::from(parsed))
        }
        DeValue::Float(decimal) => {
            let parsed = decimal.as_str().parse().ok().and_then(serde_json::Number::from_f64);
            BodyTemplate::Fixed(Value::Number(parsed.ok_or_else(|| number(decimal.as_str()))?))
        }
        DeValue::Array(items) => {
            let each = items.iter().map(|item| body(section, name, item.get_ref(), item.span().start, shape));
            BodyTemplate::List(each.collect::<Result<_, _>>()?)
        }
        DeValue::Table(fields) => {
            let each = fields.iter().map(|(key, field)| {
                let filled = body(section, key.get_ref(), field.get_ref(), field.span().start, shape)?;
                Ok((key.get_ref().to_string(), filled))
            });
            BodyTemplate::Table(each.collect::<Result<_, ConfigError>>()?)
        }
        DeValue::Datetime(_) => return Err(section.source.wrong(at, "write a date of a body as a text, in quotes")),
    })
}

fn place_in_answer(section: &Section<'_>, text: &str, at: usize) -> Result<Pick, ConfigError> {
    Pick::parse(text).ok_or_else(|| {
        let what = format!("{text:?} is not a place in an answer; write it as \"/data/0\" (a JSON pointer, RFC 6901)");
        section.source.wrong(at, what)
    })
}

/// An argument that goes nowhere is a mistake, unless the body holds all of them anyway.
fn uses_every_argument(section: &Section<'_>, query: &HttpQuery) -> Result<(), ConfigError> {
    let all_in_body =
        query.body.is_none() && matches!(query.method, HttpMethod::Post | HttpMethod::Put | HttpMethod::Patch);
    if all_in_body {
        return Ok(());
    }
    let in_body = query.body.as_ref().map(BodyTemplate::arguments).unwrap_or_default();
    let used: Vec<&str> =
        query.path.arguments().chain(query.query.values().flat_map(Template::arguments)).chain(in_body).collect();
    match query.shape.args.keys().find(|name| !used.contains(&name.as_str())) {
        Some(unused) => {
            Err(section.wrong(format!("the argument {unused:?} goes nowhere; write {{{unused}}} in `path`, `query` or `body`, or take it out of `args`")))
        }
        None => Ok(()),
    }
}

/// RFC 4648, section 4: for the one header that needs it.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let group = chunk.iter().fold(0_u32, |group, &byte| group << 8 | u32::from(byte)) << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let letter = LETTERS[(group >> (18 - 6 * place) & 63) as usize];
            text.push(if place <= chunk.len() { char::from(letter) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    #[test]
    fn base64_is_that_of_the_rfc() {
        for (plain, encoded) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")] {
            assert_eq!(super::base64(plain.as_bytes()), encoded);
        }
    }
}
