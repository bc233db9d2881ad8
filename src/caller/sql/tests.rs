//! The same questions to both databases, each a real one: SQLite in a file, and a PostgreSQL server of the test's own.

mod server;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use sqlx::{Connection as _, Executor};

use super::{SqlPlace, SqlQuery, SqlSettings, Statement};
use crate::Private;
use crate::caller::{ConnectionSettings, Connections, Question};
use crate::flow::{Datum, FieldShape, LookUpResult, QueryShape, Record};
use server::PostgresServer;

const SQLITE_TABLES: &str = "
    create table orders (number text primary key, status text not null, total numeric, items integer, gift boolean,
        sent date, at time, due text, held text);
    insert into orders values ('AB1', 'late', 19.9, 3, 1, '2026-01-05', '14:30', '2026-01-05T20:30:00Z', 'PT2H30M');
    insert into orders (number, status) values ('AB2', 'shipped');
    create table returns (order_no text not null, key text primary key, reference integer);
";
const POSTGRES_TABLES: &str = "
    create table orders (number text primary key, status varchar(20) not null, total numeric(12, 2), items integer,
        gift boolean, sent date, at time, due timestamptz, held interval);
    insert into orders values ('AB1', 'late', 19.9, 3, true, '2026-01-05', '14:30', '2026-01-05T20:30:00Z', '2 hours 30 minutes');
    insert into orders (number, status) values ('AB2', 'shipped');
    create table returns (order_no text not null, key text primary key, reference integer);
    create type colour as enum ('red', 'blue');
    create table things (id uuid primary key, colour colour, small smallint, real real, double double precision,
        seen timestamp, tags text[], data jsonb);
    insert into things values ('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 'blue', -7, 1.5, 2.25, '2026-01-05 23:30', '{a,b}', '{\"a\": 1}');
";

fn shape(pairs: &[(&str, &str)]) -> BTreeMap<String, FieldShape> {
    pairs.iter().map(|(name, kind)| ((*name).to_owned(), FieldShape::parse(kind).unwrap())).collect()
}

/// A query whose access is what its statement begins with.
fn query(statement: &str, args: &[(&str, &str)], returns: &[(&str, &str)]) -> SqlQuery {
    let statement = Statement::parse(statement).unwrap();
    let shape = QueryShape { args: shape(args), returns: shape(returns), access: statement.access() };
    SqlQuery { statement, time_limit: Duration::from_secs(5), shape }
}

/// One database with the queries of one question.
struct Asking {
    place: SqlPlace,
}

impl Asking {
    fn connections(&self, query: SqlQuery) -> Connections {
        let queries = BTreeMap::from([("q".to_owned(), query)]);
        let settings = SqlSettings { place: self.place.clone(), connections: 2, queries };
        Connections::new(BTreeMap::from([("db".to_owned(), ConnectionSettings::Sql(settings))]))
    }

    async fn look_up(&self, query: SqlQuery, args: &[(&str, Datum)]) -> LookUpResult {
        self.connections(query).look_up(question(args)).await
    }

    async fn change(&self, query: SqlQuery, args: &[(&str, Datum)], key: &str) -> LookUpResult {
        self.connections(query).change(question(args), key).await
    }
}

fn question(args: &[(&str, Datum)]) -> Question {
    Question {
        connection: "db".to_owned(),
        query: "q".to_owned(),
        args: args.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
        time_limit: Duration::from_secs(5),
        now: "2026-01-05T10:00[Asia/Shanghai]".parse().unwrap(),
    }
}

fn text(text: &str) -> Datum {
    Datum::Text(text.to_owned())
}

fn error(kind: &str) -> LookUpResult {
    LookUpResult::Error(kind.to_owned())
}

fn found(result: LookUpResult) -> Record {
    match result {
        LookUpResult::Found(row) => row,
        other => panic!("no row: {other:?}"),
    }
}

#[tokio::test]
async fn sqlite_answers() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("shop.db");
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&file).create_if_missing(true);
    let mut connection = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
    connection.execute(SQLITE_TABLES).await.unwrap();
    connection.close().await.unwrap();
    let asking = Asking { place: SqlPlace::Sqlite(file) };
    scenarios(&asking).await;
    runs_too_long(
        &asking,
        "with recursive n(i) as (select 1 union all select i + 1 from n) select max(i) as i from n where i < :i",
    )
    .await;

    let gone = Asking { place: SqlPlace::Sqlite(folder.path().join("nowhere.db")) };
    let number = [("number", text("AB1"))];
    assert_eq!(gone.look_up(find_order(), &number).await, error("unreachable"));
    let why = gone.connections(find_order()).health().await.remove(0).state.unwrap_err();
    assert!(why.contains("unable to open database file"), "{why}");
    assert!(!folder.path().join("nowhere.db").exists(), "a look-up made a database");
}

