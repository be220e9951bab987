"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const $ = (id) => document.getElementById(id);
const svg = $("canvas"), world = $("world"), panel = $("panel");
const WIDTH = 216, HEIGHT = 46, COLUMN = 120, ROW = 16, PAD = 26;
const css = { "open": "open", "closed": "closed", "cannot tell": "unknown" };
const GLYPHS = {
  balancer: "M2 8h4m0 0 5-5m-5 5 5 5M11 3h3M11 13h3M6 8h8",
  workload: "M8 1.5 14 5v6l-6 3.5L2 11V5zM8 8l6-3M8 8v6.5M8 8 2 5",
  machine: "M2 3h12v4H2zM2 9h12v4H2zM4.5 5h.01M4.5 11h.01",
  database: "M2.5 4c0-2.7 11-2.7 11 0s-11 2.7-11 0zm0 0v8c0 2.7 11 2.7 11 0V4M2.5 8c0 2.7 11 2.7 11 0",
  cache: "M9 1.5 3.5 9H8l-1 5.5L12.5 7H8z",
  search: "M7 2.5a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9zM10.5 10.5 14 14",
  queue: "M2 4h3v8H2zM6.5 4h3v8h-3zM11 4h3v8h-3z",
  storage: "M2.5 3.5h11L12 14H4zM2.5 3.5c0-2 11-2 11 0",
  secret: "M5 7V5a3 3 0 0 1 6 0v2M3.5 7h9v7h-9zM8 10v1.5",
  other: "M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2z",
};
const make = (name, attributes = {}, ...children) => {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
};
const html = (name, className, ...children) => {
  const element = document.createElement(name);
  if (className) element.className = className;
  element.append(...children);
  return element;
};
const cut = (text, length) => (text.length > length ? text.slice(0, length - 1) + "…" : text);
const shown = { verdicts: new Set(["open", "closed", "cannot tell"]), root: "", loose: false, words: "" };
let chosen = null;

const out = data.nodes.map(() => []), into = data.nodes.map(() => []);
data.edges.forEach((edge, at) => { out[edge.from].push(at); into[edge.to].push(at); });
const worst = (findings) => ["error", "warning", "advice"].find((s) => findings.some((f) => data.findings[f].severity === s));

// Layout: what is connected stands together; in it, columns from those who ask to those who answer.
function groups() {
  const wanted = (at) => !shown.root || data.nodes[at].root === shown.root;
  const seen = new Set(), list = [];
  const edgeShown = (e) => shown.verdicts.has(data.edges[e].verdict) && wanted(data.edges[e].from) && wanted(data.edges[e].to);
  data.nodes.forEach((_, start) => {
    if (seen.has(start) || !wanted(start)) return;
    const nodes = [], edges = new Set(), todo = [start];
    seen.add(start);
    while (todo.length) {
      const at = todo.pop();
      nodes.push(at);
      for (const e of [...out[at], ...into[at]]) {
        if (!edgeShown(e)) continue;
        edges.add(e);
        for (const next of [data.edges[e].from, data.edges[e].to]) {
          if (!seen.has(next)) { seen.add(next); todo.push(next); }
        }
      }
    }
    if (edges.size || shown.loose) list.push({ nodes: nodes.sort((a, b) => a - b), edges: [...edges] });
  });
  // Those without a connection share one band a root.
  const loose = new Map(), joined = [];
  for (const group of list) {
    if (group.edges.length) { joined.push(group); continue; }
    const root = data.nodes[group.nodes[0]].root;
    if (!loose.has(root)) loose.set(root, { nodes: [], edges: [], loose: true });
    loose.get(root).nodes.push(...group.nodes);
  }
  joined.sort((a, b) => b.nodes.length - a.nodes.length);
  return [...joined, ...loose.values()];
}

