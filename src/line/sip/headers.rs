//! Reading and writing messages: the few headers that matter, and responses that carry what ours must carry.

use rsipstack::sip::prelude::HeadersExt;
use rsipstack::sip::{Header, Method, Request, Response, StatusCode, Uri};
use rsipstack::transaction::random_text;

use crate::Private;
use crate::line::Caller;

/// The methods that we serve.
pub(super) const ALLOW: &str = "INVITE, ACK, BYE, CANCEL, OPTIONS, INFO, UPDATE";
/// The extensions that we know.
pub(super) const SUPPORTED: &str = "timer";
/// The bodies that we read.
pub(super) const ACCEPT: &str = "application/sdp, application/dtmf-relay, application/dtmf";
/// How long a number or a name may be, in characters.
const LONGEST_NAME: usize = 64;

/// A header that rsipstack need not understand.
pub(super) fn header(name: &str, value: impl Into<String>) -> Header {
    Header::Other(name.to_owned(), value.into())
}

/// A fresh tag for From or To.
pub(super) fn new_tag() -> String {
    random_text(12)
}

/// A fresh branch for Via.
pub(super) fn new_branch() -> String {
    format!("z9hG4bK{}", random_text(16))
}

/// A fresh Call-ID, which tells nothing about us.
pub(super) fn new_call_id() -> String {
    random_text(24)
}

/// A response to `request` with `Allow`, `Supported` and `Server`, which rsipstack leaves out. `to_tag` is added
/// to To unless the request carries one.
pub(super) fn response(
    request: &Request,
    status: u16,
    to_tag: Option<&str>,
    server: &str,
    more: Vec<Header>,
    body: Option<String>,
) -> Response {
    let mut headers = Vec::with_capacity(12 + more.len());
    for header in request.headers.iter() {
        match header {
            Header::Via(_) | Header::From(_) | Header::CallId(_) | Header::CSeq(_) => headers.push(header.clone()),
            Header::To(to) => {
                let has_tag = to_tag_of(request).is_some();
                let value = match to_tag {
                    Some(tag) if !has_tag => format!("{};tag={tag}", to.value()),
                    _ => to.value().to_owned(),
                };
                headers.push(Header::To(value.into()));
            }
            Header::RecordRoute(_) if establishes_dialog(request, status) => headers.push(header.clone()),
            _ => {}
        }
    }
    if status != 100 {
        headers.push(header("Allow", ALLOW));
        headers.push(header("Supported", SUPPORTED));
        headers.push(header("Server", server));
    }
    headers.extend(more);
    let body = body.unwrap_or_default().into_bytes();
    if !body.is_empty() {
        headers.push(header("Content-Type", "application/sdp"));
    }
    headers.push(Header::ContentLength((body.len() as u32).into()));
    Response {
        status_code: StatusCode::from(status),
        wire_reason: None,
        version: rsipstack::sip::Version::V2,
        headers: headers.into(),
        body,
    }
}

/// Whether a response with this status to `request` makes a dialog, early or not.
fn establishes_dialog(request: &Request, status: u16) -> bool {
    request.method == Method::Invite && (101..300).contains(&status)
}

/// The tag of To, when there is one.
pub(super) fn to_tag_of(message: &impl HeadersExt) -> Option<String> {
    let tag = message.to_header().ok()?.tag().ok()??;
    Some(tag.value().to_owned()).filter(|tag| !tag.is_empty())
}

/// The tag of From, when there is one.
pub(super) fn from_tag_of(message: &impl HeadersExt) -> Option<String> {
    let tag = message.from_header().ok()?.tag().ok()??;
    Some(tag.value().to_owned()).filter(|tag| !tag.is_empty())
}

/// The Call-ID, empty when there is none.
pub(super) fn call_id_of(message: &impl HeadersExt) -> String {
    message.call_id_header().map(|header| header.value().to_owned()).unwrap_or_default()
}

/// The number of CSeq.
pub(super) fn cseq_of(message: &impl HeadersExt) -> Option<u32> {
    message.cseq_header().ok()?.seq().ok()
}

/// The words of every header called `name`, split at commas.
pub(super) fn words_of(message: &impl HeadersExt, name: &str) -> Vec<String> {
    let named = message.headers().iter().filter(|header| header.name().eq_ignore_ascii_case(name));
    let words = named.flat_map(|header| header.value().split(','));
    words.map(|word| word.trim().to_owned()).filter(|word| !word.is_empty()).collect()
}

/// The extensions that the request requires and we do not have.
pub(super) fn unsupported_of(request: &Request) -> Vec<String> {
    let required = words_of(request, "Require");
    required.into_iter().filter(|option| !option.eq_ignore_ascii_case(SUPPORTED)).collect()
}

/// Whether the far end says it knows session timers.
pub(super) fn knows_timers(message: &impl HeadersExt) -> bool {
    let mut words = words_of(message, "Supported");
    words.extend(words_of(message, "Require"));
    words.iter().any(|word| word.eq_ignore_ascii_case("timer"))
}

/// The address in Contact, where requests inside the dialog go.
pub(super) fn contact_of(message: &impl HeadersExt) -> Option<Uri> {
    let contacts = message.typed_contact_headers().ok()?;
    contacts.into_iter().next().map(|contact| contact.uri)
}

