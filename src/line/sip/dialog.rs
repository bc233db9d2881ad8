//! What is known of one dialog (RFC 3261 section 12), and the requests that are made from it.

use std::net::SocketAddr;

use rsipstack::sip::prelude::HeadersExt;
use rsipstack::sip::{Header, Host, Method, Request, Response, Transport, Uri, Version};
use rsipstack::transport::{SipAddr, SipConnection};

use super::address::Addresses;
use super::gate::is_near;
use super::headers::{SUPPORTED, call_id_of, contact_of, cseq_of, from_tag_of, header, to_tag_of, uri_text, words_of};

/// Where the far end's messages come from, and so where it is surely reached.
#[derive(Clone, Debug)]
pub(super) struct Flow {
    /// The address as the network shows it.
    pub(super) peer: SocketAddr,
    /// The stream, when it is TCP.
    pub(super) connection: Option<SipConnection>,
    /// The far end is a telephone behind NAT or in our own network: always answer to where it sends from.
    pub(super) symmetric: bool,
}

impl Flow {
    /// Whether this is a stream.
    pub(super) const fn is_reliable(&self) -> bool {
        self.connection.is_some()
    }

    /// The stream, while it is open.
    fn open_connection(&self) -> Option<SipConnection> {
        let connection = self.connection.clone()?;
        let is_closed = connection.cancel_token().is_some_and(|token| token.is_cancelled());
        (!is_closed).then_some(connection)
    }

    fn address(&self) -> SipAddr {
        let transport = if self.is_reliable() { Transport::Tcp } else { Transport::Udp };
        SipAddr { r#type: Some(transport), addr: self.peer.into() }
    }
}

/// Where a request is sent.
#[derive(Clone, Debug)]
pub(super) struct Way {
    pub(super) destination: SipAddr,
    pub(super) connection: Option<SipConnection>,
}

/// One dialog. Invariant: the CSeq of our requests only grows.
#[derive(Clone, Debug)]
pub(super) struct Dialog {
    call_id: String,
    local_tag: String,
    remote_tag: String,
    /// From of our requests, with our tag.
    local: String,
    /// To of our requests, with their tag.
    remote: String,
    routes: Vec<String>,
    target: Uri,
    local_sequence: u32,
    remote_sequence: Option<u32>,
    flow: Flow,
    contact: String,
    user_agent: String,
    addresses: Addresses,
    /// Whether the far end allows UPDATE.
    pub(super) allows_update: bool,
}

impl Dialog {
    /// The dialog that answering `invite` makes. `None` when it has no Contact or From tag.
    pub(super) fn of_invite(
        invite: &Request,
        local_tag: &str,
        flow: Flow,
        addresses: &Addresses,
        user_agent: &str,
    ) -> Option<Self> {
        let to = invite.to_header().ok()?.value().to_owned();
        let remote = invite.from_header().ok()?.value().to_owned();
        Some(Self {
            call_id: call_id_of(invite),
            local_tag: local_tag.to_owned(),
            remote_tag: from_tag_of(invite)?,
            local: format!("{to};tag={local_tag}"),
            remote,
            routes: list_of(invite, "Record-Route"),
            target: contact_of(invite)?,
            local_sequence: 0,
            remote_sequence: cseq_of(invite),
            contact: addresses.contact(flow.peer.ip(), flow.is_reliable()),
            flow,
            user_agent: user_agent.to_owned(),
            addresses: addresses.clone(),
            allows_update: allows_update(invite),
        })
    }

    /// The dialog that `answer` to our `invite` makes. `None` when it has no Contact or To tag.
    pub(super) fn of_answer(
        invite: &Request,
        answer: &Response,
        flow: Flow,
        addresses: &Addresses,
        user_agent: &str,
    ) -> Option<Self> {
        let mut routes = list_of(answer, "Record-Route");
        routes.reverse();
        Some(Self {
            call_id: call_id_of(invite),
            local_tag: from_tag_of(invite)?,
            remote_tag: to_tag_of(answer)?,
            local: invite.from_header().ok()?.value().to_owned(),
            remote: answer.to_header().ok()?.value().to_owned(),
            routes,
            target: contact_of(answer)?,
            local_sequence: cseq_of(invite)?,
            remote_sequence: None,
            contact: addresses.contact(flow.peer.ip(), flow.is_reliable()),
            flow,
            user_agent: user_agent.to_owned(),
            addresses: addresses.clone(),
            allows_update: allows_update(answer),
        })
    }

