//! What operators write, and what they are told when it is wrong.

use std::path::Path;

use super::super::{Config, ConfigError, Overrides, Secrets};
use crate::caller::{ConnectionSettings, CsvQuery, SqlPlace};
use crate::flow::Access;

fn read(text: &str) -> Result<Config, ConfigError> {
    let environment = |name: &str| match name {
        "TOKEN" => Some("hunter2".to_owned()),
        "DB" => Some("postgres://anna:hunter2@db.internal/shop".to_owned()),
        "SQLITE" => Some("sqlite:///var/lib/shop.db".to_owned()),
        "NONSENSE" => Some("redis://cache".to_owned()),
        _ => None,
    };
    let overrides = Overrides { data: Some("/data".into()), ..Overrides::default() };
    Config::from_text(Path::new("/etc/warmline/warmline.toml"), text, &overrides, &environment)
}

#[test]
fn every_kind_is_read_with_every_key() {
    let config = read(
        r#"
        [connection.shop]
        kind = "csv"
        [connection.shop.find_order]
        file = "orders.csv"
        args = { number = "text", phone = "phone?" }
        match = ["number"]
        returns = { status = "text", due = "date?" }
        [connection.shop.find_return]
        file = "data:returns.csv"
        args = { reference = "text" }
        match = ["reference"]
        returns = { order_no = "text" }
        [connection.shop.save_return]
        append = "returns.csv"
        args = { order_no = "text" }
        returns = { reference = "text" }

        [connection.crm]
        kind = "http"
        base = "https://crm.internal/api"
        auth = "env:TOKEN"
        header.X-Tenant = "acme"
        header.X-Api-Key = "env:TOKEN"
        ca = "ca.pem"
        allow_private = false
        connect_limit = "1s"
        time_limit = "3s"
        largest = "1MB"
        retries = 0
        health = "/health"
        [connection.crm.find_customer]
        path = "/customers/{phone}"
        query = { expand = "orders", api_key = "env:TOKEN" }
        args = { phone = "phone" }
        pick = "/data/0"
        fields = { name = "/profile/name" }
        returns = { name = "text", vip = "yes_no?" }
        [connection.crm.search]
        method = "POST"
        access = "read"
        path = "/search"
        body = { filter = { phone = "{phone}" }, limit = 1, deep = false, rate = 0.5, tags = ["a", "{phone}"] }
        send_as = "json"
        args = { phone = "phone" }
        returns = { name = "text" }
        time_limit = "800ms"
        largest = "10kB"

        [connection.till]
        kind = "sql"
        url = "env:DB"
        connections = 2
        time_limit = "2s"
        [connection.till.find]
        statement = "select total from bills where number = :number"
        args = { number = "text" }
        returns = { total = "money" }
        [connection.till.refund]
        statement = "select refund(:number, :idempotency_key) as reference"
        access = "write"
        args = { number = "text" }
        returns = { reference = "text" }
        [connection.file]
        kind = "sql"
        file = "shop.db"
        [connection.other]
        kind = "sql"
        url = "env:SQLITE"
        "#,
    )
    .unwrap();
    let shown = format!("{config:?}");
    assert!(!shown.contains("hunter2"), "a secret is shown: {shown}");

    let ConnectionSettings::Csv(tables) = &config.connections["shop"] else { panic!("not CSV") };
    let (CsvQuery::Find(order), CsvQuery::Find(kept)) = (&tables["find_order"], &tables["find_return"]) else {
        panic!("not look-ups");
    };
    assert_eq!((order.file.to_str().unwrap(), order.grows), ("/etc/warmline/orders.csv", false));
    assert_eq!((kept.file.to_str().unwrap(), kept.grows), ("/data/tables/returns.csv", true));
    let CsvQuery::Append(save) = &tables["save_return"] else { panic!("does not append") };
    assert_eq!((save.file.to_str().unwrap(), save.shape.access), ("/data/tables/returns.csv", Access::Writes));

    let ConnectionSettings::Http(crm) = &config.connections["crm"] else { panic!("not HTTP") };
    let headers: Vec<&str> = crm.headers.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(headers, ["authorization", "x-api-key", "x-tenant"]);
    assert_eq!((crm.retries, crm.allow_private, crm.health.as_deref()), (0, false, Some("/health")));
    assert_eq!((crm.queries["find_customer"].largest, crm.queries["search"].largest), (1_000_000, 10_000));
    assert_eq!(crm.queries["search"].time_limit.as_millis(), 800);
    assert_eq!(crm.queries["search"].shape.access, Access::Reads);

    let place = |name: &str| match &config.connections[name] {
        ConnectionSettings::Sql(sql) => sql.place.clone(),
        other => panic!("{other:?}"),
    };
    assert!(matches!(place("till"), SqlPlace::Postgres(_)));
    assert!(matches!(place("file"), SqlPlace::Sqlite(file) if file == Path::new("/etc/warmline/shop.db")));
    assert!(matches!(place("other"), SqlPlace::Sqlite(file) if file == Path::new("/var/lib/shop.db")));
    let shapes = config.operators().connections["till"].queries.clone();
    assert_eq!((shapes["find"].access, shapes["refund"].access), (Access::Reads, Access::Writes));
}

