//! What is asked of the far side: method, path, query and body, filled with the arguments of a flow.

use std::collections::BTreeMap;
use std::time::Duration;

use reqwest::Url;
use serde_json::Value;

use super::super::arguments::Arguments;
use super::super::cell::whole;
use super::super::trouble::Trouble;
use super::answer::Pick;
use super::template::Template;
use crate::flow::{Datum, FieldKind, QueryShape};

/// How a request is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HttpMethod {
    /// Reads.
    Get,
    /// Adds or does something.
    Post,
    /// Puts something in a place.
    Put,
    /// Changes a part of something.
    Patch,
    /// Takes something away.
    Delete,
}

impl HttpMethod {
    /// Every method with its name.
    pub const ALL: [(&'static str, Self); 5] = [
        ("GET", Self::Get),
        ("POST", Self::Post),
        ("PUT", Self::Put),
        ("PATCH", Self::Patch),
        ("DELETE", Self::Delete),
    ];

    pub(super) fn for_wire(self) -> reqwest::Method {
        match self {
            Self::Get => reqwest::Method::GET,
            Self::Post => reqwest::Method::POST,
            Self::Put => reqwest::Method::PUT,
            Self::Patch => reqwest::Method::PATCH,
            Self::Delete => reqwest::Method::DELETE,
        }
    }
}

/// A body with arguments in it.
#[derive(Clone, Debug, PartialEq)]
pub enum BodyTemplate {
    /// A number, yes or no.
    Fixed(Value),
    /// A text. One that is a single argument becomes a JSON value of the argument's kind.
    Text(Template),
    /// A list.
    List(Vec<BodyTemplate>),
    /// An object.
    Table(BTreeMap<String, BodyTemplate>),
}

impl BodyTemplate {
    /// The arguments it uses.
    pub fn arguments(&self) -> Vec<&str> {
        match self {
            Self::Fixed(_) => Vec::new(),
            Self::Text(template) => template.arguments().collect(),
            Self::List(items) => items.iter().flat_map(Self::arguments).collect(),
            Self::Table(fields) => fields.values().flat_map(Self::arguments).collect(),
        }
    }

    /// The JSON; `None` where an optional argument has no value: that field is left out.
    fn fill(&self, arguments: &Arguments, shape: &QueryShape) -> Option<Value> {
        match self {
            Self::Fixed(value) => Some(value.clone()),
            Self::Text(template) => match template.sole_argument() {
                Some(name) => {
                    let value = arguments.get(name).filter(|value| !value.is_absent())?;
                    Some(json(value, shape.args.get(name).map_or(FieldKind::Text, |field| field.kind)))
                }
                None => template.fill(arguments, Datum::text).map(Value::String),
            },
            Self::List(items) => {
                Some(Value::Array(items.iter().filter_map(|item| item.fill(arguments, shape)).collect()))
            }
            Self::Table(fields) => {
                let filled =
                    fields.iter().filter_map(|(name, field)| Some((name.clone(), field.fill(arguments, shape)?)));
                Some(Value::Object(filled.collect()))
            }
        }
    }
}

/// How a body is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BodyForm {
    /// `application/json`.
    #[default]
    Json,
    /// `application/x-www-form-urlencoded`, as older services for text messages want it.
    Form,
}

/// One query of an HTTP connection.
#[derive(Clone, Debug)]
pub struct HttpQuery {
    /// How it is asked.
    pub method: HttpMethod,
    /// The path below the connection's base. Each argument becomes one segment, or a part of one, whatever it holds.
    pub path: Template,
    /// What stands behind the question mark; a pair whose argument has no value is left out.
    pub query: BTreeMap<String, Template>,
    /// The body; `None`: of a method that has one, every argument under its own name.
    pub body: Option<BodyTemplate>,
    /// How the body is written.
    pub body_form: BodyForm,
    /// Where in the answer the record lies.
    pub pick: Pick,
    /// Where in the record a field lies that is not under its own name.
    pub fields: BTreeMap<String, Pick>,
    /// How long one request may take; the step's own limit holds over all of them.
    pub time_limit: Duration,
    /// The largest answer, in bytes.
    pub largest: u64,
    /// Arguments and result, and whether it changes something.
    pub shape: QueryShape,
}

