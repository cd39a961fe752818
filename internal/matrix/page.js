"use strict";
const $ = id => document.getElementById(id);
// el makes an element. Text goes in as text nodes: no result can become markup.
const el = (tag, attrs, ...kids) => {
  const e = document.createElement(tag);
  for (const k in attrs || {}) if (attrs[k] != null) k === "class" ? e.className = attrs[k] : e.setAttribute(k, attrs[k]);
  e.append(...kids.flat().filter(k => k != null && k !== false));
  return e;
};
const enc = encodeURIComponent, plural = (n, what) => n + " " + what + (n === 1 ? "" : "s");
const frameworkOf = new Map(M.frameworks.map(f => [f.name, f]));
const titleOf = id => M.titles[id] || id;

// Results are packed, and unpacked when they are opened.
const parts = new Map();
function part(name) {
  if (!parts.has(name)) parts.set(name, unpack(name));
  return parts.get(name);
}
async function unpack(name) {
  const e = [...document.querySelectorAll("script[data-part]")].find(e => e.dataset.part === name);
  if (!e || !self.DecompressionStream) throw new Error(e ? "this browser cannot unpack the results; they are in compare.json" : "no part " + name);
  const bytes = Uint8Array.from(atob(e.textContent), c => c.charCodeAt(0));
  return JSON.parse(await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).text());
}
let words;
const caseOf = async () => (words = words || new Map((await part("words")).cases.map(c => [c.id, c])));
const causeOf = async id => ((await part("words")).causes || []).find(c => c.id === id);
// Passed and skipped checks come as lists of their ids, CASE/POLICY.
const plain = (id, more) => ({id, case: id.slice(0, id.lastIndexOf("/")), policy: id.slice(id.lastIndexOf("/") + 1), ...more});
async function results(name) {
  const f = await part("f/" + name);
  f.all = f.all || [...f.results, ...f.passed.map(id => plain(id, {verdict: "pass"})),
    ...f.skipped.flatMap(s => s.checks.map(id => plain(id, {verdict: "skip", skip: s.skip, reason: s.reason})))];
  for (const r of f.all) r.kind = kind(r, f);
  return f;
}
// kind is what a result counts as: the legend's classes.
function kind(r, f) {
  if (r.verdict === "fail") return (f.forbids || {})[r.policy] || (M.unsafe || []).includes(r.policy) ? "asked" : r.security ? "sec" : "fail";
  if (r.verdict === "skip") return r.skip === "not-expressible" ? "ne" : r.skip === "refused" ? "refused" : "none";
  return r.verdict;
}

// What is chosen stands in the address, behind what is opened: #f/NAME?lang=Go&sort=denied
const controls = ["q", "lang", "kind", "show", "sort"];
const hash = () => { const [path, query] = location.hash.slice(1).split("?"); return {path, query}; };
function chosen() {
  const s = Object.fromEntries(controls.map(id => [id, $(id).value]));
  s.q = s.q.trim().toLowerCase();
  s.flip = $("flip").dataset.on === "1";
  return s;
}
function remember() {
  const p = new URLSearchParams(controls.filter(id => $(id).value).map(id => [id, $(id).value]));
  if ($("flip").dataset.on) p.set("rows", "causes");
  history.replaceState(null, "", "#" + hash().path + (String(p) ? "?" + p : ""));
}
function recall() {
  const {query} = hash();
  if (query == null) return remember();
  const p = new URLSearchParams(query);
  for (const id of controls) {
    $(id).value = p.get(id) || "";
    if ($(id).selectedIndex === -1) $(id).value = "";
  }
  flip(p.get("rows") === "causes");
}
function flip(on) {
  $("flip").dataset.on = on ? "1" : "";
  $("flip").textContent = on ? "Frameworks as rows" : "Causes as rows";
}