#[test]
fn a_designer_without_the_secrets_can_look_at_flows() {
    let text = "[connection.c]\nkind = \"http\"\nbase = \"env:BASE\"\nauth = \"env:GONE\"\n\
        [connection.d]\nkind = \"sql\"\nurl = \"env:GONE\"\n[agent.anna]\npassword = \"env:GONE\"";
    let overrides = |secrets| Overrides { secrets, ..Overrides::default() };
    let read = |secrets| Config::from_text(Path::new("/w.toml"), text, &overrides(secrets), &|_| None);
    assert_eq!(read(Secrets::MayBeMissing).unwrap().connections.len(), 2);
    assert!(read(Secrets::Needed).is_err());
}

/// A query of a connection to a web service.
fn http(lines: &str) -> String {
    format!("[connection.c]\nkind = \"http\"\nbase = \"https://c.example\"\n[connection.c.q]\n{lines}\n")
}

#[test]
fn a_wrong_connection_is_shown_where_it_stands() {
    let csv = |lines: &str| format!("[connection.c]\nkind = \"csv\"\n[connection.c.q]\n{lines}\n");
    let sql = |lines: &str| format!("[connection.c]\nkind = \"sql\"\nfile = \"a.db\"\n[connection.c.q]\n{lines}\n");
    let base = |base: &str| format!("[connection.c]\nkind = \"http\"\nbase = \"{base}\"\n");
    let returns = "returns = { a = \"text\" }";
    let cases = [
        (
            "[connection.c]\nkind = \"ldap\"".to_owned(),
            ":2:8: connection \"c\" has kind \"ldap\"; write one of csv, http, sql",
        ),
        ("[connection.c]\nkid = \"csv\"".to_owned(), ":1:13: connection.c: needs `kind`"),
        ("[connection.c]\nkind = 1".to_owned(), ":2:8: connection.c.kind is an integer; write a text"),
        ("[connection.c]\nkind = \"csv\"\nfile = \"a\"".to_owned(), ":3:1: connection.c has no key \"file\""),
        (csv(returns), ":3:15: connection.c.q: needs either `file` and `match`"),
        (csv("file = \"a\"\nappend = \"b\""), ":3:15: connection.c.q: needs either `file` and `match`"),
        (csv(&format!("file = \"a\"\n{returns}")), "matches no column"),
        (csv(&format!("file = \"a\"\nmatch = [\"x\"]\n{returns}")), ":5:10: connection.c.q matches \"x\""),
        (
            csv("file = \"a\"\nargs = { x = \"string\" }"),
            ":5:14: connection.c.q: \"string\" is not a type; write one of text, phone",
        ),
        (
            csv("file = \"a\"\nmtach = [\"x\"]\nargs = { x = \"text\" }\nmatch = [\"x\"]\nreturns = { a = \"text\" }"),
            ":5:1: connection.c.q has no key \"mtach\"; its keys are ",
        ),
        (csv("append = \"a.csv\"\nargs = { time = \"time\" }"), "\"time\" is a column that is filled by itself"),
        (csv("append = \"a.csv\"\nreturns = { a = \"text\" }"), "can give back { reference = \"text\" } alone"),
        (csv("append = \"data:a.csv\""), ":4:10: `append` names a file below the data folder already"),
        (base("crm.example.com"), ":3:8: connection.c.base: not an address"),
        (base("ftp://crm.example.com"), "not an address of the web"),
        (base("https://anna:hunter2@crm.example.com"), "a name or password does not stand in an address"),
        (base("https://crm.example.com/?a=b"), "what stands behind ? or #"),
        (base("http://169.254.169.254/"), "link-local"),
        (base("http://[fe80::1]/"), "link-local"),
        (
            "[connection.c]\nkind = \"http\"\nallow_private = false\nbase = \"http://10.0.0.1/\"".to_owned(),
            "at a private address",
        ),
        (
            "[connection.c]\nkind = \"http\"\nbase = \"https://c\"\nauth = \"hunter2\"".to_owned(),
            ":4:8: auth: a secret does not stand in this file",
        ),
        (
            "[connection.c]\nkind = \"http\"\nbase = \"https://c\"\nauth = \"env:GONE\"".to_owned(),
            "the environment has no GONE",
        ),
        (
            "[connection.c]\nkind = \"http\"\nbase = \"https://c\"\nuser = \"anna\"".to_owned(),
            "needs `auth` (a token), or `user` and `password`",
        ),
        (
            "[connection.c]\nkind = \"http\"\nbase = \"https://c\"\nheader.X-Api-Key = \"hunter2\"".to_owned(),
            ":4:20: X-Api-Key: a secret does not stand",
        ),
        (
            "[connection.c]\nkind = \"http\"\nbase = \"https://c\"\nheader.Host = \"d\"".to_owned(),
            "the header \"Host\" is written by itself",
        ),
        (
            "[connection.c]\nkind = \"http\"\nbase = \"https://c\"\nretries = 9".to_owned(),
            "connection.c.retries is a whole number from 0 to 5",
        ),
        (
            "[connection.c]\nkind = \"http\"\nbase = \"https://c\"\nlargest = \"256\"".to_owned(),
            "\"256\" is not a size",
        ),
        (http(returns), "connection.c.q: needs `path`"),
        (
            http(&format!("path = \"https://evil.example/\"\n{returns}")),
            ":5:8: connection.c.q.path: begins with one slash",
        ),
        (http(&format!("path = \"//evil.example/\"\n{returns}")), "begins with one slash"),
        (http(&format!("path = \"/a?b=c\"\n{returns}")), "belongs in `query"),
        (http(&format!("path = \"/a/../b\"\n{returns}")), "goes straight down"),
        (http(&format!("path = \"/{{x}}\"\n{returns}")), ":5:8: connection.c.q: {x} is not among `args`"),
        (http(&format!("path = \"/{{x\"\n{returns}")), "a brace without its partner"),
        (http(&format!("path = \"/{{x}}\"\nargs = {{ x = \"text?\" }}\n{returns}")), "a path cannot do without it"),
        (http(&format!("path = \"/\"\nargs = {{ x = \"text\" }}\n{returns}")), "the argument \"x\" goes nowhere"),
        (http("path = \"/\""), "a query that reads needs `returns`"),
        (
            http(&format!("path = \"/\"\nmethod = \"get\"\n{returns}")),
            "is \"get\"; write one of GET, POST, PUT, PATCH, DELETE",
        ),
        (http(&format!("path = \"/\"\naccess = \"write\"\n{returns}")), "a GET must not change anything"),
        (http(&format!("path = \"/\"\nbody = {{ a = 1 }}\n{returns}")), "a GET has no body"),
        (http(&format!("path = \"/\"\npick = \"data\"\n{returns}")), "\"data\" is not a place in an answer"),
        (http(&format!("path = \"/\"\nfields = {{ b = \"/b\" }}\n{returns}")), "\"b\" is not among `returns`"),
        (
            http(&format!("path = \"/\"\nquery = {{ api_key = \"hunter2\" }}\n{returns}")),
            "api_key: a secret does not stand in this file",
        ),
        (
            http("path = \"/\"\nmethod = \"POST\"\nbody = { password = \"hunter2\" }"),
            "password: a secret does not stand in this file",
        ),
        ("[connection.c]\nkind = \"sql\"".to_owned(), "needs either `file = \"shop.db\"` (SQLite) or `url"),
        (
            "[connection.c]\nkind = \"sql\"\nurl = \"postgres://a:hunter2@b/c\"".to_owned(),
            ":3:7: an address with a password does not stand in this file",
        ),
        ("[connection.c]\nkind = \"sql\"\nurl = \"env:NONSENSE\"".to_owned(), "not the address of a database"),
        (
            sql("statement = \"select a from b where c = :c\"\nreturns = { a = \"text\" }"),
            ":5:13: connection.c.q: the parameter :c is not among `args`",
        ),
        (sql("statement = \"select 1; select 2\"\nreturns = { a = \"text\" }"), "more than one statement"),
        (
            sql("statement = \"select 1 as a\"\nargs = { x = \"text\" }\nreturns = { a = \"text\" }"),
            "the argument \"x\" is not used",
        ),
        (sql("statement = \"select 1 as a\""), "a query that reads needs `returns`"),
    ];
    for (text, expected) in cases {
        let message = read(&text).unwrap_err().to_string();
        assert!(message.contains(expected), "for:\n{text}\ngot: {message}");
        assert!(!message.contains("hunter2"), "a secret is told: {message}");
    }
}