/// What goes over the wire beside headers that every request has.
pub(super) struct Body {
    pub content_type: &'static str,
    pub bytes: Vec<u8>,
}

impl HttpQuery {
    /// The address, below `base`. An argument can neither leave the path nor reach another host.
    pub(super) fn address(&self, base: &Url, arguments: &Arguments) -> Result<Url, Trouble> {
        let refused = |what: &str| Trouble::Refused(what.to_owned());
        let path = self.path.fill(arguments, |value| encoded(&value.text()));
        let path = path.ok_or_else(|| refused("an argument of `path` has no value"))?;
        let is_step = |segment: &str| matches!(segment.to_ascii_lowercase().replace("%2e", ".").as_str(), "." | "..");
        if path.split('/').any(is_step) || path.contains("//") {
            return Err(refused("an argument would change the path"));
        }
        let mut address = base.clone();
        address.set_path(&format!("{}{path}", base.path().trim_end_matches('/')));
        let pairs: Vec<(&str, String)> = self
            .query
            .iter()
            .filter_map(|(name, template)| Some((name.as_str(), template.fill(arguments, Datum::text)?)))
            .collect();
        if !pairs.is_empty() {
            address.query_pairs_mut().extend_pairs(pairs);
        }
        debug_assert!(same_origin(base, &address), "an argument changed the host");
        Ok(address)
    }

    /// The body, if the method has one.
    pub(super) fn body(&self, arguments: &Arguments) -> Option<Body> {
        let has_body = matches!(self.method, HttpMethod::Post | HttpMethod::Put | HttpMethod::Patch);
        let filled = match &self.body {
            Some(body) => body.fill(arguments, &self.shape)?,
            None if !has_body => return None,
            None => {
                let given = arguments.iter().filter(|(_, value)| !value.is_absent());
                let field = |(name, value): (&String, &Datum)| {
                    (name.clone(), json(value, self.shape.args.get(name).map_or(FieldKind::Text, |shape| shape.kind)))
                };
                Value::Object(given.map(field).collect())
            }
        };
        Some(match self.body_form {
            BodyForm::Json => Body { content_type: "application/json", bytes: filled.to_string().into_bytes() },
            BodyForm::Form => {
                let mut pairs = reqwest::Url::parse("http://form/").ok()?;
                if let Value::Object(fields) = &filled {
                    let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                    pairs.query_pairs_mut().extend_pairs(fields.iter().map(|(name, value)| (name, plain(value))));
                }
                let bytes = pairs.query().unwrap_or_default().as_bytes().to_vec();
                Body { content_type: "application/x-www-form-urlencoded", bytes }
            }
        })
    }
}

/// Whether two addresses are of the same scheme, host and port.
pub(super) fn same_origin(one: &Url, other: &Url) -> bool {
    one.scheme() == other.scheme()
        && one.host() == other.host()
        && one.port_or_known_default() == other.port_or_known_default()
        && other.username().is_empty()
        && other.password().is_none()
}

/// A value as JSON of its declared kind.
fn json(value: &Datum, kind: FieldKind) -> Value {
    match (value, kind) {
        (Datum::YesNo(truth), FieldKind::YesNo) => Value::Bool(*truth),
        (Datum::Number(number), FieldKind::Number | FieldKind::Money) => {
            // 3 and not 3.0: many far sides take a count only without a point.
            if let Some(number) = whole(*number) {
                return Value::from(number);
            }
            serde_json::Number::from_f64(*number).map_or(Value::Null, Value::Number)
        }
        _ => Value::String(value.text()),
    }
}

