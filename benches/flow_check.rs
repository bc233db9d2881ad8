//! How long `warmline check` takes for a bundle of a thousand steps, in English and Mandarin: `cargo bench --bench
//! flow_check`.

use std::fmt::Write;
use std::path::PathBuf;

use warmline::flow::{Access, Connection, FieldShape, Operators, QueryShape, SourceFile, load_files};

fn main() {
    divan::main();
}

/// Fifty flows of twenty steps: what they ask, look up, change, say, and when callers mean them.
#[divan::bench]
fn a_thousand_steps(bencher: divan::Bencher<'_, '_>) {
    let operators = operators();
    let files = bundle(50);
    bencher.with_inputs(|| files.clone()).bench_values(|files| {
        let loaded = load_files(files, &operators);
        assert!(loaded.is_ok(), "{}", loaded.err().map(|failure| failure.to_string()).unwrap_or_default());
    });
}

/// The operator's side.
fn operators() -> Operators {
    let fields = |fields: &[(&str, &str)]| {
        let known = fields.iter().filter_map(|(name, shape)| Some(((*name).to_owned(), FieldShape::parse(shape)?)));
        known.collect()
    };
    let find = QueryShape {
        args: fields(&[("number", "text")]),
        returns: fields(&[("status", "text"), ("item", "text"), ("due", "date?"), ("total", "money?")]),
        ..QueryShape::default()
    };
    let change = QueryShape { args: fields(&[("number", "text")]), access: Access::Writes, ..QueryShape::default() };
    let queries = [("find".to_owned(), find), ("change".to_owned(), change)];
    let connection = Connection { queries: queries.into_iter().collect() };
    Operators {
        connections: [("shop".to_owned(), connection)].into_iter().collect(),
        queues: ["service".to_owned()].into_iter().collect(),
        ..Operators::default()
    }
}

const MATTERS: [(&str, &str); 10] = [
    ("order", "订单"),
    ("delivery", "送货"),
    ("invoice", "发票"),
    ("refund", "退款"),
    ("repair", "维修"),
    ("address", "地址"),
    ("voucher", "优惠券"),
    ("contract", "合同"),
    ("password", "密码"),
    ("account", "账户"),
];
const WISHES: [(&str, &str); 5] =
    [("check", "查询"), ("change", "修改"), ("cancel", "取消"), ("explain", "解释"), ("repeat", "重发")];

/// A bundle with so many flows of twenty steps.
fn bundle(flows: usize) -> Vec<SourceFile> {
    let mut text = String::from(
        "bundle: bench\nstart: welcome\nlanguages: [en, zh]\ntimezone: Asia/Shanghai\nhandover: person\n---\nflow: welcome\nsteps:\n  \
         - route:\n    prompt: { en: \"How can I help you?\", zh: \"请问有什么可以帮您？\" }\n---\nflow: person\nsteps:\n  - queue: service\n",
    );
    for index in 0..flows {
        let (matter, matter_zh) = MATTERS[index % MATTERS.len()];
        let (wish, wish_zh) = WISHES[(index / MATTERS.len()) % WISHES.len()];
        let _ = write!(
            text,
            r#"---
flow: {wish}_{matter}_{index}
called: {{ en: "to {wish} your {matter}", zh: "{wish_zh}{matter_zh}" }}
start_when:
  en: ["[I want to|can you] {wish} (my|the|an) {matter}", "{matter} {wish} [please]", "(help me|please) {wish} [my] {matter} number {{number}}"]
  zh: ["[我想|帮我]{wish_zh}[我的]{matter_zh}", "{matter_zh}{wish_zh}[一下]"]
slots:
  number: {{ type: code, shape: "LL99999999", private: mask }}
  day: {{ type: date }}
  amount: {{ type: money, currency: CNY }}
steps:
  - id: get_number
    ask: number
    prompt: {{ en: "What is the number of the {matter}?", zh: "请问{matter_zh}编号是多少？" }}
    again:
      - say: {{ en: "Sorry, it is two letters and eight digits.", zh: "抱歉，是两个字母加八位数字。" }}
    if_stuck: handover
  - look_up: shop.find
    with: {{ number: number }}
    save_as: found
    while_waiting: {{ en: "One moment, please.", zh: "请稍等。" }}
    if_none:
      - say: {{ en: "I found nothing under {{{{ number | spell }}}}.", zh: "没有找到{{{{ number | spell }}}}。" }}
      - {{ goto: get_number, at_most: 1, then: handover }}
    if_error: handover
  - choose:
      - when: found.status == "late" || now > found.due
        steps:
          - say: {{ en: "I am sorry, your {{{{ found.item }}}} is late.", zh: "非常抱歉，您的{{{{ found.item }}}}延误了。" }}
          - set: {{ waited: "now - found.due" }}
      - when: found.total > 100 && found.status in ["new", "paid"]
        steps:
          - say: {{ en: "It comes to {{{{ found.total | money }}}}.", zh: "共{{{{ found.total | money }}}}。" }}
      - otherwise: []
  - menu: {{ en: "Shall I {wish} it, or tell you more?", zh: "需要{wish_zh}，还是了解更多？" }}
    choices:
      - {{ key: 1, words: {{ en: ["{wish} it", "yes"], zh: ["{wish_zh}", "好的"] }}, goto: go_on }}
      - {{ key: 2, words: {{ en: ["tell me more", "more"], zh: ["了解更多", "更多"] }}, goto: more }}
    if_stuck: handover
  - id: more
    say: {{ en: "We {wish} every {matter} within two days.", zh: "我们会在两天内{wish_zh}{matter_zh}。" }}
  - id: go_on
    ask: day
    prompt: {{ en: "For which day?", zh: "请问哪一天？" }}
  - ask: amount
    prompt: {{ en: "And for what amount?", zh: "金额是多少？" }}
  - confirm: {{ en: "Shall I {wish} {{{{ number | spell }}}} for {{{{ day | day }}}}?", zh: "要在{{{{ day | day }}}}{wish_zh}{{{{ number | spell }}}}吗？" }}
    if_no: handover
  - do: shop.change
    with: {{ number: number }}
    if_error: handover
  - say: {{ en: "That is done.", zh: "已经办好了。" }}
  - end: flow
  - id: handover
    queue: service
    class: "caller.vip ? 1 : 5"
    brief: [number, found.status, day, amount]
    if_no_agent:
      - say: {{ en: "I am sorry, nobody is free just now.", zh: "非常抱歉，现在没有空闲的客服。" }}
"#
        );
    }
    vec![SourceFile { path: PathBuf::from("bench.yaml"), text }]
}
