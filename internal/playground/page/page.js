"use strict";
const $ = id => document.getElementById(id);
// el makes an element. Text goes in as text nodes: nothing that was pasted or answered can become markup.
const el = (tag, attrs, ...kids) => {
  const e = document.createElement(tag);
  for (const k in attrs || {}) if (attrs[k] != null) e.setAttribute(k, attrs[k]);
  e.append(...kids.flat(Infinity).filter(k => k != null && k !== false && k !== ""));
  return e;
};
const hidden = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;
// vis writes out what could not be seen, or would turn text around.
const vis = text => String(text).replace(hidden, c => "\\u" + c.charCodeAt(0).toString(16).padStart(4, "0"));
// prose is a text for people: what stands in backticks is shown as code.
const prose = text => vis(text || "").split(/`([^`]+)`/).map((part, i) => i % 2 ? el("code", {}, part) : part);
const second = $("second").textContent;

// What is chosen stands in the address: #method=PUT&ao=*. What is as usual is left out.
const usual = {from: "page", method: "GET", headers: "", credentials: "same-origin", mode: "cors",
  ao: "{origin}", ac: "", am: "", ah: "", ex: "", ma: "", ps: "204", st: "200", site: "", pre: "", ans: "", stack: ""};
const keys = Object.keys(usual), texts = ["pre", "ans", "site"];
const byLines = () => $("by-lines").checked;

const examples = [
  ["Allowed", {ao: "{origin}"}],
  ["No header", {ao: ""}],
  ["* with credentials", {credentials: "include", ao: "*"}],
  ["Preflight refused", {method: "PUT", am: "PUT", ps: "401"}],
  ["Header not listed", {method: "POST", headers: "Content-Type: application/json\nAuthorization: Bearer abc", ah: "Content-Type"}],
  ["Method not listed", {method: "PATCH", am: "GET, POST, PUT"}],
  ["An error is hidden", {ao: "", st: "502"}],
  ["no-cors", {mode: "no-cors", ao: ""}],
];

const address = s => "#" + new URLSearchParams(Object.entries(s).filter(([k, v]) => v !== usual[k]));

// state is what is chosen: the settings, or the lines in their place.
function state() {
  const s = {};
  for (const k of keys) if (byLines() ? !knobs.includes(k) : !texts.includes(k)) s[k] = $(k).value;
  if (byLines()) s.by = "lines";
  return s;
}
const knobs = ["ao", "ac", "am", "ah", "ex", "ma", "ps", "st"];

function fill(hash) {
  const p = new URLSearchParams(hash.slice(1));
  $(p.get("by") === "lines" ? "by-lines" : "by-knobs").checked = true;
  for (const k of keys) {
    const v = p.get(k) ?? usual[k];
    $(k).value = v;
    if ($(k).tagName === "SELECT" && $(k).value !== v) $(k).value = usual[k];
  }
  changed();
}

const line = (name, value) => value.trim() ? `${name}: ${value.trim()}\n` : "";
const phrases = {200: "OK", 204: "No Content", 301: "Moved Permanently", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed", 500: "Internal Server Error", 502: "Bad Gateway"};
const head = id => `HTTP/1.1 ${$(id).value.trim() || usual[id]} ${phrases[$(id).value.trim() || usual[id]] || ""}`.trim() + "\n";
const A = "Access-Control-";

// written puts the settings into lines, which is what is sent.
function written() {
  const both = line(A + "Allow-Origin", $("ao").value) + line(A + "Allow-Credentials", $("ac").value);
  const vary = $("ao").value.includes("{origin}") ? "Vary: Origin\n" : "";
  $("pre").value = head("ps") + both + line(A + "Allow-Methods", $("am").value) + line(A + "Allow-Headers", $("ah").value) + line(A + "Max-Age", $("ma").value) + vary;
  $("ans").value = head("st") + both + line(A + "Expose-Headers", $("ex").value) + vary + "Content-Type: application/json\nX-Total: 42\n";
}

const pageOrigin = () => ({page: location.origin, null: "null", same: second})[$("from").value];
const headerLines = () => $("headers").value.split("\n").map(l => l.trim()).filter(Boolean);
const pairs = () => headerLines().map(l => [l.split(":")[0].trim(), l.slice(l.indexOf(":") + 1).trim()]);

function init() {
  const i = {method: $("method").value.trim() || "GET", headers: pairs(), credentials: $("credentials").value, mode: $("mode").value};
  if (!i.headers.length) delete i.headers;
  return i;
}

function script() {
  const i = init(), show = {};
  if (i.method !== "GET") show.method = i.method;
  if (i.headers) show.headers = i.headers;
  if (i.credentials !== "same-origin") show.credentials = i.credentials;
  if (i.mode !== "cors") show.mode = i.mode;
  const rest = Object.entries(show).map(([k, v]) => k === "headers"
    ? "  headers: [" + v.map(([n, x]) => `[${JSON.stringify(n)}, ${JSON.stringify(x)}]`).join(", ") + "]"
    : `  ${k}: ${JSON.stringify(v)}`);
  return `// a script at ${pageOrigin()}\nfetch("${second}/items"${rest.length ? ", {\n" + rest.join(",\n") + "\n}" : ""})`;
}

