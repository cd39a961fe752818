//! The adapter of actix-cors: a scope of one Actix Web application for each policy.

use actix_cors::Cors;
use actix_web::{
    App, HttpRequest, HttpResponse, HttpServer, Resource,
    dev::{Service, ServiceRequest, Transform, fn_service},
    http::header::{HeaderValue, VARY},
    web,
};
use contract::{Answer, Ask, Policy, Route};
use futures_util::{FutureExt, stream};
use std::{convert::Infallible, error::Error, future::ready, sync::Mutex};

#[actix_web::main]
async fn main() -> Result<(), Box<dyn Error>> {
    log::set_logger(&LastError).map_err(|e| e.to_string())?;
    log::set_max_level(log::LevelFilter::Error);
    let policies: Vec<_> = contract::policies()?
        .into_iter()
        .map(|policy| {
            let refusal = contract::attempt(|| accepts(&policy)).err();
            (policy, refusal, contract::routes())
        })
        .collect();
    let server = HttpServer::new(move || {
        let mut app = App::new();
        for (policy, refusal, routes) in policies.clone() {
            let scope = web::scope(policy.mount());
            app = match refusal {
                Some(message) => {
                    app.service(scope.default_service(web::to(move || refused(message.clone()))))
                }
                None => app.service(
                    routes
                        .into_iter()
                        .fold(scope.wrap(cors(&policy)), |s, r| s.service(resource(r))),
                ),
            };
        }
        app.wrap_fn(|request, app| {
            app.call(request).map(|response| {
                let mut response = response?;
                response
                    .headers_mut()
                    .append(VARY, HeaderValue::from_static("Accept-Encoding"));
                Ok(response)
            })
        })
    });
    Ok(server.workers(2).bind(contract::address()?)?.run().await?)
}

fn cors(p: &Policy) -> Cors {
    let mut cors = Cors::default();
    if p.zero_config {
        return cors;
    }
    if p.any_origin() {
        cors = cors.allow_any_origin();
    } else {
        cors = p
            .origins
            .iter()
            .fold(cors, |cors, origin| cors.allowed_origin(origin));
    }
    if let Some(func) = p.origin_func.clone() {
        cors = cors.allowed_origin_fn(move |origin, _| func.decide(origin.as_bytes()));
    }
    cors = cors.allowed_methods(p.methods.iter().map(String::as_str));
    cors = match p.any_header() {
        true => cors.allow_any_header(),
        false => cors.allowed_headers(&p.request_headers),
    };
    cors = match p.expose_any() {
        true => cors.expose_any_header(),
        false => cors.expose_headers(&p.expose_headers),
    };
    if p.credentials {
        cors = cors.supports_credentials();
    }
    if p.private_network {
        cors = cors.allow_private_network_access();
    }
    cors.max_age(p.max_age.and_then(|seconds| usize::try_from(seconds).ok()))
}

/// Asks actix-cors whether it takes the policy. It refuses when the server
/// starts, with the reason in the log.
fn accepts(policy: &Policy) -> Result<(), Box<dyn Error>> {
    let service =
        fn_service(async |request: ServiceRequest| Ok(request.into_response(HttpResponse::Ok())));
    match cors(policy).new_transform(service).now_or_never() {
        Some(Err(())) => Err(LAST_ERROR.lock()?.clone().into()),
        _ => Ok(()),
    }
}

/// The log, of which only the last error is kept.
struct LastError;

static LAST_ERROR: Mutex<String> = Mutex::new(String::new());

impl log::Log for LastError {
    fn enabled(&self, metadata: &log::Metadata) -> bool {
        metadata.level() == log::Level::Error
    }

    fn log(&self, record: &log::Record) {
        if self.enabled(record.metadata()) {
            *LAST_ERROR.lock().unwrap() = record.args().to_string();
        }
    }

    fn flush(&self) {}
}

fn resource(route: Route) -> Resource {
    let mut resource = web::resource(route.path);
    for method in route.methods.iter().filter_map(|m| m.parse().ok()) {
        let route = route.clone();
        let handler = move |request: HttpRequest, body: web::Bytes| {
            ready(write(route.answer(&ask(&request, &body))))
        };
        resource = resource.route(web::method(method).to(handler));
    }
    resource
}

fn ask(request: &HttpRequest, body: &[u8]) -> Ask {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ask {
        method: request.method().to_string(),
        query: request.query_string().to_string(),
        headers: request
            .headers()
            .iter()
            .map(|(name, value)| (name.to_string(), text(value.as_bytes())))
            .collect(),
        body: text(body),
    }
}

fn write(answer: Answer) -> HttpResponse {
    let mut response = HttpResponse::build(answer.status.try_into().unwrap_or_default());
    for field in answer.fields {
        if field.add {
            response.append_header((field.name, field.value));
        } else {
            response.insert_header((field.name, field.value));
        }
    }
    match answer.chunks.len() {
        0 | 1 => response.body(answer.chunks.concat()),
        _ => response.streaming(stream::iter(
            answer
                .chunks
                .into_iter()
                .map(|c| Ok::<_, Infallible>(c.into())),
        )),
    }
}

/// Answers for a policy that actix-cors would not take.
async fn refused(message: String) -> HttpResponse {
    HttpResponse::NotImplemented()
        .insert_header(("X-Refused", message))
        .finish()
}