#[tokio::test]
async fn postgresql_answers() {
    let server = tokio::task::spawn_blocking(PostgresServer::start).await.unwrap();
    let mut connection = sqlx::PgConnection::connect(&server.address()).await.unwrap();
    connection.execute(POSTGRES_TABLES).await.unwrap();
    connection.close().await.unwrap();
    let asking = Asking { place: SqlPlace::Postgres(Private::new(server.address())) };
    scenarios(&asking).await;
    runs_too_long(&asking, "select count(*) as i from generate_series(1, 100000000000) as n(i) where i <> :i").await;
    every_type_of_postgresql(&asking).await;

    drop(server);
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let refused = format!("postgres://warmline@127.0.0.1:{port}/shop?sslmode=disable");
    let refused = Asking { place: SqlPlace::Postgres(Private::new(refused)) };
    let begun = Instant::now();
    assert_eq!(refused.look_up(find_order(), &[("number", text("AB1"))]).await, error("unreachable"));
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    assert_eq!(asking.look_up(find_order(), &[("number", text("AB1"))]).await, error("unreachable"));
}

fn find_order() -> SqlQuery {
    let statement = "select number, status, sent from orders where number = :number limit 1";
    query(statement, &[("number", "text")], &[("status", "text"), ("sent", "date?")])
}

/// What both databases do.
async fn scenarios(asking: &Asking) {
    a_row_comes_in_the_declared_shape(asking).await;
    every_kind_of_argument_finds_its_row(asking).await;
    a_value_is_never_part_of_a_statement(asking).await;
    a_look_up_changes_nothing_whatever_its_statement_says(asking).await;
    a_change_is_made_once(asking).await;
    a_change_that_fails_leaves_nothing_behind(asking).await;
    doctor_knows_statements_that_cannot_run(asking).await;
}

async fn a_row_comes_in_the_declared_shape(asking: &Asking) {
    let all = [
        ("STATUS", "text"),
        ("total", "money?"),
        ("items", "number?"),
        ("gift", "yes_no?"),
        ("sent", "date?"),
        ("at", "time?"),
        ("due", "moment?"),
        ("due_day", "date?"),
        ("held", "duration?"),
    ];
    let statement = "select *, due as due_day from orders where number = :number";
    let find = || query(statement, &[("number", "text")], &all);
    let row = found(asking.look_up(find(), &[("number", text("AB1"))]).await);
    assert_eq!(row["STATUS"], text("late"));
    assert_eq!(row["total"], Datum::Number(19.9));
    assert_eq!(row["items"], Datum::Number(3.0));
    assert_eq!(row["gift"], Datum::YesNo(true));
    assert_eq!(row["sent"], Datum::Date(jiff::civil::date(2026, 1, 5)));
    assert_eq!(row["at"], Datum::Time(jiff::civil::time(14, 30, 0, 0)));
    assert_eq!(row["due"], Datum::Moment("2026-01-05T20:30:00Z".parse().unwrap()));
    // In Shanghai, where the bundle's days begin, that is the next day.
    assert_eq!(row["due_day"], Datum::Date(jiff::civil::date(2026, 1, 6)));
    assert_eq!(row["held"], Datum::Duration(jiff::SignedDuration::from_mins(150)));
    let row = found(asking.look_up(find(), &[("number", text("AB2"))]).await);
    assert_eq!((row["total"].clone(), row["sent"].clone()), (Datum::Absent, Datum::Absent));
    assert_eq!(asking.look_up(find(), &[("number", text("AB9"))]).await, LookUpResult::None);
    assert_eq!(asking.look_up(find(), &[("number", Datum::Absent)]).await, LookUpResult::None);

    let strict = query("select total from orders where number = :number", &[("number", "text")], &[("total", "money")]);
    assert_eq!(asking.look_up(strict, &[("number", text("AB2"))]).await, error("wrong_shape"));
    let missing =
        query("select status from orders where number = :number", &[("number", "text")], &[("state", "text")]);
    assert_eq!(asking.look_up(missing, &[("number", text("AB1"))]).await, error("wrong_shape"));
}