function changed() {
  const lines = byLines();
  $("knobs").hidden = lines;
  $("site-row").hidden = !lines;
  if (!lines) written();
  for (const area of [$("pre"), $("ans")]) settled(area, !lines);
  $("code").textContent = vis(script());
  for (const e of document.querySelectorAll("[aria-invalid]")) e.removeAttribute("aria-invalid");
  history.replaceState(null, "", address(state()));
}

// settled shows lines that follow from the settings: nobody has to pass them by the Tab key, or to
// scroll in them.
function settled(area, is) {
  area.readOnly = is;
  area.tabIndex = is ? -1 : 0;
  area.rows = is ? Math.max(4, area.value.split("\n").length) : 6;
}

async function post(path, body) {
  const r = await fetch("/playground/" + path, {method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify(body)});
  if (!r.ok && !(r.headers.get("Content-Type") || "").includes("json")) throw {field: "page", text: `corsproof serve answered ${r.status}`};
  const answer = await r.json();
  if (!r.ok) throw answer;
  return answer;
}

// perform makes the request in a frame of the origin that was chosen.
function perform(url) {
  const from = $("from").value, what = init();
  const frame = el("iframe", {src: (from === "same" ? second : "") + "/playground/frame.html", sandbox: from === "null" ? "allow-scripts" : "allow-scripts allow-same-origin", title: "makes the request"});
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => done(reject, {field: "page", text: "no answer came within 30 seconds"}), 30000);
    const done = (end, value) => { clearTimeout(late); removeEventListener("message", hear); frame.remove(); end(value); };
    const hear = e => {
      if (e.source !== frame.contentWindow) return;
      if (e.data.ready !== undefined) return frame.contentWindow.postMessage({url, init: what}, "*");
      if (e.data.saw) done(resolve, e.data.saw);
    };
    addEventListener("message", hear);
    $("stage").append(frame);
  });
}

const fields = {preflight: "pre", answer: "ans", origin: "from"};
function trouble(err) {
  const id = fields[err.field] || err.field, input = $(id);
  const where = err.line ? `, line ${err.line}` : "";
  const name = {pre: "Answer to a preflight", ans: "Answer to the request", site: "Origin in the lines"}[id] || id;
  say("");
  show(el("p", {class: "error", role: "alert"}, vis(err.text ? `${err.field === "page" ? "" : name + where + ": "}${err.text}` : `${err}. Is corsproof serve still running?`)));
  if (input) {
    const bad = !byLines() && id === "pre" ? $("ps") : !byLines() && id === "ans" ? $("st") : input;
    bad.setAttribute("aria-invalid", "true");
    bad.focus();
  }
}

// show puts something into the result. The choice of a stack is kept when it goes.
const chooser = document.querySelector("label.stack"), stack = $("stack");
function show(...parts) {
  if ($("result").contains(chooser)) $("apart").append(chooser);
  $("result").replaceChildren(...parts);
}
// say tells somebody who does not see the page what came of it, in a sentence.
const say = text => { $("heard").textContent = text; };

