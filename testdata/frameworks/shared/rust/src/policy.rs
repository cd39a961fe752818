use serde::Deserialize;
use std::{env, error::Error, fs};

/// One policy of the file that CORSPROOF_POLICIES names. The fields are
/// explained where the suite defines them (cases/policy.go).
#[derive(Clone, Debug, Deserialize)]
#[serde(default)]
#[derive(Default)]
pub struct Policy {
    pub name: String,
    /// See mount.
    pub path: String,
    pub origins: Vec<String>,
    pub origin_patterns: Vec<String>,
    pub origin_regexes: Vec<String>,
    pub origin_func: Option<OriginFunc>,
    pub credentials: bool,
    pub methods: Vec<String>,
    pub request_headers: Vec<String>,
    pub expose_headers: Vec<String>,
    /// Seconds; None: not configured.
    pub max_age: Option<i64>,
    pub private_network: bool,
    /// The framework's own defaults, nothing else.
    pub zero_config: bool,
}

/// Asks for a callback that allows one origin and panics for another.
#[derive(Clone, Debug, Deserialize)]
pub struct OriginFunc {
    pub allow: String,
    pub throw: String,
}

impl OriginFunc {
    /// The callback: true for allow, a panic for throw, else false.
    pub fn decide(&self, origin: &[u8]) -> bool {
        assert_ne!(origin, self.throw.as_bytes(), "the origin callback throws");
        origin == self.allow.as_bytes()
    }
}

impl Policy {
    /// The first segment of the policy's paths: path, or name without one.
    pub fn mount(&self) -> &str {
        match self.path.as_str() {
            "" => &self.name,
            path => path,
        }
    }

    pub fn any_origin(&self) -> bool {
        self.origins == ["*"]
    }

    pub fn any_method(&self) -> bool {
        self.methods == ["*"]
    }

    pub fn any_header(&self) -> bool {
        self.request_headers == ["*"]
    }

    pub fn expose_any(&self) -> bool {
        self.expose_headers == ["*"]
    }
}

/// Parses the strings of a list into what a framework wants.
pub fn parsed<T: std::str::FromStr<Err: Error + 'static>>(
    list: &[String],
) -> Result<Vec<T>, Box<dyn Error>> {
    list.iter().map(|s| s.parse().map_err(Into::into)).collect()
}

/// Reads the file that CORSPROOF_POLICIES names.
pub fn policies() -> Result<Vec<Policy>, Box<dyn Error>> {
    let path = env::var("CORSPROOF_POLICIES").map_err(|e| format!("CORSPROOF_POLICIES: {e}"))?;
    let data = fs::read(&path).map_err(|e| format!("reading the policies from {path}: {e}"))?;
    Ok(serde_json::from_slice(&data)
        .map_err(|e| format!("reading the policies from {path}: {e}"))?)
}