    /// Our Contact, in angle brackets.
    pub(super) fn contact(&self) -> Header {
        header("Contact", self.contact.clone())
    }

    /// Our tag.
    pub(super) fn local_tag(&self) -> &str {
        &self.local_tag
    }

    /// Whether `request` comes from the far end of this dialog.
    pub(super) fn is_from_far_end(&self, request: &Request) -> bool {
        from_tag_of(request).is_some_and(|tag| tag == self.remote_tag)
    }

    /// Whether the CSeq of `request` is in order (RFC 3261 12.2.2); remembers it.
    pub(super) fn take_sequence(&mut self, request: &Request) -> bool {
        let Some(sequence) = cseq_of(request) else { return false };
        if self.remote_sequence.is_some_and(|last| sequence < last) {
            return false;
        }
        self.remote_sequence = Some(sequence);
        true
    }

    /// Takes over the Contact of a request or answer that may change it.
    pub(super) fn refresh_target(&mut self, message: &impl HeadersExt) {
        if let Some(target) = contact_of(message) {
            self.target = target;
        }
        if message.headers().iter().any(|header| header.name() == "Allow") {
            self.allows_update = allows_update(message);
        }
    }

    /// The next request inside the dialog.
    pub(super) fn next_request(&mut self, method: Method) -> Request {
        self.local_sequence += 1;
        self.request(method, self.local_sequence)
    }

    /// The ACK of the 2xx to the INVITE with this CSeq.
    pub(super) fn ack(&self, sequence: u32) -> Request {
        self.request(Method::Ack, sequence)
    }

    /// The CSeq of our last request.
    pub(super) const fn last_sequence(&self) -> u32 {
        self.local_sequence
    }

    fn request(&self, method: Method, sequence: u32) -> Request {
        let mut headers = vec![
            self.addresses.via(self.flow.peer.ip(), self.flow.is_reliable()),
            Header::From(self.local.clone().into()),
            Header::To(self.remote.clone().into()),
            Header::CallId(self.call_id.clone().into()),
            Header::CSeq(format!("{sequence} {method}").into()),
            Header::MaxForwards(70.into()),
            header("User-Agent", self.user_agent.clone()),
        ];
        headers.extend(self.routes.iter().map(|route| Header::Route(route.clone().into())));
        if matches!(method, Method::Invite | Method::Update | Method::Options) {
            headers.push(Header::Contact(self.contact.clone().into()));
            headers.push(header("Supported", SUPPORTED));
        }
        Request { method, uri: self.target.clone(), version: Version::V2, headers: headers.into(), body: Vec::new() }
    }