/// The URI of a name-addr or addr-spec header value, as it was written.
pub(super) fn uri_text(value: &str) -> &str {
    let (_, rest) = split_name(value);
    match (rest.find('<'), rest.find('>')) {
        (Some(start), Some(end)) if start < end => &rest[start + 1..end],
        _ => rest.split(';').next().unwrap_or_default().trim(),
    }
}

/// The display name of a header value, unquoted, and what follows it.
fn split_name(value: &str) -> (&str, &str) {
    let value = value.trim_start();
    if let Some(quoted) = value.strip_prefix('"') {
        let end = quoted.find('"').unwrap_or(quoted.len());
        return (&quoted[..end], quoted.get(end + 1..).unwrap_or_default());
    }
    match value.find('<') {
        Some(start) => (value[..start].trim(), &value[start..]),
        None => ("", value),
    }
}

/// Who rings. `trusted` says that the far end is a trunk, whose asserted identity counts before From.
pub(super) fn caller_of(request: &Request, trusted: bool) -> Caller {
    let asserted = request.header_value("P-Asserted-Identity").filter(|_| trusted);
    let from = request.from_header().map(|header| header.value().to_owned()).unwrap_or_default();
    let hidden = |text: &str| text.to_ascii_lowercase().contains("anonymous");
    let identity = asserted.unwrap_or(from);
    let uri = uri_text(&identity);
    let number = match uri.split_once(':') {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("tel") => rest.split(';').next(),
        Some((_, rest)) => rest.split_once('@').map(|(user, _)| user.split(';').next().unwrap_or_default()),
        None => None,
    };
    let number = number.map(plain_number).filter(|number| !number.is_empty() && !hidden(number));
    let name = Some(plain_name(split_name(&identity).0)).filter(|name| !name.is_empty() && !hidden(name));
    let dialled = request.uri.user().map(plain_number).filter(|dialled| !dialled.is_empty());
    Caller { number: number.map(Private::new), name: name.map(Private::new), dialled }
}

/// A number or user name with nothing in it that could be code or markup further on.
fn plain_number(text: &str) -> String {
    let allowed = |character: &char| character.is_ascii_alphanumeric() || "+*#._-".contains(*character);
    text.chars().filter(allowed).take(LONGEST_NAME).collect()
}

fn plain_name(text: &str) -> String {
    let allowed = |character: &char| character.is_alphanumeric() || " .'-".contains(*character);
    let name: String = text.chars().filter(allowed).take(LONGEST_NAME).collect();
    name.trim().to_owned()
}

/// A display name for From, quoted so that it stays one.
pub(super) fn quoted_name(name: &str) -> String {
    format!("\"{}\"", plain_name(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(more: &str) -> Request {
        let text = format!(
            "INVITE sip:800@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKx\r\n\
             To: <sip:800@127.0.0.1>\r\nCall-ID: c\r\nCSeq: 1 INVITE\r\n{more}Content-Length: 0\r\n\r\n"
        );
        Request::try_from(text.as_str()).expect("a request")
    }

    #[test]
    fn the_caller_is_read_and_stripped_of_everything_else() {
        let cases = [
            ("From: \"Ann Lee\" <sip:+4420@x>;tag=1\r\n", Some("+4420"), Some("Ann Lee")),
            ("From: sip:4420@x;tag=1\r\n", Some("4420"), None),
            ("From: <tel:+4420;phone-context=x>;tag=1\r\n", Some("+4420"), None),
            ("From: \"Anonymous\" <sip:anonymous@anonymous.invalid>;tag=1\r\n", None, None),
            ("From: \"{{ secret }}<b>\" <sip:44${20}@x>;tag=1\r\n", Some("4420"), Some("secret b")),
            ("From: <sip:x.example>;tag=1\r\n", None, None),
        ];
        for (from, number, name) in cases {
            let caller = caller_of(&request(from), false);
            assert_eq!(caller.number.as_ref().map(|number| number.reveal().as_str()), number, "{from}");
            assert_eq!(caller.name.as_ref().map(|name| name.reveal().as_str()), name, "{from}");
            assert_eq!(caller.dialled.as_deref(), Some("800"));
        }
    }

    #[test]
    fn an_asserted_identity_counts_only_from_a_trunk() {
        let request = request("From: <sip:1@x>;tag=1\r\nP-Asserted-Identity: \"Bo\" <sip:2@x>\r\n");
        let number = |trusted| caller_of(&request, trusted).number.map(Private::into_revealed);
        assert_eq!((number(false).as_deref(), number(true).as_deref()), (Some("1"), Some("2")));
    }

    #[test]
    fn a_response_names_what_we_allow_and_support() {
        let request = request("From: <sip:1@x>;tag=1\r\nRecord-Route: <sip:p;lr>\r\nRequire: 100rel, timer\r\n");
        let text = response(&request, 486, Some("abc"), "warmline/1", Vec::new(), None).to_string();
        assert!(text.starts_with("SIP/2.0 486 Busy Here\r\n"), "{text}");
        for line in ["To: <sip:800@127.0.0.1>;tag=abc", "Allow: INVITE", "Supported: timer", "Server: warmline/1"] {
            assert!(text.contains(line), "{line} is missing in {text}");
        }
        assert!(!text.contains("Record-Route"));
        assert!(response(&request, 200, Some("abc"), "x", Vec::new(), None).to_string().contains("Record-Route"));
        assert_eq!(unsupported_of(&request), ["100rel"]);
        assert!(knows_timers(&request));
    }
}