/// A text as part of one path segment (RFC 3986: everything but unreserved characters is encoded).
fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::{Access, FieldShape};

    fn query(method: HttpMethod, path: &str) -> HttpQuery {
        let shape = |text: &str| FieldShape::parse(text).unwrap();
        let args = [("phone", "phone?"), ("count", "number?"), ("gift", "yes_no?"), ("note", "text?")];
        HttpQuery {
            method,
            path: Template::parse(path).unwrap(),
            query: BTreeMap::new(),
            body: None,
            body_form: BodyForm::Json,
            pick: Pick::default(),
            fields: BTreeMap::new(),
            time_limit: Duration::from_secs(5),
            largest: 1 << 18,
            shape: QueryShape {
                args: args.iter().map(|(name, kind)| ((*name).to_owned(), shape(kind))).collect(),
                returns: BTreeMap::new(),
                access: Access::Writes,
            },
        }
    }

    fn arguments(pairs: &[(&str, Datum)]) -> Arguments {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
    }

    fn text(text: &str) -> Datum {
        Datum::Text(text.to_owned())
    }

    fn base() -> Url {
        "https://crm.internal/api/".parse().unwrap()
    }

    #[test]
    fn an_argument_stays_within_its_segment_whatever_it_holds() {
        let customers = query(HttpMethod::Get, "/customers/{phone}/orders");
        let cases = [
            ("+86138", "https://crm.internal/api/customers/%2B86138/orders"),
            ("a/b?c#d", "https://crm.internal/api/customers/a%2Fb%3Fc%23d/orders"),
            ("@evil.example", "https://crm.internal/api/customers/%40evil.example/orders"),
            ("%2e%2e", "https://crm.internal/api/customers/%252e%252e/orders"),
            ("..%2F..", "https://crm.internal/api/customers/..%252F../orders"),
            ("张三", "https://crm.internal/api/customers/%E5%BC%A0%E4%B8%89/orders"),
            ("a\\b\r\nHost: x", "https://crm.internal/api/customers/a%5Cb%0D%0AHost%3A%20x/orders"),
        ];
        for (phone, expected) in cases {
            let address = customers.address(&base(), &arguments(&[("phone", text(phone))])).unwrap();
            assert_eq!(address.as_str(), expected);
        }
        for evil in ["..", ".", ""] {
            let fault = customers.address(&base(), &arguments(&[("phone", text(evil))])).unwrap_err();
            assert_eq!(fault.kind(), "refused", "{evil}");
        }
        assert_eq!(customers.address(&base(), &Arguments::new()).unwrap_err().kind(), "refused");
    }

    #[test]
    fn pairs_of_the_query_are_left_out_when_their_argument_is() {
        let mut search = query(HttpMethod::Get, "/customers");
        search.query = BTreeMap::from([
            ("phone".to_owned(), Template::parse("{phone}").unwrap()),
            ("note".to_owned(), Template::parse("about {note}").unwrap()),
            ("expand".to_owned(), Template::parse("orders").unwrap()),
        ]);
        let address = search.address(&base(), &arguments(&[("phone", text("+44 & co"))])).unwrap();
        assert_eq!(address.as_str(), "https://crm.internal/api/customers?expand=orders&phone=%2B44+%26+co");
    }

    #[test]
    fn a_body_holds_values_of_their_kind() {
        let mut order = query(HttpMethod::Post, "/orders");
        let given = arguments(&[
            ("phone", text("138")),
            ("count", Datum::Number(2.0)),
            ("gift", Datum::YesNo(true)),
            ("note", Datum::Absent),
        ]);
        let body = |order: &HttpQuery| String::from_utf8(order.body(&given).unwrap().bytes).unwrap();
        assert_eq!(body(&order), r#"{"count":2,"gift":true,"phone":"138"}"#);
        let template = |text: &str| BodyTemplate::Text(Template::parse(text).unwrap());
        order.body = Some(BodyTemplate::Table(BTreeMap::from([
            ("customer".to_owned(), BodyTemplate::Table(BTreeMap::from([("tel".to_owned(), template("{phone}"))]))),
            (
                "lines".to_owned(),
                BodyTemplate::List(vec![template("{count}"), template("{note}"), template("x{count}")]),
            ),
            ("note".to_owned(), template("{note}")),
            ("version".to_owned(), BodyTemplate::Fixed(Value::from(2))),
        ])));
        assert_eq!(body(&order), r#"{"customer":{"tel":"138"},"lines":[2,"x2"],"version":2}"#);
        order.body = None;
        order.body_form = BodyForm::Form;
        assert_eq!(body(&order), "count=2&gift=true&phone=138");
        assert!(query(HttpMethod::Get, "/orders").body(&given).is_none());
    }
}