    /// Where requests inside the dialog are sent: the first route, the Contact, or where the far end sends from
    /// when its Contact cannot be reached from here.
    pub(super) fn way(&self) -> Way {
        let connection = self.flow.open_connection();
        if let Some(route) = self.routes.first()
            && let Ok(uri) = Uri::try_from(uri_text(route))
            && let Ok(destination) = SipAddr::try_from(&uri)
        {
            return Way { destination, connection };
        }
        if connection.is_some() || self.must_answer_to_peer() {
            return Way { destination: self.flow.address(), connection };
        }
        let transport = SipAddr::try_from(&self.target).ok().and_then(|address| address.r#type);
        let fallback = if self.flow.is_reliable() { Transport::Tcp } else { Transport::Udp };
        let destination =
            SipAddr { r#type: Some(transport.unwrap_or(fallback)), addr: self.target.host_with_port.clone() };
        Way { destination, connection }
    }

    fn must_answer_to_peer(&self) -> bool {
        match &self.target.host_with_port.host {
            Host::IpAddr(contact) if *contact == self.flow.peer.ip() => false,
            Host::IpAddr(contact) => self.flow.symmetric || is_near(*contact) && !is_near(self.flow.peer.ip()),
            Host::Domain(_) => self.flow.symmetric,
        }
    }
}

fn allows_update(message: &impl HeadersExt) -> bool {
    words_of(message, "Allow").iter().any(|method| method.eq_ignore_ascii_case("UPDATE"))
}

/// The values of every header called `name`, split at commas outside angle brackets.
fn list_of(message: &impl HeadersExt, name: &str) -> Vec<String> {
    let mut values = Vec::new();
    for header in message.headers().iter().filter(|header| header.name() == name) {
        let (mut depth, mut start) = (0_usize, 0);
        let text = header.value();
        for (place, character) in text.char_indices() {
            match character {
                '<' => depth += 1,
                '>' => depth = depth.saturating_sub(1),
                ',' if depth == 0 => {
                    values.push(text[start..place].trim().to_owned());
                    start = place + 1;
                }
                _ => {}
            }
        }
        values.push(text[start..].trim().to_owned());
    }
    values.retain(|value| !value.is_empty());
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    fn invite(contact: &str, more: &str) -> Request {
        let text = format!(
            "INVITE sip:800@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKx\r\n\
             From: <sip:1@x>;tag=far\r\nTo: <sip:800@192.0.2.1>\r\nCall-ID: c\r\nCSeq: 7 INVITE\r\n\
             Contact: <{contact}>\r\n{more}Content-Length: 0\r\n\r\n"
        );
        Request::try_from(text.as_str()).expect("a request")
    }

    fn dialog(contact: &str, more: &str, peer: &str, symmetric: bool) -> Dialog {
        let flow = Flow { peer: peer.parse().expect("address"), connection: None, symmetric };
        let addresses = Addresses {
            udp: Some("127.0.0.1:5060".parse().expect("address")),
            tcp: None,
            advertised: None,
            user: "warmline".to_owned(),
        };
        Dialog::of_invite(&invite(contact, more), "near", flow, &addresses, "warmline/1").expect("a dialog")
    }

    #[test]
    fn requests_go_where_the_far_end_is_reached() {
        let cases = [
            ("sip:1@127.0.0.1:7000", "", "127.0.0.1:7001", true, "UDP 127.0.0.1:7000"),
            ("sip:1@192.168.0.9:5060", "", "203.0.113.5:4444", false, "UDP 203.0.113.5:4444"),
            ("sip:1@172.17.0.2:5060", "", "192.168.1.5:4444", true, "UDP 192.168.1.5:4444"),
            ("sip:1@198.51.100.9:5080", "", "198.51.100.1:5060", false, "UDP 198.51.100.9:5080"),
            ("sip:1@198.51.100.9:5080;transport=tcp", "", "198.51.100.1:5060", false, "TCP 198.51.100.9:5080"),
            ("sip:1@10.0.0.1", "Record-Route: <sip:p1.x;lr>, <sip:p2.x;lr>\r\n", "198.51.100.1:5060", false, "p1.x"),
        ];
        for (contact, more, peer, symmetric, expected) in cases {
            let way = dialog(contact, more, peer, symmetric).way();
            assert_eq!(way.destination.to_string(), expected, "{contact} from {peer}");
        }
    }

    #[test]
    fn requests_carry_the_dialog_and_count_up() {
        let mut dialog = dialog("sip:1@127.0.0.1:7000", "Record-Route: <sip:p1;lr>\r\n", "127.0.0.1:7000", true);
        let bye = dialog.next_request(Method::Bye).to_string();
        for line in [
            "BYE sip:1@127.0.0.1:7000 SIP/2.0",
            "From: <sip:800@192.0.2.1>;tag=near",
            "To: <sip:1@x>;tag=far",
            "Call-ID: c",
            "CSeq: 1 BYE",
            "Route: <sip:p1;lr>",
        ] {
            assert!(bye.contains(line), "{line} is missing in {bye}");
        }
        assert!(dialog.next_request(Method::Options).to_string().contains("CSeq: 2 OPTIONS"));
    }

    #[test]
    fn an_old_sequence_number_is_out_of_order() {
        let mut dialog = dialog("sip:1@127.0.0.1:7000", "", "127.0.0.1:7000", true);
        let mut numbered = |number: u32| {
            let mut request = invite("sip:1@127.0.0.1", "");
            request.headers.unique_push(Header::CSeq(format!("{number} INFO").into()));
            dialog.take_sequence(&request)
        };
        assert!(numbered(8) && numbered(12) && !numbered(11) && numbered(12));
    }
}
