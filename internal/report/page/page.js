"use strict";
const $ = id => document.getElementById(id);
const data = JSON.parse($("data").textContent);
// el makes an element. Text goes in as text nodes: nothing that a server said can become markup.
const el = (tag, attrs, ...kids) => {
  const e = document.createElement(tag);
  for (const k in attrs || {}) if (attrs[k] != null) k === "class" ? e.className = attrs[k] : e.setAttribute(k, attrs[k]);
  e.append(...kids.flat(Infinity).filter(k => k != null && k !== false && k !== ""));
  return e;
};
const hidden = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;
// vis writes out what could not be seen, or would turn text around.
const vis = text => String(text).replace(hidden, c => "\\u" + c.charCodeAt(0).toString(16).padStart(4, "0"));
const order = ["error", "fail", "warn", "undecided", "info", "pass", "skip"];
const names = {error: "errors", fail: "failed", warn: "warnings", undecided: "undecided", info: "noted", pass: "passed", skip: "not run"};
const grave = ["critical", "high", "medium", "low", ""], levels = ["must", "should", "practice", "info"];
data.checks.forEach((c, i) => { c.at = i; });
data.checks.sort((a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict) || grave.indexOf(a.security || "") - grave.indexOf(b.security || "") || levels.indexOf(a.level) - levels.indexOf(b.level) || a.at - b.at);
const count = {};
for (const c of data.checks) count[c.verdict] = (count[c.verdict] || 0) + 1;

// text is all that a search looks through, put together when it is first asked for.
const text = c => c.text || (c.text = JSON.stringify([c.id, c.group, c.title, c.reason, c.causes, c.why, c.agents]).toLowerCase());

// What is chosen stands in the address: #q=vary&v=fail,warn&check=ID
const fields = ["q", "cause", "group"];
const usual = () => order.filter(v => count[v] && (v === "error" || v === "fail" || v === "warn" || v === "undecided" || !count.fail && !count.warn && v !== "skip"));
function chosen() {
  const s = Object.fromEntries(fields.map(id => [id, $(id).value.trim()]));
  s.v = [...document.querySelectorAll("#verdicts input:checked")].map(i => i.value);
  return s;
}
function remember(check) {
  const s = chosen(), p = new URLSearchParams(fields.filter(id => s[id]).map(id => [id, s[id]]));
  if (s.v.join() !== usual().join()) p.set("v", s.v.join());
  if (check) p.set("check", check);
  history.replaceState(null, "", "#" + p);
}
function recall() {
  const p = new URLSearchParams(location.hash.slice(1));
  for (const id of fields) {
    $(id).value = p.get(id) || "";
    if ($(id).selectedIndex === -1) $(id).value = "";
  }
  const v = p.has("v") ? p.get("v").split(",") : p.get("cause") || p.get("check") ? order : usual();
  for (const i of document.querySelectorAll("#verdicts input")) i.checked = v.includes(i.value);
  draw(p.get("check"));
  if (location.hash.length > 1) $("all").open = true;
  if (p.get("cause") || p.get("check")) ($("open") || $("checks")).scrollIntoView();
}