function place(group) {
  const at = new Map();
  if (group.loose) {
    const columns = Math.max(1, Math.ceil(Math.sqrt(group.nodes.length / 2)));
    group.nodes.forEach((node, i) => at.set(node, { x: (i % columns) * (WIDTH + 24), y: Math.floor(i / columns) * (HEIGHT + ROW) }));
  } else {
    const rank = new Map(group.nodes.map((node) => [node, 0]));
    // Longest way to what answers; a circle ends it.
    for (let round = 0; round < Math.min(group.nodes.length, 12); round++) {
      let moved = false;
      for (const e of group.edges) {
        const { from, to } = data.edges[e];
        if (from !== to && rank.get(from) <= rank.get(to) && rank.get(to) < 10) { rank.set(from, rank.get(to) + 1); moved = true; }
      }
      if (!moved) break;
    }
    const ranks = [...new Set(rank.values())].sort((a, b) => b - a);
    const columns = ranks.map((r) => group.nodes.filter((node) => rank.get(node) === r));
    const order = new Map();
    columns.forEach((column) => column.forEach((node, i) => order.set(node, i)));
    const mean = (node, edges, end) => {
      const list = edges[node].map((e) => order.get(data.edges[e][end])).filter((n) => n !== undefined);
      return list.length ? list.reduce((a, b) => a + b, 0) / list.length : order.get(node);
    };
    for (let sweep = 0; sweep < 6; sweep++) {
      const forward = sweep % 2 === 0;
      const all = forward ? columns : [...columns].reverse();
      for (const column of all) {
        const key = new Map(column.map((node) => [node, forward ? mean(node, into, "from") : mean(node, out, "to")]));
        column.sort((a, b) => key.get(a) - key.get(b) || a - b);
        column.forEach((node, i) => order.set(node, i));
      }
    }
    const tallest = Math.max(...columns.map((c) => c.length));
    columns.forEach((column, x) => column.forEach((node, i) => at.set(node, {
      x: x * (WIDTH + COLUMN),
      y: (i + (tallest - column.length) / 2) * (HEIGHT + ROW),
    })));
  }
  let width = 0, height = 0;
  for (const { x, y } of at.values()) { width = Math.max(width, x + WIDTH); height = Math.max(height, y + HEIGHT); }
  return { at, width: width + 2 * PAD, height: height + 2 * PAD + 14 };
}

// Shelves of stacks: the tallest first, the others under each other beside it.
function pack(bands, line) {
  const gap = 30;
  let y = 0, shelf = null;
  for (const band of [...bands].sort((a, b) => b.height - a.height || b.width - a.width)) {
    const fits = (stack) => stack.used + band.height <= shelf.height && band.width <= stack.width;
    let stack = shelf?.stacks.find(fits);
    if (!stack) {
      if (!shelf || (shelf.x > 0 && shelf.x + band.width > line)) {
        if (shelf) y += shelf.height + gap;
        shelf = { height: band.height, x: 0, stacks: [] };
      }
      stack = { x: shelf.x, width: band.width, used: 0 };
      shelf.stacks.push(stack);
      shelf.x += band.width + gap;
    }
    Object.assign(band, { x: stack.x, y: y + stack.used });
    stack.used += band.height + gap;
  }
}

function draw() {
  world.replaceChildren();
  const bands = groups().map((group) => ({ group, ...place(group) }));
  const area = bands.reduce((sum, b) => sum + (b.width + 30) * (b.height + 30), 0);
  const line = Math.max(Math.sqrt(area * 1.9) * 1.05, ...bands.map((b) => b.width));
  pack(bands, line);
  for (const band of bands) {
    const { x, y } = band;
    const roots = [...new Set(band.group.nodes.map((n) => data.nodes[n].root))];
    const layer = make("g", { transform: `translate(${x} ${y})` },
      make("rect", { class: "band", width: band.width, height: band.height, rx: 12 }),
      make("text", { class: "band-name", x: PAD, y: 20 }, cut(roots.map((root) => (root === "." ? "this directory" : root)).join(", ") || "this directory", Math.max(24, Math.floor(band.width / 7.5)))));
    for (const e of band.group.edges) layer.append(drawEdge(e, band.at));
    for (const node of band.group.nodes) layer.append(drawNode(node, band.at.get(node)));
    world.append(layer);
  }
  if (!bands.length) world.append(make("text", { class: "band-name", x: 20, y: 40 }, "nothing here talks to anything, as far as it can be seen"));
  mark();
  fit();
}

