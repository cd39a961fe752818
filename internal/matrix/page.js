"use strict";
const $ = id => document.getElementById(id);
const el = (tag, attrs, ...kids) => {
  const e = document.createElement(tag);
  for (const k in attrs || {}) if (attrs[k] != null) k === "class" ? e.className = attrs[k] : e.setAttribute(k, attrs[k]);
  e.append(...kids.flat().filter(k => k != null));
  return e;
};
const caseOf = new Map(M.cases.map(c => [c.id, c]));
// Passed and skipped checks come as lists of their ids, CASE/POLICY.
const plain = (id, more) => ({id, case: id.slice(0, id.lastIndexOf("/")), policy: id.slice(id.lastIndexOf("/") + 1), ...more});
for (const f of M.frameworks) {
  f.results = [...f.results, ...f.passed.map(id => plain(id, {verdict: "pass"})),
    ...f.skipped.flatMap(s => s.checks.map(id => plain(id, {verdict: "skip", skip: s.skip, reason: s.reason})))];
  f.by = new Map();
  f.groups = new Map();
  for (const r of f.results || []) {
    r.kind = kind(r, f);
    r.whose = r.kind === "asked" ? whose(r, f) : "";
    const c = caseOf.get(r.case), g = c ? c.group : "?";
    if (!f.by.has(r.case)) f.by.set(r.case, []);
    f.by.get(r.case).push(r);
    if (!f.groups.has(g)) f.groups.set(g, []);
    f.groups.get(g).push(r);
  }
  f.sec = (f.results || []).filter(r => r.kind === "sec").length;
  f.fail = (f.results || []).filter(r => r.kind === "fail").length;
  f.asked = f.results.filter(r => r.kind === "asked").length;
  f.share = Math.round(100 * f.results.filter(r => r.verdict !== "skip").length / f.results.length) || 0;
}
// kind is what a result counts as on the page: the legend's classes.
function kind(r, f) {
  if (r.verdict === "fail" && whose(r, f)) return "asked";
  if (r.verdict === "fail") return r.security ? "sec" : "fail";
  if (r.verdict === "skip") return r.skip === "not-expressible" ? "ne" : r.skip === "refused" ? "refused" : "none";
  return r.verdict;
}
// whose says why a failure does not get past the words of whoever configured it.
function whose(r, f) {
  if ((f.forbids || {})[r.policy]) return "the documentation forbids this configuration: " + f.forbids[r.policy];
  return (M.unsafe || []).includes(r.policy) ? "the configuration asks for it in so many words" : "";
}
// sum is one cell for several results: the gravest kind and how many of it.
function sum(rs) {
  const n = {};
  for (const r of rs || []) n[r.kind] = (n[r.kind] || 0) + 1;
  for (const k of ["sec", "fail", "asked", "error", "warn", "undecided"]) if (n[k]) return [k, String(n[k] + (k === "sec" ? n.fail || 0 : 0))];
  if (n.pass) return ["pass", String(n.pass)];
  if (n.info) return ["info", "i"];
  if (n.refused) return ["refused", "R"];
  if (n.ne) return ["ne", "–"];
  return ["none", "·"];
}
const state = () => ({q: $("q").value.trim().toLowerCase(), lang: $("lang").value, show: $("show").value, sort: $("sort").value, flip: $("flip").dataset.on === "1"});
const shows = (r, show) => !show || (show === "sec" ? r.kind === "sec" : show === "fail" ? r.kind === "fail" || r.kind === "sec" || r.kind === "asked" : show === "warn" ? r.kind === "warn" : r.kind === "ne" || r.kind === "refused");
const says = (r, q) => !q || [r.id, r.reason, (caseOf.get(r.case) || {}).title, ...(r.agents || []).flatMap(a => (a.failures || []).map(x => x.reason + " " + x.what))].join(" ").toLowerCase().includes(q);
const named = (f, q) => [f.name, f.display, f.package, f.language].join(" ").toLowerCase().includes(q);