async fn every_kind_of_argument_finds_its_row(asking: &Asking) {
    let cases = [
        ("number = :it", "text", text("AB1")),
        ("number = :it", "phone", text("AB1")),
        ("items = :it", "number", Datum::Number(3.0)),
        ("items > :it", "number", Datum::Number(2.5)),
        ("total = :it", "money", Datum::Number(19.9)),
        ("gift = :it", "yes_no", Datum::YesNo(true)),
        ("sent = :it", "date", Datum::Date(jiff::civil::date(2026, 1, 5))),
        ("at = :it", "time", Datum::Time(jiff::civil::time(14, 30, 0, 0))),
        ("due = :it", "moment", Datum::Moment("2026-01-05T20:30:00Z".parse().unwrap())),
        ("held = :it", "duration", Datum::Duration(jiff::SignedDuration::from_mins(150))),
    ];
    for (condition, kind, value) in cases {
        let statement = format!("select status from orders where {condition}");
        let find = query(&statement, &[("it", kind)], &[("status", "text")]);
        let row = found(asking.look_up(find, &[("it", value)]).await);
        assert_eq!(row["status"], text("late"), "{condition} {kind}");
    }
    // An optional argument that is not given is NULL.
    for kind in ["text?", "number?", "money?", "yes_no?", "date?", "time?", "moment?", "duration?"] {
        let statement = "select status from orders where number = 'AB2' and :it is null";
        let find = query(statement, &[("it", kind)], &[("status", "text")]);
        assert_eq!(found(asking.look_up(find, &[]).await)["status"], text("shipped"), "{kind}");
    }
}

async fn a_value_is_never_part_of_a_statement(asking: &Asking) {
    for evil in ["' or '1'='1", "AB1'; drop table orders; --", "\\' or true --", "$1", ":number", "\u{0}", "%"] {
        let result = asking.look_up(find_order(), &[("number", text(evil))]).await;
        // PostgreSQL knows no text with a zero in it.
        assert!(matches!(&result, LookUpResult::None) || evil == "\u{0}", "{evil:?}: {result:?}");
    }
    assert_eq!(found(asking.look_up(find_order(), &[("number", text("AB1"))]).await)["status"], text("late"));
}

async fn a_look_up_changes_nothing_whatever_its_statement_says(asking: &Asking) {
    let mut sly = query(
        "delete from orders where number = :number returning status",
        &[("number", "text")],
        &[("status", "text")],
    );
    assert_eq!(asking.look_up(sly.clone(), &[("number", text("AB1"))]).await, error("refused"), "look_up of a write");
    sly.shape.access = crate::flow::Access::Reads;
    assert_eq!(asking.look_up(sly, &[("number", text("AB1"))]).await, error("refused"), "a write said to read");
    assert_eq!(found(asking.look_up(find_order(), &[("number", text("AB1"))]).await)["status"], text("late"));
}

async fn a_change_is_made_once(asking: &Asking) {
    let insert = "insert into returns (order_no, key, reference) values (:number, :idempotency_key, 1042)
        on conflict (key) do update set key = excluded.key returning reference";
    let keep = || query(insert, &[("number", "text")], &[("reference", "number")]);
    for _ in 0..2 {
        let row = found(asking.change(keep(), &[("number", text("AB1"))], "call-7/step-3").await);
        assert_eq!(row["reference"], Datum::Number(1042.0));
    }
    let count = query("select count(*) as n from returns where :all = 1", &[("all", "number")], &[("n", "number")]);
    assert_eq!(found(asking.look_up(count, &[("all", Datum::Number(1.0))]).await)["n"], Datum::Number(1.0));

    let quiet = "insert into returns (order_no, key) values (:number, :idempotency_key) on conflict (key) do nothing";
    let keep = || query(quiet, &[("number", "text")], &[]);
    for _ in 0..2 {
        assert_eq!(found(asking.change(keep(), &[("number", text("AB1"))], "k2").await), Record::new());
    }
    let cancel = || query("update orders set status = 'cancelled' where number = :number", &[("number", "text")], &[]);
    assert_eq!(found(asking.change(cancel(), &[("number", text("AB2"))], "k3").await), Record::new());
    assert_eq!(found(asking.look_up(find_order(), &[("number", text("AB2"))]).await)["status"], text("cancelled"));
    assert_eq!(asking.change(cancel(), &[("number", text("AB9"))], "k4").await, error("refused"), "nothing to cancel");
    assert_eq!(asking.change(cancel(), &[("number", Datum::Absent)], "k5").await, error("refused"), "no number");
}