function drawNode(at, { x, y }) {
  const node = data.nodes[at];
  const severity = worst(node.findings);
  const group = make("g", {
    class: `node ${severity ? "worst-" + severity : ""}`, transform: `translate(${x + PAD} ${y + PAD + 10})`, tabindex: 0, role: "button",
    "aria-label": `${node.type} ${node.label}`, "data-node": at,
  },
    make("title", {}, node.address),
    make("rect", { class: "box", width: WIDTH, height: HEIGHT, rx: 8 }),
    make("path", { class: "glyph", d: GLYPHS[node.kind] || GLYPHS.other, transform: "translate(12 15)" }),
    make("text", { x: 38, y: 20 }, cut(node.label, 22)),
    make("text", { class: "type", x: 38, y: 36 }, cut(node.type, 28)));
  if (severity) {
    group.append(make("circle", { class: `dot ${severity}`, cx: WIDTH - 2, cy: 2, r: 9 }),
      make("text", { class: "count", x: WIDTH - 2, y: 5.5 }, String(node.findings.length)));
  }
  return group;
}

function drawEdge(at, places) {
  const edge = data.edges[at];
  const a = places.get(edge.from), b = places.get(edge.to);
  const from = { x: a.x + PAD + WIDTH, y: a.y + PAD + 10 + HEIGHT / 2 };
  const to = { x: b.x + PAD, y: b.y + PAD + 10 + HEIGHT / 2 };
  const ahead = to.x > from.x;
  const bend = ahead ? Math.max(40, (to.x - from.x) / 2) : 90;
  const d = `M${from.x} ${from.y}C${from.x + bend} ${from.y} ${to.x - bend} ${to.y} ${to.x - 1} ${to.y}`;
  const kind = css[edge.verdict];
  const words = (edge.verdict === "closed" ? "✕ " : "") + (edge.port === null ? "" : edge.port);
  return make("g", { class: `edge ${kind}`, "data-edge": at, tabindex: 0, role: "button", "aria-label": `${data.nodes[edge.from].label} to ${data.nodes[edge.to].label}: ${edge.verdict}` },
    make("title", {}, `${data.nodes[edge.from].label} → ${data.nodes[edge.to].label}: ${edge.verdict}`),
    make("path", { class: "hit", d }),
    make("path", { class: "way", d, "marker-end": `url(#tip-${kind})` }),
    make("text", words_at(from, to, bend), words));
}

// Near the arrow's tip on its curve, where it has left the others of its client.
function words_at(from, to, bend) {
  const t = 0.72, u = 1 - t;
  const on = (a, b, c, d) => u * u * u * a + 3 * u * u * t * b + 3 * u * t * t * c + t * t * t * d;
  return { x: on(from.x, from.x + bend, to.x - bend, to.x), y: on(from.y, from.y, to.y, to.y) - 5 };
}

// What is chosen, and what matches the words, stands out.
function mark() {
  const words = shown.words.toLowerCase();
  const fits = (node) => !words || `${node.address} ${node.type} ${node.label}`.toLowerCase().includes(words);
  const near = new Set(), ways = new Set();
  if (chosen && "node" in chosen) {
    near.add(chosen.node);
    for (const e of [...out[chosen.node], ...into[chosen.node]]) { ways.add(e); near.add(data.edges[e].from).add(data.edges[e].to); }
  } else if (chosen) {
    ways.add(chosen.edge);
    near.add(data.edges[chosen.edge].from).add(data.edges[chosen.edge].to);
  }
  for (const element of world.querySelectorAll("[data-node]")) {
    const at = Number(element.dataset.node);
    element.classList.toggle("dim", chosen ? !near.has(at) : !fits(data.nodes[at]));
    element.classList.toggle("chosen", chosen?.node === at);
  }
  for (const element of world.querySelectorAll("[data-edge]")) {
    const at = Number(element.dataset.edge), edge = data.edges[at];
    element.classList.toggle("dim", chosen ? !ways.has(at) : !(fits(data.nodes[edge.from]) || fits(data.nodes[edge.to])));
    element.classList.toggle("chosen", chosen?.edge === at);
  }
}

