use serde_json::json;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

/// What was asked, as the application sees it.
#[derive(Clone, Debug)]
pub struct Ask {
    pub method: String,
    /// The query, undecoded; "" without one.
    pub query: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

/// What the application answers, before a framework writes it.
#[derive(Debug, Default)]
pub struct Answer {
    pub status: u16,
    pub fields: Vec<Field>,
    /// Of the body; between two of them the response is flushed.
    pub chunks: Vec<String>,
}

/// A response header field, in the order of writing.
#[derive(Debug)]
pub struct Field {
    pub name: String,
    pub value: String,
    /// Another line, rather than in place of what is there.
    pub add: bool,
}

/// One handler of the contract, as a router needs it.
#[derive(Clone)]
pub struct Route {
    pub path: &'static str,
    pub methods: &'static [&'static str],
    handler: Arc<dyn Fn(&Ask) -> Answer + Send + Sync>,
}

impl Route {
    /// Answers, or panics where the contract says so.
    pub fn answer(&self, ask: &Ask) -> Answer {
        let mut answer = (self.handler)(ask);
        answer.fields.insert(
            0,
            field("X-App", self.path.split('/').nth(1).unwrap_or_default()),
        );
        answer
    }
}

/// Stands in for "all but OPTIONS" where a router wants the methods one by
/// one: those of HTTP, and one that an application made up. OPTIONS comes last,
/// so that it can be left out.
const EVERY_METHOD: [&str; 9] = [
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "QUERY", "CHICKEN", "OPTIONS",
];

/// Makes the handlers of one policy's application.
pub fn routes() -> Vec<Route> {
    let all = &EVERY_METHOD[..];
    let most = &EVERY_METHOD[..8];
    let calls = Arc::new(Mutex::new(HashMap::<String, u32>::new()));
    let read = calls.clone();
    vec![
        route("/ok", most, |_| {
            text("ok", [("X-Resp", "1"), ("X-Other", "2"), ("X-Hidden", "3")])
        }),
        route("/options", &["GET", "OPTIONS"], |_| {
            text("options", [("Allow", "GET, OPTIONS")])
        }),
        route("/echo", most, |ask| {
            let body = json!({"method": ask.method, "headers": ask.headers, "body": ask.body});
            answer(
                200,
                [("Content-Type", "application/json")],
                &[&body.to_string()],
            )
        }),
        route("/respond", most, respond),
        route("/panic", &["GET"], |_| panic!("the handler /panic panics")),
        route("/count", all, move |ask| {
            *calls.lock().unwrap().entry(key(ask)).or_default() += 1;
            text("counted", [])
        }),
        route("/count/read", &["GET"], move |ask| {
            let count = read
                .lock()
                .unwrap()
                .get(&key(ask))
                .copied()
                .unwrap_or_default();
            text(&count.to_string(), [])
        }),
        route("/secret", all, |ask| match header(ask, "authorization") {
            None => answer(401, [("WWW-Authenticate", "Bearer")], &[]),
            Some(_) => text("secret", []),
        }),
        route("/post-only", &["POST"], |_| text("posted", [])),
        route("/stream", &["GET"], |_| {
            answer(200, [("Content-Type", "text/plain")], &["a", "b"])
        }),
    ]
}

fn route(
    path: &'static str,
    methods: &'static [&'static str],
    handler: impl Fn(&Ask) -> Answer + Send + Sync + 'static,
) -> Route {
    Route {
        path,
        methods,
        handler: Arc::new(handler),
    }
}

/// Does what the query says, in the query's order.
fn respond(ask: &Ask) -> Answer {
    let mut answer = Answer {
        status: 200,
        ..Answer::default()
    };
    let mut body = String::new();
    for (key, value) in form_urlencoded::parse(ask.query.as_bytes()) {
        let (name, rest) = value.split_once(':').unwrap_or((&value, ""));
        match &*key {
            "status" => answer.status = value.parse().unwrap_or_default(),
            "add" | "set" => answer.fields.push(Field {
                add: key == "add",
                ..field(name, rest.trim())
            }),
            "etag" => {
                answer.fields.push(field("ETag", &value));
                if header(ask, "if-none-match").is_some_and(|known| known.contains(&*value)) {
                    answer.status = 304;
                }
            }
            "body" => body = value.into_owned(),
            _ => {}
        }
    }
    if !(200..600).contains(&answer.status) {
        return text("status must be a number from 200 to 599", []).with_status(400);
    }
    if !body.is_empty() && answer.status != 204 && answer.status != 304 {
        answer.chunks.push(body);
    }
    answer
}

impl Answer {
    fn with_status(self, status: u16) -> Self {
        Answer { status, ..self }
    }
}

fn field(name: &str, value: &str) -> Field {
    Field {
        name: name.into(),
        value: value.into(),
        add: false,
    }
}

fn answer<const N: usize>(status: u16, fields: [(&str, &str); N], chunks: &[&str]) -> Answer {
    let fields = fields
        .iter()
        .map(|(name, value)| field(name, value))
        .collect();
    Answer {
        status,
        fields,
        chunks: chunks.iter().map(|c| c.to_string()).collect(),
    }
}

fn text<const N: usize>(body: &str, fields: [(&str, &str); N]) -> Answer {
    let mut answer = answer(200, fields, &[body]);
    answer.fields.insert(0, field("Content-Type", "text/plain"));
    answer
}

fn header<'a>(ask: &'a Ask, name: &str) -> Option<&'a str> {
    ask.headers
        .iter()
        .find(|(n, _)| n.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.as_str())
}

fn key(ask: &Ask) -> String {
    let key = form_urlencoded::parse(ask.query.as_bytes()).find(|(name, _)| name == "key");
    key.map(|(_, value)| value.into_owned()).unwrap_or_default()
}