const shows = (x, s) => ({"": true, browser: x.browser, sendable: x.sendable, hand: !x.sendable, severe: x.tone === "sec", breaks: x.breaks})[s.show];
const says = (x, q) => !q || (x.id + " " + titleOf(x.id)).toLowerCase().includes(q);
const named = (f, q) => [f.name, f.display, f.package, f.language, ...(f.marks || [])].join(" ").toLowerCase().includes(q);
const found = (f, s) => f.findings.filter(x => shows(x, s) && (!s.q || named(f, s.q) || says(x, s.q)));
// rows are ordered by their ranks: see Ranks in rank.go for who comes first and why.
function rows(s) {
  const list = M.frameworks.filter(f => (!s.lang || f.language === s.lang) && (!s.kind || f.kind === s.kind) && (!s.q || named(f, s.q) || found(f, s).length));
  const text = f => s.sort === "name" ? f.display.toLowerCase() : f.language + " " + f.display.toLowerCase();
  const rank = f => s.sort in f.ranks ? f.ranks[s.sort] : 0;
  return list.sort((a, b) => rank(a) - rank(b) || (text(a) < text(b) ? -1 : 1));
}
const tones = ["sec", "fail", "asked", "warn"];
// count is a cell under a filter, where only some causes count.
function count(f, q, s) {
  const list = found(f, s).filter(x => x.q === q);
  if (!list.length) return el("td", {class: "none"});
  const n = list.filter(x => x.breaks).length, more = list.length - n;
  const tone = tones.find(t => list.some(x => x.tone === t));
  return el("td", {class: tone}, el("a", {href: "#f/" + enc(f.name), title: list.map(x => titleOf(x.id)).join("\n")}, [n || "", more ? "+" + more : ""].join(" ").trim()));
}
function answer(f, q, s) {
  if (s.show || (s.q && !named(f, s.q))) return count(f, q.id, s);
  const c = f.cells[q.id], list = f.findings.filter(x => x.q === q.id);
  return el("td", {class: c.tone}, el("a", {href: "#f/" + enc(f.name) + "/q/" + q.id, title: list.map(x => titleOf(x.id) + " (" + x.seen + ")").join("\n") || q.text}, c.text));
}
const label = f => [f.display, el("small", null, f.version, " ", f.language), (f.marks || []).length ? el("small", {class: "mark"}, f.marks.join(", ")) : null];
function draw() {
  const s = chosen(), t = $("matrix"), list = rows(s);
  t.replaceChildren();
  t.className = s.flip ? "causes" : "";
  if (s.flip) drawCauses(t, list, s); else drawFrameworks(t, list, s);
  if (!t.tBodies[0].rows.length) t.replaceChildren(el("caption", {class: "empty"}, "Nothing matches."));
}
function sorter(id, text, title) {
  const a = el("a", {href: "#", title, "aria-current": $("sort").value === id ? "true" : null}, text);
  a.addEventListener("click", e => { e.preventDefault(); $("sort").value = id; changed(); });
  return a;
}
function drawFrameworks(t, list, s) {
  t.append(el("thead", null, el("tr", null, el("th", null, sorter("name", "framework", "sort by name")), el("th", null, "measured"),
    M.questions.map(q => el("th", null, sorter(q.id, q.short, q.text + " " + q.says))))));
  t.append(el("tbody", null, list.map(f => el("tr", null, el("th", {title: f.display + " " + f.version}, el("a", {href: "#f/" + enc(f.name)}, label(f))),
    f.state !== "measured" ? el("td", {class: "error", colspan: M.questions.length + 1}, el("a", {href: "#f/" + enc(f.name)}, f.state + ": " + (f.message || "")))
      : [el("td", {class: "num", title: f.ran + " of " + f.applicable + " checks"}, f.share + " %"), ...M.questions.map(q => answer(f, q, s))]))));
}
function drawCauses(t, list, s) {
  t.append(el("thead", null, el("tr", null, el("th", null, "cause"), list.map(f => el("th", null, el("a", {href: "#f/" + enc(f.name), title: f.display}, el("span", null, f.display)))))));
  const by = new Map();
  for (const f of list) for (const x of found(f, s)) by.set(x.id, (by.get(x.id) || new Map()).set(f.name, x));
  const body = el("tbody");
  for (const q of M.questions) {
    const ids = [...by.keys()].filter(id => main(by.get(id)) === q.id).sort((a, b) => by.get(b).size - by.get(a).size || (a < b ? -1 : 1));
    if (ids.length) body.append(el("tr", null, el("th", {colspan: list.length + 1}, q.text)));
    body.append(...ids.map(id => el("tr", null, el("th", {class: "sub2", title: titleOf(id)}, el("a", {href: "#x/" + enc(id)}, titleOf(id))), list.map(f => {
      const x = by.get(id).get(f.name);
      return x ? el("td", {class: x.tone}, el("a", {href: "#f/" + enc(f.name) + "/" + enc(id), title: x.seen + ", " + plural(x.checks, "check")}, String(x.checks))) : el("td", {class: "none"});
    }))));
  }
  t.append(body);
}
// main is the question under which a cause stands: the one that most rows have it under.
function main(of) {
  const n = {};
  for (const x of of.values()) n[x.q] = (n[x.q] || 0) + 1;
  return Object.keys(n).sort((a, b) => n[b] - n[a])[0];
}