const badge = (words, kind) => html("span", `badge ${kind}`, words);
function list(title, items, line) {
  if (!items.length) return [];
  return [html("h3", "", title), html("ul", "", ...items.map((item) => html("li", "", ...line(item))))];
}
function faults(findings) {
  return list("Findings", findings.map((f) => data.findings[f]), (fault) => [
    badge(fault.severity, fault.severity), " ", html("code", "", fault.rule), html("p", "", fault.headline),
    ...(fault.help ? [html("p", "", html("b", "", "help: "), fault.help)] : []), html("p", "place", fault.place)]);
}
function ways(title, edges, end) {
  return list(title, edges, (e) => {
    const { from, to } = data.edges[e];
    const button = html("button", "", end ? data.nodes[data.edges[e][end]].label : `${data.nodes[from].label} → ${data.nodes[to].label}`);
    button.onclick = () => choose({ edge: e });
    const port = data.edges[e].port;
    return [badge(data.edges[e].verdict, css[data.edges[e].verdict]), " ", button, port === null ? "" : ` on port ${port}`];
  });
}
function tell() {
  panel.replaceChildren();
  if (!chosen) {
    const count = (verdict) => data.edges.filter((e) => e.verdict === verdict).length;
    panel.append(html("h2", "", "Who talks to whom"),
      html("p", "", `${data.nodes.length} resources, ${data.edges.length} connections: ${count("open")} open, ${count("closed")} closed, ${count("cannot tell")} that cannot be told from the configuration.`),
      html("p", "", "Choose a resource or an arrow to see what decides."),
      ...ways("Closed", data.edges.map((_, e) => e).filter((e) => data.edges[e].verdict === "closed"), null),
      ...faults(data.findings.map((_, f) => f).filter((f) => data.findings[f].severity === "error").slice(0, 30)));
  } else if ("node" in chosen) {
    const node = data.nodes[chosen.node];
    panel.append(html("h2", "", node.label), html("p", "", html("code", "", node.type)), html("p", "", node.address), html("p", "place", node.place),
      ...faults(node.findings), ...ways("Talks to", out[chosen.node], "to"), ...ways("Is asked by", into[chosen.node], "from"));
  } else {
    const edge = data.edges[chosen.edge];
    const side = (at) => { const b = html("button", "", data.nodes[at].address); b.onclick = () => choose({ node: at }); return html("li", "", b); };
    panel.append(html("h2", "", edge.port === null ? "Connection" : `Port ${edge.port}`), badge(edge.verdict, css[edge.verdict]),
      html("h3", "", "From, to"), html("ul", "", side(edge.from), side(edge.to)),
      ...list("The way", edge.hops, (hop) => [badge(hop.verdict, css[hop.verdict]), " ", hop.name, html("p", "", hop.words), ...(hop.place ? [html("p", "place", hop.place)] : [])]),
      ...list("How we know", edge.evidence, (words) => [words]), ...faults(edge.findings));
  }
}
function choose(what) { chosen = what; mark(); tell(); }