async fn a_change_that_fails_leaves_nothing_behind(asking: &Asking) {
    let twice = "insert into returns (order_no, key) values (:number, 'same'), (:number, 'same')";
    assert_eq!(
        asking.change(query(twice, &[("number", "text")], &[]), &[("number", text("AB1"))], "k").await,
        error("refused")
    );
    // The change itself works, and what it gives back is not what was declared: it is taken back.
    let odd = "insert into returns (order_no, key) values (:number, 'odd') returning order_no";
    let keep = query(odd, &[("number", "text")], &[("order_no", "date")]);
    assert_eq!(asking.change(keep, &[("number", text("AB1"))], "k").await, error("wrong_shape"));
    let find = query("select key from returns where key = :key", &[("key", "text")], &[("key", "text")]);
    for key in ["same", "odd"] {
        assert_eq!(asking.look_up(find.clone(), &[("key", text(key))]).await, LookUpResult::None, "{key}");
    }
}

async fn doctor_knows_statements_that_cannot_run(asking: &Asking) {
    let health = async |query| asking.connections(query).health().await.remove(0);
    let well = health(find_order()).await;
    assert_eq!((well.name.as_str(), well.state.unwrap().as_str()), ("db", "answers and understands 1 statement"));
    let no_table = health(query("select a from nowhere where b = :b", &[("b", "text")], &[("a", "text")])).await;
    assert_eq!(no_table.name, "db.q");
    assert!(no_table.state.unwrap_err().contains("nowhere"));
    let no_column =
        health(query("select status from orders where number = :b", &[("b", "text")], &[("due", "date")])).await;
    assert!(no_column.state.unwrap_err().contains("it gives no column \"due\" but status; "));
}

async fn runs_too_long(asking: &Asking, statement: &str) {
    let slow = query(statement, &[("i", "number")], &[("i", "number")]);
    let connections = asking.connections(slow);
    let mut hurried = question(&[("i", Datum::Number(9e12))]);
    hurried.time_limit = Duration::from_millis(300);
    let begun = Instant::now();
    assert_eq!(connections.look_up(hurried.clone()).await, error("timeout"));
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    // Both connections of the pool are free again, so nothing runs on behind our back.
    for _ in 0..3 {
        assert_eq!(connections.look_up(hurried.clone()).await, error("timeout"));
    }
}

async fn every_type_of_postgresql(asking: &Asking) {
    let returns = [
        ("id", "text"),
        ("colour", "text"),
        ("small", "number"),
        ("real", "number"),
        ("double", "number"),
        ("seen", "date"),
        ("long", "number"),
    ];
    let statement = "select *, 12345678901::bigint as long from things where id = :id::uuid and colour::text = :colour";
    let find = query(statement, &[("id", "text"), ("colour", "text")], &returns);
    let id = "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11";
    let row = found(asking.look_up(find, &[("id", text(id)), ("colour", text("blue"))]).await);
    assert_eq!((row["id"].clone(), row["colour"].clone()), (text(id), text("blue")));
    assert_eq!((row["small"].clone(), row["real"].clone()), (Datum::Number(-7.0), Datum::Number(1.5)));
    assert_eq!((row["double"].clone(), row["long"].clone()), (Datum::Number(2.25), Datum::Number(12_345_678_901.0)));
    // A timestamp without a zone is the day that is written there.
    assert_eq!(row["seen"], Datum::Date(jiff::civil::date(2026, 1, 5)));
    for list in ["tags", "data"] {
        let statement = format!("select {list} from things where id = :id::uuid");
        let find = query(&statement, &[("id", "text")], &[(list, "text")]);
        assert_eq!(asking.look_up(find, &[("id", text(id))]).await, error("wrong_shape"), "{list}");
    }
    let wrong =
        query("select status from orders where number = :id::uuid::text", &[("id", "text")], &[("status", "text")]);
    assert_eq!(asking.look_up(wrong, &[("id", text("no uuid"))]).await, error("refused"));
    for number in [0.0, 42.0, 19.9, 0.05, 0.00001234, -10_250.5, 70_000.0, 99_999_999.99] {
        let same = query("select :n as n", &[("n", "money")], &[("n", "money")]);
        assert_eq!(found(asking.look_up(same, &[("n", Datum::Number(number))]).await)["n"], Datum::Number(number));
    }
}
