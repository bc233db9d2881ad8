//! The JSON Schema for editors, draft 7: what the tables say, and nothing else.

use serde_json::{Map, Value, json};

use super::{DOCUMENTS, Form, HANDLER_KEYS, HANDLERS, KeyForm, SLOT_KEYS, SLOT_TYPES, STEP_KEYS, VERBS};

/// The schema of one document of a bundle.
pub fn schema() -> Value {
    let documents: Vec<Value> = DOCUMENTS
        .iter()
        .map(|document| {
            let about = format!("{} `{}:` is followed by {}.", document.about, document.name, document.names);
            let first = json!({ "type": ["string", "number"], "description": about });
            object(document.name, document.about, (document.name, first), &[document.keys], document.example)
        })
        .collect();
    let steps: Vec<Value> = VERBS
        .iter()
        .map(|verb| {
            let mut value = of_form(&verb.value);
            describe(&mut value, &format!("{} Goes on to: {}.", verb.about, verb.leaves));
            object(verb.name, verb.about, (verb.name, value), &[verb.options, STEP_KEYS], verb.example)
        })
        .collect();
    let slots: Vec<Value> = SLOT_TYPES
        .iter()
        .map(|slot| {
            let about = format!("{} Its value: {}.", slot.about, slot.holds);
            let kind = json!({ "const": slot.name, "description": about });
            object(slot.name, slot.about, ("type", kind), &[slot.options, SLOT_KEYS], slot.example)
        })
        .collect();
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Warmline flows, version 1",
        "description": "One document of a bundle: `bundle:`, `flow:`, `list:`, `answers:` or `test:`.",
        "anyOf": documents,
        "definitions": {
            "language": { "enum": ["en", "zh"] },
            "text": { "type": ["string", "number", "boolean"] },
            "expression": {
                "type": ["string", "number", "boolean"],
                "description": "A CEL expression: `order.status == \"late\"`.",
            },
            "sentence": sentence(),
            "saying": { "anyOf": [reference("sentence"), recording()] },
            "words": words(),
            "steps": {
                "type": ["array", "null"],
                "items": reference("step"),
                "description": "Steps, run in order.",
            },
            "exit": {
                "anyOf": [reference("target"), reference("steps")],
                "description": "A step id, `flow:NAME`, or a list of steps.",
            },
            "target": { "type": "string", "description": "A step id, or `flow:NAME`." },
            "step": { "anyOf": steps },
            "handler": handler(),
            "handlers": handlers(),
            "slot": { "anyOf": slots },
            "slots": {
                "type": ["object", "null"],
                "additionalProperties": reference("slot"),
                "description": "Slots by name.",
            },
        },
    })
}

/// A mapping with a first key and tables of others, and nothing else.
fn object(title: &str, about: &str, first: (&str, Value), tables: &[&[KeyForm]], example: &str) -> Value {
    let mut properties = Map::new();
    properties.insert(first.0.to_owned(), first.1);
    let mut required = vec![first.0];
    for keys in tables {
        add_keys(&mut properties, keys);
        required.extend(keys.iter().filter(|key| key.needed).map(|key| key.name));
    }
    json!({
        "title": title,
        "description": about,
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
        "examples": [example],
    })
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/definitions/{name}") })
}

fn sentence() -> Value {
    let texts = json!({ "type": "array", "items": { "type": "string" }, "minItems": 1 });
    json!({
        "type": "object",
        "description": "What is said, one text for each language, always in quotes; the texts of a list take turns. \
                        Values stand in `{{ }}`.",
        "propertyNames": reference("language"),
        "additionalProperties": { "anyOf": [{ "type": "string" }, texts] },
        "minProperties": 1,
        "examples": [{ "en": "Your order {{ order_no | spell }} was sent on {{ order.sent | day }}." }],
    })
}

fn recording() -> Value {
    json!({
        "type": "string",
        "pattern": "^recording:[^\\s]+$",
        "description": "A named recording: `recordings/NAME.LANGUAGE.wav` in the bundle's folder.",
    })
}

