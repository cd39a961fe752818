//! The adapter of Salvo's Cors: one policy for the process, as it is
//! documented to stand before a whole service, and not in the router.

use contract::{Answer, Ask, Policy, Route, parsed};
use futures_util::stream;
use salvo::{
    catch_panic::CatchPanic,
    cors::{AllowHeaders, AllowMethods, AllowOrigin, Any, Cors, CorsHandler},
    http::{HeaderName, HeaderValue, Method, header},
    prelude::*,
    routing::filters,
};
use std::{convert::Infallible, error::Error, process};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let policies = contract::policies()?;
    let [policy] = policies.as_slice() else {
        return Err(format!("{} policies, want one for each process", policies.len()).into());
    };
    let cors = contract::attempt(|| cors(policy)).unwrap_or_else(|message| {
        eprintln!("refused: {message}");
        process::exit(1)
    });
    let service = Service::new(app(policy))
        .hoop(outermost)
        // A function that panics does so outside of the router's own CatchPanic.
        .hoop(CatchPanic::new())
        .hoop(cors);
    let acceptor = TcpListener::new(contract::address()?).try_bind().await?;
    Ok(Server::new(acceptor).try_serve(service).await?)
}

fn cors(p: &Policy) -> Result<CorsHandler, Box<dyn Error>> {
    let cors = Cors::new();
    if p.zero_config {
        return Ok(cors.into_handler());
    }
    let cors = match &p.origin_func {
        _ if p.any_origin() => cors.allow_origin(Any),
        Some(func) => {
            let func = func.clone();
            cors.allow_origin(AllowOrigin::dynamic(move |origin, _, _| {
                origin.filter(|o| func.decide(o.as_bytes())).cloned()
            }))
        }
        None => match parsed::<HeaderValue>(&p.origins)?.as_slice() {
            [origin] => cors.allow_origin(origin.clone()),
            origins => cors.allow_origin(origins.to_vec()),
        },
    };
    let cors = match p.any_method() {
        // Any is documented as a "*", which is none when there are credentials.
        true if p.credentials => cors.allow_methods(AllowMethods::mirror_request()),
        true => cors.allow_methods(Any),
        false => cors.allow_methods(parsed::<Method>(&p.methods)?),
    };
    let cors = match p.any_header() {
        // Any is a "*" here too, which is not any: Authorization is left out.
        true => cors.allow_headers(AllowHeaders::mirror_request()),
        false => cors.allow_headers(parsed::<HeaderName>(&p.request_headers)?),
    };
    let cors = match p.expose_any() {
        true => cors.expose_headers(Any),
        false => cors.expose_headers(parsed::<HeaderName>(&p.expose_headers)?),
    };
    let cors = match p.max_age {
        Some(seconds) => cors.max_age(seconds),
        None => cors,
    };
    Ok(cors
        .allow_credentials(p.credentials)
        .allow_private_network(p.private_network)
        .into_handler())
}

fn app(policy: &Policy) -> Router {
    let mut app = Router::with_path(policy.mount()).hoop(CatchPanic::new());
    for route in contract::routes() {
        let mut path = Router::with_path(route.path.trim_start_matches('/'));
        for method in route
            .methods
            .iter()
            .filter_map(|m| m.parse::<Method>().ok())
        {
            let filter = filters::MethodFilter(method);
            path = path.push(Router::with_filter(filter).goal(App(route.clone())));
        }
        app = app.push(path);
    }
    Router::new().push(app)
}

struct App(Route);

#[async_trait]
impl Handler for App {
    async fn handle(
        &self,
        request: &mut Request,
        _: &mut Depot,
        response: &mut Response,
        _: &mut FlowCtrl,
    ) {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let body = match request.payload().await {
            Ok(body) => text(body),
            Err(_) => String::new(),
        };
        let answer = self.0.answer(&Ask {
            method: request.method().to_string(),
            query: request.uri().query().unwrap_or_default().to_string(),
            headers: request
                .headers()
                .iter()
                .map(|(name, value)| (name.to_string(), text(value.as_bytes())))
                .collect(),
            body,
        });
        write(answer, response);
    }
}

fn write(answer: Answer, response: &mut Response) {
    response.status_code(StatusCode::from_u16(answer.status).unwrap_or_default());
    for field in answer.fields {
        let (Ok(name), Ok(value)) = (field.name.parse::<HeaderName>(), field.value.parse()) else {
            response.status_code(StatusCode::BAD_REQUEST);
            return;
        };
        if field.add {
            response.headers_mut().append(name, value);
        } else {
            response.headers_mut().insert(name, value);
        }
    }
    match answer.chunks.len() {
        0 | 1 => response.body(answer.chunks.concat()),
        _ => {
            response.stream(stream::iter(
                answer.chunks.into_iter().map(Ok::<_, Infallible>),
            ));
            response
        }
    };
}

#[handler]
async fn outermost(
    request: &mut Request,
    depot: &mut Depot,
    response: &mut Response,
    ctrl: &mut FlowCtrl,
) {
    ctrl.call_next(request, depot, response).await;
    let value = HeaderValue::from_static("Accept-Encoding");
    response.headers_mut().append(header::VARY, value);
}