// Looking around.
let view = { x: 0, y: 0, scale: 1 };
const apply = () => world.setAttribute("transform", `translate(${view.x} ${view.y}) scale(${view.scale})`);
function fit() {
  const box = world.getBBox(), frame = svg.getBoundingClientRect();
  if (!box.width || !frame.width) return;
  view.scale = Math.min(1.2, (frame.width - 40) / box.width, (frame.height - 40) / box.height);
  view.x = (frame.width - box.width * view.scale) / 2 - box.x * view.scale;
  view.y = Math.max(20, (frame.height - box.height * view.scale) / 2) - box.y * view.scale;
  apply();
}
function zoom(by, x, y) {
  const scale = Math.min(4, Math.max(0.03, view.scale * by));
  view.x = x - (x - view.x) * (scale / view.scale);
  view.y = y - (y - view.y) * (scale / view.scale);
  view.scale = scale;
  apply();
}
svg.addEventListener("wheel", (event) => {
  event.preventDefault();
  const frame = svg.getBoundingClientRect();
  zoom(Math.exp(-event.deltaY / 400), event.clientX - frame.left, event.clientY - frame.top);
}, { passive: false });
let drag = null;
svg.addEventListener("pointerdown", (event) => { drag = { x: event.clientX, y: event.clientY, moved: false }; });
addEventListener("pointermove", (event) => {
  if (!drag) return;
  const [dx, dy] = [event.clientX - drag.x, event.clientY - drag.y];
  if (!drag.moved && Math.hypot(dx, dy) < 4) return;
  Object.assign(drag, { x: event.clientX, y: event.clientY, moved: true });
  svg.classList.add("moving");
  view.x += dx; view.y += dy;
  apply();
});
addEventListener("pointerup", (event) => {
  const moved = drag?.moved, ours = drag;
  drag = null;
  svg.classList.remove("moving");
  if (moved || !ours) return;
  pick(event.target);
});
function pick(target) {
  const element = target.closest?.("[data-node],[data-edge]");
  if (!element) return choose(null);
  choose(element.dataset.node !== undefined ? { node: Number(element.dataset.node) } : { edge: Number(element.dataset.edge) });
}
svg.addEventListener("keydown", (event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); pick(event.target); } });
for (const button of document.querySelectorAll("#zoom button")) {
  button.onclick = () => { const f = svg.getBoundingClientRect(); "fit" in button.dataset ? fit() : zoom(Number(button.dataset.by), f.width / 2, f.height / 2); };
}

// The bar.
for (const verdict of ["closed", "open", "cannot tell"]) {
  const count = data.edges.filter((e) => e.verdict === verdict).length;
  const button = html("button", css[verdict], html("i", ""), `${verdict} ${count}`);
  button.type = "button";
  button.setAttribute("aria-pressed", "true");
  button.onclick = () => {
    const on = !shown.verdicts.has(verdict);
    on ? shown.verdicts.add(verdict) : shown.verdicts.delete(verdict);
    button.setAttribute("aria-pressed", String(on));
    draw();
  };
  $("verdicts").append(button);
}
const roots = [...new Set(data.nodes.map((n) => n.root))].sort();
$("root").append(new Option(`all roots (${roots.length})`, ""), ...roots.map((root) => new Option(root || ".", root)));
$("root").hidden = roots.length < 2;
$("root").onchange = (event) => { shown.root = event.target.value; choose(null); draw(); };
$("loose").onchange = (event) => { shown.loose = event.target.checked; draw(); };
$("search").oninput = (event) => { shown.words = event.target.value.trim(); choose(null); };
$("search").onkeydown = (event) => {
  if (event.key !== "Enter") return;
  const first = [...world.querySelectorAll("[data-node]:not(.dim)")][0];
  if (first) { choose({ node: Number(first.dataset.node) }); focusOn(first); }
};
function focusOn(element) {
  const frame = svg.getBoundingClientRect();
  zoom(Math.max(1, 1 / view.scale), 0, 0);
  const now = element.getBoundingClientRect();
  view.x += frame.left + frame.width / 2 - (now.left + now.width / 2);
  view.y += frame.top + frame.height / 2 - (now.top + now.height / 2);
  apply();
}
addEventListener("keydown", (event) => {
  if (event.key === "/" && document.activeElement !== $("search")) { event.preventDefault(); $("search").focus(); }
  if (event.key === "Escape") { $("search").value = ""; shown.words = ""; document.activeElement.blur(); choose(null); }
});
const dark = matchMedia("(prefers-color-scheme: dark)");
const theme = (name) => { document.documentElement.dataset.theme = name; };
theme(dark.matches ? "dark" : "light");
dark.onchange = () => theme(dark.matches ? "dark" : "light");
$("theme").onclick = () => theme(document.documentElement.dataset.theme === "dark" ? "light" : "dark");
addEventListener("resize", fit);
draw();
tell();
const wanted = decodeURIComponent(location.hash.slice(1));
if (wanted) { const at = data.nodes.findIndex((n) => n.address === wanted); if (at >= 0) choose({ node: at }); }
