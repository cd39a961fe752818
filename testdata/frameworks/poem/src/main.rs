//! The adapter of Poem's Cors middleware: a nested route for each policy.

use contract::{Answer, Ask, Policy, Route as Handler};
use futures_util::stream;
use poem::{
    Body, Endpoint, EndpointExt, Request, Response, Result, Route, RouteMethod, Server,
    endpoint::{BoxEndpoint, make, make_sync},
    http::{HeaderName, HeaderValue, Method, StatusCode, header},
    listener::TcpListener,
    middleware::{CatchPanic, Cors},
};
use std::{error::Error, io};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut root = Route::new();
    for policy in contract::policies()? {
        root = root.nest(
            format!("/{}", policy.mount()),
            match contract::attempt(|| cors(&policy)) {
                Ok(cors) => app().with(cors).boxed(),
                Err(message) => refused(message),
            },
        );
    }
    // A function that panics does so outside of the applications' own layers.
    let root = root.with(CatchPanic::new()).after(outermost);
    let listener = TcpListener::bind(contract::address()?);
    Ok(Server::new(listener).run(root).await?)
}

fn cors(p: &Policy) -> Result<Cors, Box<dyn Error>> {
    let mut cors = Cors::new();
    if p.zero_config {
        return Ok(cors);
    }
    // Where nothing is listed, anything is allowed: documented for origins,
    // methods and headers alike.
    if !p.any_origin() {
        cors = cors.allow_origins(&p.origins);
    }
    for pattern in &p.origin_patterns {
        cors = cors.allow_origin_regex(pattern);
    }
    if let Some(func) = p.origin_func.clone() {
        cors = cors.allow_origins_fn(move |origin| func.decide(origin.as_bytes()));
    }
    cors = cors.allow_methods(or_safelisted(&p.methods, "GET"));
    if !p.any_header() {
        cors = cors.allow_headers(or_safelisted(&p.request_headers, "Accept"));
    }
    if let Some(seconds) = p.max_age {
        cors = cors.max_age(seconds.try_into()?);
    }
    Ok(cors
        .allow_credentials(p.credentials)
        .expose_headers(&p.expose_headers))
}

/// The list, or a name that needs no listing where an empty one means any.
fn or_safelisted<'a>(list: &'a [String], name: &'a str) -> Vec<&'a str> {
    match list {
        [] => vec![name],
        _ => list.iter().map(String::as_str).collect(),
    }
}

fn app() -> impl Endpoint<Output = Response> {
    let mut app = Route::new();
    for handler in contract::routes() {
        let mut methods = RouteMethod::new();
        for method in handler
            .methods
            .iter()
            .filter_map(|m| m.parse::<Method>().ok())
        {
            let handler = handler.clone();
            let endpoint = make(move |request| answer(handler.clone(), request));
            methods = methods.method(method, endpoint);
        }
        app = app.at(handler.path, methods);
    }
    app.with(CatchPanic::new())
}

async fn answer(handler: Handler, mut request: Request) -> Result<Response> {
    let body = request.take_body().into_bytes().await?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ok(write(
        handler.answer(&Ask {
            method: request.method().to_string(),
            query: request.uri().query().unwrap_or_default().to_string(),
            headers: request
                .headers()
                .iter()
                .map(|(name, value)| (name.to_string(), text(value.as_bytes())))
                .collect(),
            body: text(&body),
        }),
    ))
}

fn write(answer: Answer) -> Response {
    let body = match answer.chunks.len() {
        0 | 1 => Body::from(answer.chunks.concat()),
        _ => Body::from_bytes_stream(stream::iter(
            answer.chunks.into_iter().map(Ok::<_, io::Error>),
        )),
    };
    let mut response = Response::builder()
        .status(StatusCode::from_u16(answer.status).unwrap_or_default())
        .body(body);
    for field in answer.fields {
        let (Ok(name), Ok(value)) = (field.name.parse::<HeaderName>(), field.value.parse()) else {
            return StatusCode::BAD_REQUEST.into();
        };
        if field.add {
            response.headers_mut().append(name, value);
        } else {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

async fn outermost(result: Result<Response>) -> Result<Response> {
    let mut response = result.unwrap_or_else(|err| err.into_response());
    let value = HeaderValue::from_static("Accept-Encoding");
    response.headers_mut().append(header::VARY, value);
    Ok(response)
}

/// Answers for a policy that Poem would not take.
fn refused(message: String) -> BoxEndpoint<'static, Response> {
    make_sync(move |_| {
        Response::builder()
            .status(StatusCode::NOT_IMPLEMENTED)
            .header("X-Refused", &message)
            .finish()
    })
    .boxed()
}