const dl = pairs => el("dl", null, pairs.filter(p => p[1]).flatMap(([k, v]) => [el("dt", null, k), el("dd", null, v)]));
const links = urls => (urls || []).length ? el("span", null, urls.flatMap((u, i) => [i ? ", " : "", /^https:/.test(u) ? el("a", {href: u, rel: "noopener"}, u.replace(/^https:\/\//, "")) : u])) : null;
function wire(x) {
  const lines = h => (h || []).map(f => Array.isArray(f) ? f[0] + ": " + f[1] : f.Name + ": " + f.Value);
  return ["> " + x.method + " " + x.url + " " + x.proto, ...lines(x.request).map(l => "> " + l), x.error ? "! " + x.error : "< " + x.proto + " " + x.status, ...(x.error ? [] : lines(x.response).map(l => "< " + l))].join("\n");
}
// lazy is an element that is filled when it is opened.
function lazy(attrs, head, fill) {
  const inside = el("div", {class: "in"}), d = el("details", attrs, el("summary", null, head), inside);
  d.addEventListener("toggle", async () => {
    if (!d.open || inside.childNodes.length) return;
    inside.append("...");
    try { inside.replaceChildren(...(await fill()).filter(Boolean)); } catch (e) { inside.replaceChildren("Not to be had: " + e.message); }
  });
  return d;
}
// check is one check of the table with its evidence.
function check(r, cases, heading) {
  const c = cases.get(r.case) || {};
  return lazy({id: "r-" + r.id}, [el("b", {class: "k " + r.kind}, r.verdict), el("span", {class: "t"}, heading || c.title || r.case), el("code", null, r.id)], async () => {
    const out = [c.why && el("p", null, c.why), dl([["level", (c.level || "") + (r.security ? ", severity: " + r.security : "")],
      ["not run", r.skip && r.skip + ": " + (r.reason || "")], ["reason", !r.skip && r.reason], ["causes", (r.causes || []).map(titleOf).join(". ")], ["fix", c.fix], ["standard", links(c.spec)], ["case", el("a", {href: "#c/" + enc(r.case)}, r.case)]])];
    for (const a of r.agents || []) {
      if (!(a.failures || []).length && !a.note && !a.error) continue;
      out.push(el("h3", null, a.agent));
      for (const f of a.failures || []) out.push(dl([["step", f.step], ["what", f.what], ["expected", f.expected], ["actual", f.actual], ["reason", f.reason]]));
      if (a.error || a.note) out.push(el("p", null, a.error || a.note));
      for (const x of a.exchanges || []) out.push(el("pre", null, wire(x)));
    }
    if (r.curl && r.curl.length) out.push(el("pre", null, r.curl.join("\n")));
    for (const x of r.disagreement || []) out.push(el("p", null, "Model and " + x.agent + " disagree on " + x.what + ": " + x.model + " / " + x.other));
    return out;
  });
}
const diff = x => (x.received || []).length + (x.wanted || []).length ? el("pre", null, [...(x.received || []).map(l => "- " + l), ...(x.wanted || []).map(l => "+ " + l)].join("\n")) : null;
// finding is one cause of a framework.
function finding(f, x, heading) {
  return lazy({id: "x-" + f.name + "-" + x.id}, [el("b", {class: "k " + x.tone}, x.word), el("span", {class: "t"}, heading || titleOf(x.id)), el("code", null, x.id + ", " + x.seen + ", " + plural(x.checks, "check"))], async () => {
    const full = await results(f.name), cases = await caseOf(), cause = await causeOf(x.id), more = (full.findings || []).find(y => y.id === x.id) || {};
    return [x.asked && el("p", null, "But " + x.asked + "."), cause && el("p", null, cause.why), diff(more),
      dl([["which requests", more.affects], ["policies", (more.policies || []).join(", ")], ["instead", cause && cause.do], ["standard", cause && links(cause.spec)], ["elsewhere", el("a", {href: "#x/" + enc(x.id)}, "who else has it")]]),
      ...full.all.filter(r => (r.causes || []).includes(x.id)).map(r => check(r, cases))];
  });
}
// The details of one load must not be drawn over by those of an earlier one.
let drawn = 0;
async function detail() {
  const [what, ...rest] = hash().path.split("/"), names = rest.map(decodeURIComponent), box = $("detail"), mine = ++drawn;
  const kinds = {f: detailFramework, x: detailCause, c: detailCase, g: detailGroup};
  if (!kinds[what]) return box.replaceChildren();
  const into = el("div");
  box.replaceChildren(el("p", {class: "meta"}, "..."));
  try { await kinds[what](into, ...names); } catch (e) { into.append(el("p", null, "Not to be had: " + e.message)); }
  if (mine !== drawn) return;
  box.replaceChildren(into);
  const open = into.querySelector("[data-here]");
  (open || box).scrollIntoView({block: "start"});
}
function detailFramework(box, name, id, q) {
  const f = frameworkOf.get(name);
  if (!f) return;
  box.append(el("h2", null, f.display + " " + f.version), el("p", {class: "meta"}, [f.language, ...(f.marks || []), f.package, f.ran + " of " + f.applicable + " checks measured (" + f.share + " %)"].filter(Boolean).join(", ")));
  if (f.explained) box.append(el("p", null, el("a", {href: "../" + f.explained}, "Findings, with evidence and what is known upstream")));
  if (f.message) box.append(el("p", null, f.state + ": " + f.message));
  for (const ask of M.questions) {
    const list = f.findings.filter(x => x.q === ask.id);
    if (id === "q" && q !== ask.id) continue;
    box.append(el("h3", null, ask.text, " ", el("b", {class: "k " + f.cells[ask.id].tone}, f.cells[ask.id].text)));
    for (const x of list) {
      const d = finding(f, x);
      if (id === x.id) { d.open = true; d.dataset.here = ""; }
      box.append(d);
    }
  }
  if (id === "q") box.append(el("p", null, el("a", {href: "#f/" + enc(name)}, "everything about " + f.display)));
  box.append(lazy(null, el("span", {class: "t"}, "Every check, by group"), () => everyCheck(f)));
}
const rank = {sec: 0, fail: 1, asked: 2, error: 3, warn: 4, undecided: 5, refused: 6, ne: 7, info: 8, none: 9, pass: 10};
const byRank = (a, b) => rank[a.kind] - rank[b.kind];
async function everyCheck(f) {
  const full = await results(f.name), cases = await caseOf(), out = [];
  if (full.log) out.push(el("pre", null, full.log));
  out.push(dl(Object.entries(full.missing || {}).map(([k, v]) => ["lacks " + k, v])));
  for (const g of M.groups) {
    const list = full.all.filter(r => (cases.get(r.case) || {}).group === g.name).sort(byRank);
    if (list.length) out.push(lazy(null, [el("span", {class: "t"}, el("b", null, g.name), " ", g.doc), tally(list)], async () => list.map(r => check(r, cases))));
  }
  return out;
}
function tally(list) {
  const n = {};
  for (const r of list) n[r.kind] = (n[r.kind] || 0) + 1;
  return el("span", null, Object.keys(rank).filter(k => n[k]).flatMap(k => [el("b", {class: "k " + k}, String(n[k])), " "]));
}
async function detailCause(box, id) {
  const c = await causeOf(id);
  box.append(el("h2", null, titleOf(id)), el("p", {class: "meta"}, id + (c ? ", to be changed: " + c.side : "")));
  if (c) box.append(el("p", null, c.why), dl([["instead", c.do], ["standard", links(c.spec)]]));
  for (const f of M.frameworks) for (const x of f.findings) if (x.id === id) box.append(finding(f, x, f.display + " " + f.version));
}
async function detailCase(box, id) {
  const cases = await caseOf(), c = cases.get(id);
  if (!c) return;
  box.append(el("h2", null, c.title), el("p", {class: "meta"}, c.id + ", group " + c.group + ", " + c.level));
  if (c.why) box.append(el("p", null, c.why));
  box.append(dl([["fix", c.fix], ["standard", links(c.spec)]]));
  const list = [];
  for (const f of M.frameworks) for (const r of (await results(f.name)).all) if (r.case === id) list.push([f, r]);
  box.append(...list.sort((a, b) => byRank(a[1], b[1])).map(([f, r]) => check(r, cases, f.display + " " + f.version)));
}
async function detailGroup(box, name) {
  const g = M.groups.find(g => g.name === name);
  if (!g) return;
  box.append(el("h2", null, "Group " + name), el("p", null, g.doc));
  for (const c of (await caseOf()).values()) if (c.group === name) box.append(el("p", null, el("a", {href: "#c/" + enc(c.id)}, c.title), " ", el("code", null, c.id)));
}
function changed() { remember(); draw(); }
for (const l of [...new Set(M.frameworks.map(f => f.language))].sort()) $("lang").append(el("option", {value: l}, l));
for (const id of controls) $(id).addEventListener("input", changed);
$("flip").addEventListener("click", () => { flip(!$("flip").dataset.on); changed(); });
$("groups").append(el("dl", null, M.groups.flatMap(g => [el("dt", null, el("a", {href: "#g/" + enc(g.name)}, g.name)), el("dd", null, g.doc + " (" + plural(g.cases, "case") + ")")])));
addEventListener("hashchange", () => { const had = hash().query; recall(); if (had != null) draw(); detail(); });
recall();
draw();
// The packed parts stand behind this script.
document.readyState === "loading" ? addEventListener("DOMContentLoaded", detail) : detail();
