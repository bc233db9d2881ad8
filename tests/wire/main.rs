//! Calls over the wire: the built server on loopback, rung by SIPp, baresip and hand-made packets.
//!
//! Needs the packages `sip-tester` and `baresip`, and the installed models. One file a scenario; what they share
//! stands in `server` (the server, its figures and its record), `sipp`, `baresip`, `media` (RTP) and `raw` (SIP
//! byte by byte). `WARMLINE_WIRE_SECONDS=60` lengthens the hostile traffic.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod baresip;
mod media;
mod raw;
mod server;
mod sipp;

mod cancel_behind_invite;
mod changes;
mod drain;
mod full_disk;
mod hold_and_resume;
mod hostile_packets;
mod keys;
mod killed_server;
mod leaving_in_every_state;
mod many_calls;
mod microphone;
mod order_and_person;
mod publish_in_a_call;
mod reinvite_behind_ack;
mod repetitions;
mod start_faults;
mod unwilling_agents;
