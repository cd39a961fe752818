//! What the Rust adapters share: the policies as the harness hands them over,
//! and the handlers of the contract (../../../README.md), written without any
//! framework.

mod app;
mod policy;

pub use app::{Answer, Ask, Field, Route, routes};
pub use policy::{OriginFunc, Policy, parsed, policies};

use std::{any::Any, env, error::Error, net::SocketAddr, panic};

/// The address that the harness asks for with PORT.
pub fn address() -> Result<SocketAddr, Box<dyn Error>> {
    let port = env::var("PORT").map_err(|e| format!("PORT: {e}"))?;
    let port = port.parse().map_err(|e| format!("PORT is {port:?}: {e}"))?;
    Ok(SocketAddr::from(([127, 0, 0, 1], port)))
}

/// Calls build, and makes of a framework's refusal, an error or a panic, the
/// value of X-Refused: one line of ASCII.
pub fn attempt<T>(build: impl FnOnce() -> Result<T, Box<dyn Error>>) -> Result<T, String> {
    let message = match panic::catch_unwind(panic::AssertUnwindSafe(build)) {
        Ok(Ok(built)) => return Ok(built),
        Ok(Err(err)) => err.to_string(),
        Err(payload) => panicked(&*payload),
    };
    Err(line(&message))
}

fn panicked(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<String>().map(String::as_str);
    text.or(payload.downcast_ref::<&str>().copied())
        .unwrap_or("it panicked")
        .to_string()
}

/// The text as a header's value.
pub fn line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words
        .join(" ")
        .chars()
        .map(|c| {
            if c.is_ascii_graphic() || c == ' ' {
                c
            } else {
                '?'
            }
        })
        .collect()
}