/// The settings that ship show every key; what stands behind a # there must be right too.
#[test]
fn the_commented_connections_of_the_demo_are_read() {
    let shipped = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/prompts/warmline.toml")).unwrap();
    let begin = shipped.find("# [connection.shop.find_return]").unwrap();
    let end = shipped.find("# Queues for people").unwrap();
    let lines = shipped[begin..end].lines().filter_map(|line| line.strip_prefix("# "));
    // One of two ways each: a token or a password, a server or a file, and no body for a GET.
    let either = ["user =", "password =", "file = \"orders.db\"", "body =", "send_as =", "access = \"write\""];
    let is_sentence = |line: &&str| !line.starts_with('[') && !line.contains(" = ");
    let text: Vec<&str> =
        lines.filter(|line| !is_sentence(line) && !either.iter().any(|other| line.starts_with(other))).collect();
    let text = text.join("\n").replace("CRM_TOKEN", "TOKEN").replace("ORDERS_DB", "DB");
    let config = read(&format!("[connection.shop]\nkind = \"csv\"\n{text}")).unwrap();
    assert_eq!(config.connections.len(), 3, "{text}");
    for key in either {
        assert!(shipped.contains(key), "{key} is not shown");
    }
    let first = |name: &str| config.operators().connections[name].queries.len();
    assert_eq!((first("shop"), first("crm"), first("orders")), (1, 1, 2));
}
