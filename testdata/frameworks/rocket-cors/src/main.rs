//! The adapter of rocket_cors: one policy for the process, as the fairing
//! applies to all routes.

use contract::{Answer, Ask, Field, Policy, Route as Handler};
use rocket::tokio::io::{AsyncRead, ReadBuf};
use rocket::{
    Config, Data, Request, Response, Route,
    config::LogLevel,
    data::ToByteUnit,
    fairing::AdHoc,
    http::{Method, Status},
    route::{self, Outcome},
    shield::Shield,
};
use rocket_cors::{AllowedHeaders, AllowedMethods, AllowedOrigins, Cors, CorsOptions, Origins};
use std::{collections::VecDeque, error::Error, io::Cursor, pin::Pin, process, task};

#[rocket::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let policies = contract::policies()?;
    let [policy] = policies.as_slice() else {
        return Err(format!("{} policies, want one for each process", policies.len()).into());
    };
    let cors = contract::attempt(|| cors(policy)).unwrap_or_else(|message| {
        eprintln!("refused: {message}");
        process::exit(1)
    });
    let address = contract::address()?;
    let config = Config {
        address: address.ip(),
        port: address.port(),
        workers: 2,
        log_level: LogLevel::Off,
        ..Config::release_default()
    };
    let routes: Vec<Route> = contract::routes().into_iter().flat_map(routes).collect();
    let _stopped = rocket::custom(config)
        .mount(format!("/{}", policy.mount()), routes)
        .attach(cors)
        // Without nosniff: for it Chrome forgets the answer to an image's request at once.
        .attach(Shield::new())
        // Fairings are called in the order of attaching: this is the outermost.
        .attach(AdHoc::on_response("Vary", |_, response| {
            Box::pin(async { response.adjoin_raw_header("Vary", "Accept-Encoding") })
        }))
        .launch()
        .await?;
    Ok(())
}

fn cors(p: &Policy) -> Result<Cors, Box<dyn Error>> {
    if p.zero_config {
        return Ok(CorsOptions::default().to_cors()?);
    }
    let null = String::from("null");
    let allowed_origins = match p.any_origin() {
        true => AllowedOrigins::all(),
        false => AllowedOrigins::Some(Origins {
            allow_null: p.origins.contains(&null),
            exact: Some(p.origins.iter().filter(|o| **o != null).cloned().collect()),
            // They are unanchored, and the documentation says to use anchors.
            regex: Some(p.origin_regexes.iter().map(|r| format!("^{r}$")).collect()),
        }),
    };
    let allowed_methods: Result<AllowedMethods, String> = p
        .methods
        .iter()
        .map(|m| m.parse().map_err(|()| format!("{m} is no method")))
        .collect();
    let allowed_headers = match p.any_header() {
        true => AllowedHeaders::all(),
        false => AllowedHeaders::Some(
            p.request_headers
                .iter()
                .map(|h| h.as_str().into())
                .collect(),
        ),
    };
    let options = CorsOptions {
        allowed_origins,
        allowed_methods: allowed_methods?,
        allowed_headers,
        allow_credentials: p.credentials,
        expose_headers: p.expose_headers.iter().cloned().collect(),
        max_age: p.max_age.map(usize::try_from).transpose()?,
        ..CorsOptions::default()
    };
    Ok(options.to_cors()?)
}

/// The routes of a handler, without OPTIONS: the documentation says that with
/// the fairing there are none of the application's own.
fn routes(handler: Handler) -> Vec<Route> {
    let methods = handler
        .methods
        .iter()
        .filter_map(|m| m.parse::<Method>().ok());
    methods
        .filter(|method| *method != Method::Options)
        .map(|method| Route::new(method, handler.path, App(handler.clone())))
        .collect()
}

#[derive(Clone)]
struct App(Handler);

#[rocket::async_trait]
impl route::Handler for App {
    async fn handle<'r>(&self, request: &'r Request<'_>, data: Data<'r>) -> Outcome<'r> {
        let Ok(body) = data.open(1.mebibytes()).into_bytes().await else {
            return Outcome::Error(Status::BadRequest);
        };
        let query = request.uri().query();
        write(
            self.0.answer(&Ask {
                method: request.method().to_string(),
                query: query.map(|q| q.to_string()).unwrap_or_default(),
                headers: request
                    .headers()
                    .iter()
                    .map(|header| (header.name().to_string(), header.value().to_string()))
                    .collect(),
                body: String::from_utf8_lossy(&body).into_owned(),
            }),
        )
    }
}

fn write<'r>(answer: Answer) -> Outcome<'r> {
    let mut response = Response::new();
    response.set_status(Status::new(answer.status));
    for Field { name, value, add } in answer.fields {
        if add {
            response.adjoin_raw_header(name, value);
        } else {
            response.set_raw_header(name, value);
        }
    }
    match answer.chunks.len() {
        0 | 1 => {
            let body = answer.chunks.concat();
            response.set_sized_body(body.len(), Cursor::new(body));
        }
        _ => response.set_streamed_body(Chunks(answer.chunks.into())),
    }
    Outcome::Success(response)
}

/// A body that gives a chunk for each read.
struct Chunks(VecDeque<String>);

impl AsyncRead for Chunks {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut task::Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> task::Poll<std::io::Result<()>> {
        if let Some(chunk) = self.0.pop_front() {
            buffer.put_slice(chunk.as_bytes());
        }
        task::Poll::Ready(Ok(()))
    }
}