// last is the run that is shown, to be shown again with another stack.
let last = null, running = false;
async function send() {
  if (running) return;
  running = true;
  // The button is not disabled: it would lose the focus.
  $("send").setAttribute("aria-busy", "true");
  last = null;
  show(el("p", {class: "dim"}, "The browser is asking..."));
  say("The browser is asking...");
  for (const e of document.querySelectorAll("[aria-invalid]")) e.removeAttribute("aria-invalid");
  try {
    const armed = await post("arm", {origin: pageOrigin(), method: init().method, headers: headerLines(), credentials: $("credentials").value,
      mode: $("mode").value, preflight: $("pre").value, answer: $("ans").value, site: byLines() ? $("site").value.trim() : ""});
    const saw = await perform(armed.url);
    last = {armed, saw, origin: pageOrigin()};
    await verdict();
    $("result").focus({preventScroll: true});
    $("result").scrollIntoView({block: "start", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth"});
  } catch (err) {
    trouble(err);
  }
  running = false;
  $("send").removeAttribute("aria-busy");
}
async function verdict() {
  const v = await post("verdict", {id: last.armed.id, agent: navigator.userAgent, stack: $("stack").value, saw: last.saw});
  const choosing = document.activeElement === stack;
  show(...shown(v, last));
  if (choosing && stack.closest("#result")) stack.focus({preventScroll: true});
  const set = v.explain && v.explain.fix.text && v.explain.fix.stack;
  say(choosing ? set ? `The setting of ${set} is shown.` : "No setting is shown." : document.querySelector("#verdict .big").textContent);
}

const web = url => /^https:\/\//.test(url) ? url : null;
const row = (name, ...value) => value.flat().some(v => v) ? [el("dt", {}, name), el("dd", {}, ...value)] : [];

function shown(v, {armed, saw, origin}) {
  return [banner(v, saw), agreement(v), ...cause(v), el("h2", {}, "What went over the wire"), ...wire(v, origin), el("h2", {}, "What the script saw"), ...seen(v, saw),
    el("h2", {}, "Step by step, as the Fetch Standard says"), steps(v),
    armed.left_out.length ? [el("h2", {}, "Left out of the answers"), el("ul", {}, armed.left_out.map(l => el("li", {}, vis(l))))] : []].flat();
}

// banner says what this browser did; what the standard says is beside it.
function banner(v, saw) {
  const opaque = saw.type === "opaque", ok = !saw.error;
  const text = opaque ? "The script got an opaque answer: it can read nothing of it." : ok ? "The script can read the answer." : v.model.outcome === "type-error" ? "The browser did not take the request: nothing was sent." : "The browser blocked it: the script cannot read the answer.";
  return el("div", {class: "verdict " + (opaque ? "" : ok ? "pass" : "fail"), id: "verdict"}, el("p", {class: "big"}, text),
    el("p", {}, v.model.reason ? [el("code", {id: "reason"}, vis(v.model.reason)), " "] : "", prose(v.text)));
}

function agreement(v) {
  if (v.differs.length) return el("div", {class: "differ", id: "agreement"}, "This browser did otherwise than the model of it says. An extension or a setting may be the reason: ", el("ul", {}, v.differs.map(d => el("li", {}, prose(d)))));
  if (v.departs.length) return el("div", {class: "differ", id: "agreement"}, "This browser departs from the standard here, as is known of it: ", el("ul", {}, v.departs.map(d => el("li", {}, prose(d)))));
  return el("p", {class: "agree", id: "agreement"}, "The model of the Fetch Standard says the same as this browser did.");
}

function cause(v) {
  const x = v.explain;
  if (!x || v.model.outcome !== "blocked" && !x.cause.id) return [];
  return [el("h2", {id: "cause", "data-id": x.cause.id}, vis(x.cause.title)), v.lines.length ? el("pre", {id: "lines"}, v.lines.map(l => el("span", {class: {"-": "got", "+": "want"}[l[0]] ?? null}, vis(l), "\n"))) : "",
    el("dl", {}, row("here", prose(x.cause.here)), row("why", prose(x.cause.why)), row("whose", vis(x.side)), row("fix", prose(x.fix.do), x.side === "server" ? chooser : ""),
      x.fix.text ? row(vis(x.fix.stack || "setting"), el("pre", {}, vis(x.fix.text))) : [],
      row("or", (x.alternatives || []).map(a => el("p", {}, prose(a.text)))))].filter(Boolean);
}

const key = name => /^(origin|vary|access-control-.*)$/i.test(name);
const fieldLines = list => list.map(([n, value]) => [el(key(n) ? "b" : "span", {class: key(n) ? "k" : null}, vis(n)), ": ", vis(value), "\n"]);

function wire(v, origin) {
  if (!v.wire.length) return [el("p", {}, "Nothing was sent.")];
  const list = v.wire.map(m => el("div", {class: "msg"},
    el("b", {}, `${origin} → ${m.preflight ? "preflight: " : ""}${m.method} /items`),
    el("pre", {}, fieldLines(m.request.filter(([n]) => key(n) || /^(cookie|authorization|content-type)$/i.test(n)))),
    el("details", {}, el("summary", {}, "the other request headers"), el("pre", {}, fieldLines(m.request.filter(([n]) => !key(n))))),
    el("b", {}, `${origin} ← ${m.status} ${m.phrase}`), el("pre", {}, fieldLines(m.response))));
  if (!v.wire.some(m => !m.preflight)) list.push(el("p", {id: "not-sent"}, "The request itself was not sent: the preflight comes first, and it failed."));
  return list;
}

function seen(v, saw) {
  if (saw.error) return [el("pre", {id: "saw"}, vis(saw.error)),
    v.wire.some(m => !m.preflight) ? el("p", {}, `The server got the request and answered ${v.wire.find(m => !m.preflight).status}. The browser keeps that from the script, which cannot tell this from a broken network.`) : ""].filter(Boolean);
  const kept = saw.type === "opaque" ? "Hidden from the script: all of it. Of an opaque answer it reads no status, no header and no content, whatever Access-Control-Expose-Headers lists."
    : v.hidden.length ? `Hidden from the script: ${vis(v.hidden.join(", "))}. Access-Control-Expose-Headers lists what it may read besides.` : "";
  return [el("pre", {id: "saw"}, `status ${saw.status}, type ${saw.type}\n`, fieldLines(saw.headers), "\n", vis(saw.body) || "(no content)"),
    kept ? el("p", {id: "hidden"}, kept) : ""].filter(Boolean);
}

function steps(v) {
  const t = v.model.trace || [];
  if (!t.length) return el("p", {}, prose(v.model.error || v.text || "The request was not taken."));
  return el("ol", {class: "steps", id: "steps"}, t.map(s => el("li", {}, prose(s.text), " ", el("a", {href: web(s.spec), target: "_blank", rel: "noreferrer noopener"}, vis(s.step)))),
    v.model.preflight_cache_seconds > 0 ? el("li", {}, `the preflight's answer is kept for ${v.model.preflight_cache_seconds} seconds; browsers keep none for longer than a limit of their own`) : "");
}

$("examples").append(...examples.map(([name, s]) => el("a", {href: address(s)}, name)));
$("examples").addEventListener("click", e => {
  if (!e.target.hash) return;
  e.preventDefault();
  fill(e.target.hash);
  send();
});
addEventListener("hashchange", () => fill(location.hash));
$("form").addEventListener("input", changed);
$("form").addEventListener("change", changed);
$("form").addEventListener("submit", e => { e.preventDefault(); send(); });
$("form").addEventListener("keydown", e => { if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) { e.preventDefault(); send(); } });
$("stack").addEventListener("change", () => { changed(); if (last) verdict().catch(trouble); });
$("share").addEventListener("click", async () => {
  try { await navigator.clipboard.writeText(location.href); $("said").textContent = "Copied. It works wherever corsproof serve runs at this address."; }
  catch { $("said").textContent = "The browser does not allow it: copy the address of the page."; }
});
fill(location.hash);
// The names of the stacks come a moment later; one that the link names is chosen then.
const wanted = new URLSearchParams(location.hash.slice(1)).get("stack");
fetch("/playground/stacks").then(r => r.json()).then(list => {
  $("stack").append(...list.map(s => el("option", {value: s.id}, s.name)));
  if (wanted && list.some(s => s.id === wanted)) { $("stack").value = wanted; changed(); }
}).catch(() => {});