function frameworks(s) {
  const list = M.frameworks.filter(f => !s.lang || f.language === s.lang);
  const key = {name: f => f.display.toLowerCase(), lang: f => f.language + " " + f.display.toLowerCase(), sec: f => [f.sec, f.fail], fail: f => [f.sec + f.fail, f.sec]}[s.sort];
  const cmp = (a, b) => Array.isArray(a) ? a[0] - b[0] || a[1] - b[1] : a < b ? -1 : a > b ? 1 : 0;
  return list.sort((a, b) => (a.state !== "measured") - (b.state !== "measured") || cmp(key(a), key(b)));
}
function cell(rs, s, href) {
  const f = (rs || []).filter(r => shows(r, s.show) && (!s.q || s.hit || says(r, s.q)));
  if ((s.show || s.q) && !f.length) return el("td", {class: "none"});
  const [k, t] = sum(f);
  return el("td", {class: k}, el("a", {href, title: describe(f)}, t));
}
function describe(rs) {
  const n = {};
  for (const r of rs) n[r.kind] = (n[r.kind] || 0) + 1;
  const name = {sec: "security", fail: "failed", asked: "asked for", warn: "warnings", pass: "passed", ne: "not expressible", refused: "refused", none: "not run", info: "noted", error: "errors", undecided: "undecided"};
  return Object.keys(n).map(k => n[k] + " " + name[k]).join(", ");
}
function draw() {
  const s = state(), t = $("matrix");
  t.replaceChildren();
  const list = frameworks(s).filter(f => !s.q || named(f, s.q) || (f.results || []).some(r => says(r, s.q)));
  if (s.flip) drawCases(t, list, s); else drawFrameworks(t, list, s);
  if (!t.tBodies[0].rows.length) t.replaceChildren(el("caption", {class: "empty"}, "Nothing matches."));
}
const label = f => [f.display, el("small", null, f.version || "", " ", f.language, f.kind && f.kind !== "library" ? ", " + f.kind : "")];
function drawFrameworks(t, list, s) {
  t.append(el("thead", null, el("tr", null, el("th", null, "framework"), ["% measured", "security findings", "other failures", "asked for, or forbidden"].map(t => el("th", {class: "sum"}, el("span", null, t))), M.groups.map(g => el("th", null, el("a", {href: "#g/" + g}, el("span", null, g)))))));
  const body = el("tbody");
  for (const f of list) {
    const row = el("tr", null, el("th", {title: f.display + " " + (f.version || "")}, el("a", {href: "#f/" + f.name}, label(f))));
    if (f.state !== "measured") {
      row.append(el("td", {class: "error", colspan: M.groups.length + 4}, el("a", {href: "#f/" + f.name}, f.state + ": " + (f.message || ""))));
    } else {
      const hit = {...s, hit: named(f, s.q)};
      row.append(...[f.share, f.sec, f.fail, f.asked].map(n => el("td", {class: "num"}, el("a", {href: "#f/" + f.name}, String(n)))), ...M.groups.map(g => cell(f.groups.get(g), hit, "#f/" + f.name + "/" + g)));
    }
    body.append(row);
  }
  t.append(body);
}
function drawCases(t, list, s) {
  t.append(el("thead", null, el("tr", null, el("th", null, "case"), list.map(f => el("th", null, el("a", {href: "#f/" + f.name}, el("span", null, f.display)))))));
  const body = el("tbody");
  for (const g of M.groups) {
    const rows = M.cases.filter(c => c.group === g).map(c => {
      const hit = {...s, hit: (c.id + " " + c.title).toLowerCase().includes(s.q)};
      const any = list.some(f => (f.by.get(c.id) || []).some(r => shows(r, s.show) && (!s.q || hit.hit || says(r, s.q))));
      return (s.q || s.show) && !any ? null : el("tr", null, el("th", {class: "sub2", title: c.title}, el("a", {href: "#c/" + c.id}, c.id)), list.map(f => cell(f.by.get(c.id), hit, "#f/" + f.name + "/" + c.group + "/" + c.id)));
    }).filter(Boolean);
    if (rows.length) body.append(el("tr", null, el("th", null, el("a", {href: "#g/" + g}, g)), list.map(f => cell(f.groups.get(g), {...s, hit: false}, "#f/" + f.name + "/" + g))), ...rows);
  }
  t.append(body);
}
const dl = pairs => el("dl", null, pairs.filter(p => p[1]).flatMap(([k, v]) => [el("dt", null, k), el("dd", null, v)]));
const links = urls => (urls || []).flatMap((u, i) => [i ? ", " : "", el("a", {href: u, rel: "noopener"}, u.replace(/^https:\/\//, ""))]);
function wire(x) {
  const lines = h => (h || []).map(f => Array.isArray(f) ? f[0] + ": " + f[1] : f.Name + ": " + f.Value);
  return ["> " + x.method + " " + x.url + " " + x.proto, ...lines(x.request).map(l => "> " + l), x.error ? "! " + x.error : "< " + x.proto + " " + x.status, ...(x.error ? [] : lines(x.response).map(l => "< " + l))].join("\n");
}
function finding(r, heading) {
  const c = caseOf.get(r.case) || {};
  const inside = el("div", {class: "in"});
  const head = el("summary", null, el("b", {class: "k " + r.kind}, r.verdict), el("span", {class: "t"}, heading || c.title || r.case), el("code", null, r.id));
  const d = el("details", {id: "r-" + r.id}, head, inside);
  d.addEventListener("toggle", () => {
    if (!d.open || inside.childNodes.length) return;
    if (c.why) inside.append(el("p", null, c.why));
    inside.append(dl([["level", (c.level || "") + (r.security ? ", security: " + r.security : "")], ["not run", r.skip && r.skip + ": " + (r.reason || "")], ["reason", !r.skip && r.reason], ["but", r.whose], ["fix", c.fix], ["standard", c.spec && el("span", null, links(c.spec))], ["case", el("a", {href: "#c/" + r.case}, r.case)]]));
    for (const a of r.agents || []) {
      if (!(a.failures || []).length && !a.note && !a.error) continue;
      inside.append(el("h3", null, a.agent));
      for (const f of a.failures || []) inside.append(dl([["step", f.step], ["what", f.what], ["expected", f.expected], ["actual", f.actual], ["reason", f.reason]]));
      if (a.error || a.note) inside.append(el("p", null, a.error || a.note));
      for (const x of a.exchanges || []) inside.append(el("pre", null, wire(x)));
    }
    if (r.curl && r.curl.length) inside.append(el("pre", null, r.curl.join("\n")));
    for (const x of r.disagreement || []) inside.append(el("p", null, "Model and " + x.agent + " disagree on " + x.what + ": " + x.model + " / " + x.other));
  });
  return d;
}
function detail() {
  const [what, name, group, id] = decodeURIComponent(location.hash.slice(1)).split("/"), box = $("detail");
  box.replaceChildren();
  if (what === "f") detailFramework(box, M.frameworks.find(f => f.name === name), group, id);
  else if (what === "c") detailCase(box, caseOf.get(name));
  else if (what === "g") detailGroup(box, name);
  else return;
  box.scrollIntoView({block: "start"});
}
const rank = {sec: 0, fail: 1, asked: 2, error: 3, warn: 4, undecided: 5, refused: 6, ne: 7, info: 8, none: 9, pass: 10};
function detailFramework(box, f, group, id) {
  if (!f) return;
  box.append(el("h2", null, f.display + " " + (f.version || "")), el("p", {class: "meta"}, [f.language, f.kind !== "library" && f.kind, f.package, f.share + " % of the table measured", group && "group " + group].filter(Boolean).join(", ")));
  if (f.message) box.append(el("p", null, f.state + ": " + f.message));
  if (f.log) box.append(el("pre", null, f.log));
  const missing = Object.entries(f.missing || {});
  if (missing.length && !group) box.append(dl(missing.map(([k, v]) => ["lacks " + k, v])));
  const groups = group ? [group] : M.groups;
  for (const g of groups) {
    const rs = (f.groups.get(g) || []).filter(r => group ? !id || r.case === id : rank[r.kind] < 5).sort((a, b) => rank[a.kind] - rank[b.kind]);
    if (!rs.length) continue;
    if (!group) box.append(el("h3", null, g));
    const list = rs.map(r => finding(r));
    box.append(...list);
    if (id) list.forEach(d => d.open = true);
  }
}
function detailCase(box, c) {
  if (!c) return;
  box.append(el("h2", null, c.title), el("p", {class: "meta"}, c.id + ", group " + c.group + ", " + c.level));
  if (c.why) box.append(el("p", null, c.why));
  box.append(dl([["fix", c.fix], ["standard", c.spec && el("span", null, links(c.spec))]]));
  const rows = M.frameworks.flatMap(f => (f.by.get(c.id) || []).map(r => [f, r])).sort((a, b) => rank[a[1].kind] - rank[b[1].kind]);
  box.append(...rows.map(([f, r]) => finding(r, f.display + " " + (f.version || ""))));
}
function detailGroup(box, g) {
  box.append(el("h2", null, "Group " + g));
  for (const c of M.cases.filter(c => c.group === g)) {
    const n = {};
    for (const f of M.frameworks) for (const r of f.by.get(c.id) || []) n[r.kind] = (n[r.kind] || 0) + 1;
    box.append(el("p", null, el("a", {href: "#c/" + c.id}, c.title), " ", ["sec", "fail", "warn", "pass"].filter(k => n[k]).flatMap(k => [el("b", {class: "k " + k}, String(n[k])), " "])));
  }
}
for (const l of [...new Set(M.frameworks.map(f => f.language))].sort()) $("lang").append(el("option", {value: l}, l));
for (const id of ["q", "lang", "show", "sort"]) $(id).addEventListener("input", draw);
$("flip").addEventListener("click", e => { const on = e.target.dataset.on === "1"; e.target.dataset.on = on ? "" : "1"; e.target.textContent = on ? "Cases as rows" : "Frameworks as rows"; draw(); });
addEventListener("hashchange", detail);
draw();
detail();