fn words() -> Value {
    let one = json!({ "type": ["string", "number"] });
    let several = json!({ "type": "array", "items": one, "minItems": 1 });
    let by_language = json!({
        "type": "object",
        "propertyNames": reference("language"),
        "additionalProperties": { "anyOf": [one, several] },
        "minProperties": 1,
    });
    json!({
        "description": "How callers may say it: templates with `[optional]`, `(this|that)` and `{slot}`, for each language.",
        "anyOf": [by_language, one, several],
    })
}

fn handler() -> Value {
    let mut properties = Map::new();
    add_keys(&mut properties, HANDLER_KEYS);
    json!({
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
        "anyOf": [{ "required": ["goto"] }, { "required": ["steps"] }],
    })
}

fn handlers() -> Value {
    let mut properties = Map::new();
    for known in HANDLERS {
        let several = json!({ "type": "array", "items": reference("handler") });
        let mut form = json!({ "anyOf": [reference("handler"), several] });
        describe(&mut form, &format!("{} Without one: {}", known.about, known.by_default));
        properties.insert(known.name.to_owned(), form);
    }
    json!({
        "type": ["object", "null"],
        "description": "Handlers: what is listened for at every step.",
        "properties": properties,
        "additionalProperties": false,
    })
}

fn add_keys(properties: &mut Map<String, Value>, keys: &[KeyForm]) {
    for key in keys {
        let mut form = of_form(&key.form);
        describe(&mut form, key.about);
        properties.insert(key.name.to_owned(), form);
    }
}

/// Adds a description. Draft 7 ignores what stands beside `$ref`, so a reference is wrapped.
fn describe(form: &mut Value, about: &str) {
    if form.get("$ref").is_some() {
        let inner = form.take();
        *form = json!({ "allOf": [inner] });
    }
    if let Some(object) = form.as_object_mut() {
        object.insert("description".to_owned(), Value::String(about.to_owned()));
    }
}

fn of_form(form: &Form) -> Value {
    match form {
        Form::Nothing => json!({ "type": "null" }),
        Form::Text => reference("text"),
        Form::Name => json!({ "type": "string", "pattern": "^[^\\s.,:;\"'{}\\[\\]]+$" }),
        Form::NameOf(what) => json!({ "type": "string", "description": format!("The name of {what}.") }),
        Form::Count(least, most) => json!({ "type": "integer", "minimum": least, "maximum": most }),
        Form::Number => json!({ "type": "number" }),
        Form::Time => json!({ "type": "string", "pattern": "^[0-9]+ ?(ms|s|m|min|h)$" }),
        Form::Day => json!({ "type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" }),
        Form::Moment => json!({ "type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}" }),
        Form::Expression => reference("expression"),
        Form::Sentence => reference("sentence"),
        Form::Saying => reference("saying"),
        Form::Words => reference("words"),
        Form::Steps => reference("steps"),
        Form::Exit => reference("exit"),
        Form::Target => reference("target"),
        Form::Handlers => reference("handlers"),
        Form::Slots => reference("slots"),
        Form::Word(words) => {
            let listed: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            let meant: Vec<&str> = words.iter().map(|(_, means)| *means).collect();
            json!({ "enum": listed, "markdownEnumDescriptions": meant })
        }
        Form::List(item) => json!({ "type": "array", "items": of_form(item) }),
        Form::OneOrMore(item) => {
            json!({ "anyOf": [of_form(item), { "type": "array", "items": of_form(item) }] })
        }
        Form::Either(forms) => json!({ "anyOf": forms.iter().map(of_form).collect::<Vec<_>>() }),
        Form::Keys(keys) => {
            let mut properties = Map::new();
            add_keys(&mut properties, keys);
            let required: Vec<&str> = keys.iter().filter(|key| key.needed).map(|key| key.name).collect();
            json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
        }
        Form::Map(value) => json!({ "type": "object", "additionalProperties": of_form(value) }),
        Form::Anything => json!({}),
    }
}