const atOnce = 300;
function draw(open, all) {
  const s = chosen(), words = s.q.toLowerCase().split(/\s+/).filter(Boolean);
  const list = data.checks.filter(c => s.v.includes(c.verdict) && (!s.cause || (c.causes || []).includes(s.cause)) && (!s.group || c.group === s.group) && words.every(w => text(c).includes(w)));
  const shown = all ? list : list.slice(0, atOnce);
  const chosenCheck = list.find(c => c.id === open);
  if (chosenCheck && !shown.includes(chosenCheck)) shown.unshift(chosenCheck);
  $("list").replaceChildren(...shown.map(c => item(c, c.id === open)));
  $("shown").textContent = list.length + " of " + data.checks.length + " checks" + (list.length ? "" : ": nothing matches");
  if (shown.length < list.length) {
    const more = el("button", {class: "more", type: "button"}, "show the other " + (list.length - shown.length));
    more.addEventListener("click", () => draw(open, true));
    $("list").append(more);
  }
}
function item(c, open) {
  const d = el("details", open ? {id: "open"} : null, el("summary", null, el("b", {class: "k " + c.verdict}, c.verdict), el("span", {class: "t"}, vis(c.title)),
    el("code", null, data.policies ? c.id : c.id.slice(0, c.id.lastIndexOf("/"))), el("span", {class: "tag"}, (c.security ? "security: " + c.security + ", " : "") + c.level)));
  const fill = () => { if (d.open && d.children.length === 1) d.append(detail(c)); };
  d.addEventListener("toggle", () => { fill(); if (d.open) remember(c.id); });
  d.open = !!open;
  fill();
  return d;
}
const dl = pairs => (pairs = pairs.filter(([, v]) => v && v.length)).length > 0 && el("dl", null, pairs.flatMap(([k, v]) => [el("dt", null, k), el("dd", null, typeof v === "string" ? vis(v) : v)]));
const link = (u, name) => /^https:\/\//.test(u) ? el("a", {href: u, rel: "noreferrer"}, name || u) : vis(u);
function detail(c) {
  return el("div", {class: "in"}, dl([
    ["causes", (c.causes || []).map(id => el("span", null, el("a", {href: "#cause/" + id}, data.titles[id] || id), " "))],
    [c.verdict === "skip" ? c.skip : "reason", c.reason], ["why", c.why], ["note", c.note], ["fix", c.fix],
    ["standard", (c.spec || []).map(u => [link(u, u.replace(/^https:\/\//, "")), " "]).flat()], ["group", c.group], ["explain", "corsproof cases " + c.id.slice(0, c.id.lastIndexOf("/"))],
    ["the model and a browser disagree", (c.differ || []).map(x => el("div", null, vis(x.what + ": model " + x.model + ", " + x.agent + " " + x.other)))],
  ]), (c.agents || []).map(part));
}
function part(a) {
  const out = [el("p", {class: "agent"}, a.agent, " ", el("b", {class: "k " + a.verdict}, a.verdict))];
  out.push(dl([["error", a.error], ["note", a.note]]));
  for (const f of a.failures || []) out.push(dl([["what", (f.step ? f.step + ": " : "") + f.what], ["expected", f.expected], ["actual", f.actual], ["reason", f.reason]]));
  if ((a.exchanges || []).length) out.push(sequence(a));
  for (const command of a.curl || []) out.push(copy(command));
  return out;
}
// sequence is the exchanges as messages between two lines, the requester's and the server's.
function sequence(a) {
  const box = el("div", {class: "sequence", "data-left": a.agent === "wire" ? "client" : "browser (" + a.agent + ")", "data-right": "server", role: "list"});
  for (const x of a.exchanges) {
    if (x.connection) box.append(el("div", {class: "between"}, x.connection === "same" ? "over the same connection" : "without waiting for the answer"));
    box.append(message("out", x.first + (x.preflight ? "  (preflight)" : ""), x.request, x.sent));
    if (x.error) box.append(message("in lost", vis(x.error), []));
    else box.append(message("in", x.status, x.response));
  }
  return box;
}
const telling = /^(access-control-|origin:|vary:|timing-allow-origin:|cross-origin-)/i;
function message(way, first, lines, sent) {
  const pre = el("pre");
  for (const l of lines) pre.append(telling.test(l) ? el("b", null, l) : l, "\n");
  if (sent) pre.append("\n", sent);
  return el("div", {class: "msg " + way, role: "listitem"}, el("div", {class: "line"}, el("span", null, vis(first)), el("i")), pre);
}
function copy(command) {
  const button = el("button", {type: "button"}, command.startsWith("curl") ? "copy as curl" : "copy command"), was = button.textContent;
  button.addEventListener("click", async () => {
    button.textContent = await put(command) ? "copied" : "select it and copy";
    setTimeout(() => { button.textContent = was; }, 1500);
  });
  return el("div", {class: "copy"}, el("pre", {tabindex: "0"}, vis(command).replace(/\\u000a/g, "\n")), button);
}
async function put(command) {
  try { await navigator.clipboard.writeText(command); return true; } catch { /* not allowed here: the old way */ }
  const area = el("textarea");
  area.value = command;
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  return done;
}

for (const v of order) if (count[v]) $("verdicts").append(el("label", null, el("input", {type: "checkbox", value: v}), names[v] + " " + count[v]));
for (const g of [...new Set(data.checks.map(c => c.group))]) $("group").append(el("option", {value: g}, g));
for (const id in data.titles) $("cause").append(el("option", {value: id}, data.titles[id]));
$("filter").hidden = false;
$("filter").addEventListener("submit", e => e.preventDefault());
// On a phone the checks are folded where causes say what they mean.
$("all").open = !(matchMedia("(max-width:700px)").matches && document.querySelector("details.cause"));
let waiting;
$("filter").addEventListener("input", e => {
  if (e.target.id === "cause" && $("cause").value) for (const i of document.querySelectorAll("#verdicts input")) i.checked = true;
  clearTimeout(waiting);
  waiting = setTimeout(() => { draw(); remember(); }, e.target.id === "q" ? 120 : 0);
});
addEventListener("hashchange", () => {
  const cause = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (cause && cause.matches("details.cause")) { cause.open = true; cause.scrollIntoView(); } else recall();
});
recall();
