//! The adapter of tower-http's CorsLayer: an axum router for each policy.

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::Request,
    http::{HeaderName, HeaderValue, Method, StatusCode, header},
    response::Response,
    routing::{MethodFilter, MethodRouter, any},
};
use contract::{Answer, Ask, Policy, Route, parsed};
use futures_util::stream;
use std::{convert::Infallible, error::Error, time::Duration};
use tower_http::{
    catch_panic::CatchPanicLayer,
    cors::{AllowHeaders, AllowMethods, AllowOrigin, Any, CorsLayer},
    set_header::SetResponseHeaderLayer,
};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut root = Router::new();
    for policy in contract::policies()? {
        // with_state builds the layers, which is where a policy is refused.
        let app = contract::attempt(|| Ok(app().layer(cors(&policy)?).with_state(())));
        root = root.nest_service(&format!("/{}", policy.mount()), app.unwrap_or_else(refused));
    }
    let outermost = SetResponseHeaderLayer::appending(
        header::VARY,
        HeaderValue::from_static("Accept-Encoding"),
    );
    let listener = tokio::net::TcpListener::bind(contract::address()?).await?;
    // A predicate that panics does so outside of the applications' own layers.
    let root = root.layer(CatchPanicLayer::new()).layer(outermost);
    Ok(axum::serve(listener, root).await?)
}

fn cors(p: &Policy) -> Result<CorsLayer, Box<dyn Error>> {
    let layer = CorsLayer::new();
    if p.zero_config {
        return Ok(layer);
    }
    let layer = match &p.origin_func {
        _ if p.any_origin() => layer.allow_origin(Any),
        Some(func) => {
            let func = func.clone();
            layer.allow_origin(AllowOrigin::predicate(move |origin, _| {
                func.decide(origin.as_bytes())
            }))
        }
        None => match parsed::<HeaderValue>(&p.origins)?.as_slice() {
            [origin] => layer.allow_origin(origin.clone()),
            origins => layer.allow_origin(origins.to_vec()),
        },
    };
    let layer = match p.any_method() {
        true if p.credentials => layer.allow_methods(AllowMethods::mirror_request()),
        true => layer.allow_methods(Any),
        false => layer.allow_methods(parsed::<Method>(&p.methods)?),
    };
    let layer = match p.any_header() {
        // Any is documented to send a "*", which is not any: Authorization is left out.
        true => layer.allow_headers(AllowHeaders::mirror_request()),
        false => layer.allow_headers(parsed::<HeaderName>(&p.request_headers)?),
    };
    let layer = match p.expose_any() {
        true => layer.expose_headers(Any),
        false => layer.expose_headers(parsed::<HeaderName>(&p.expose_headers)?),
    };
    let layer = match p.max_age {
        Some(seconds) if seconds >= 0 => layer.max_age(Duration::from_secs(seconds.try_into()?)),
        // "By default the header will not be set which disables caching".
        _ => layer,
    };
    Ok(layer
        .allow_credentials(p.credentials)
        .allow_private_network(p.private_network))
}

fn app() -> Router {
    let mut router = Router::new();
    for route in contract::routes() {
        router = router.route(route.path, methods(route));
    }
    router.layer(CatchPanicLayer::new())
}

/// A method that axum has no filter for gets to the fallback, which answers it
/// when the route has it.
fn methods(route: Route) -> MethodRouter {
    let mut router = MethodRouter::new();
    let listed = route.methods;
    let handler = move |request: Request| answer(route, request);
    for method in listed.iter().filter_map(|m| m.parse::<Method>().ok()) {
        if let Ok(filter) = MethodFilter::try_from(method) {
            router = router.on(filter, handler.clone());
        }
    }
    router.fallback(async move |request: Request| {
        match listed.contains(&request.method().as_str()) {
            true => handler(request).await,
            false => status(StatusCode::METHOD_NOT_ALLOWED),
        }
    })
}

async fn answer(route: Route, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let Ok(body) = to_bytes(body, usize::MAX).await else {
        return status(StatusCode::BAD_REQUEST);
    };
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    write(
        route.answer(&Ask {
            method: head.method.to_string(),
            query: head.uri.query().unwrap_or_default().to_string(),
            headers: head
                .headers
                .iter()
                .map(|(name, value)| (name.to_string(), text(value.as_bytes())))
                .collect(),
            body: text(&body),
        }),
    )
}

fn write(answer: Answer) -> Response {
    let body = match answer.chunks.len() {
        0 | 1 => Body::from(answer.chunks.concat()),
        _ => Body::from_stream(stream::iter(
            answer
                .chunks
                .into_iter()
                .map(|c| Ok::<_, Infallible>(Bytes::from(c))),
        )),
    };
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or_default();
    for field in answer.fields {
        let (Ok(name), Ok(value)) = (field.name.parse::<HeaderName>(), field.value.parse()) else {
            return status(StatusCode::BAD_REQUEST);
        };
        if field.add {
            response.headers_mut().append(name, value);
        } else {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

fn status(status: StatusCode) -> Response {
    let mut response = Response::default();
    *response.status_mut() = status;
    response
}

/// Answers for a policy that tower-http would not take.
fn refused(message: String) -> Router {
    Router::new().fallback_service(any(async move || {
        (StatusCode::NOT_IMPLEMENTED, [("X-Refused", message)])
    }))
}
