// <x-border>: moves the border a place shares with its neighbours. What is moved are arcs, each there once however many
// places it bounds, so that both sides follow; the server builds the polygons from them and decides whether they fit.
const MOUSE = 12; // pixels around a point that count as the point
const FINGER = 26;
const METRES = 111195; // a degree of latitude
const key = ([x, y]) => `${x},${y}`;
const apart = (one, other) => Math.hypot(one.x - other.x, one.y - other.y);
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
const feature = (type, coordinates, properties = {}) => ({ type: "Feature", geometry: { type, coordinates }, properties });
const collection = (features) => ({ type: "FeatureCollection", features });

// Where on the line from a to b (pixels) the point lies nearest: [distance, share of the way].
function nearest(point, a, b) {
  const long = (b.x - a.x) ** 2 + (b.y - a.y) ** 2;
  const share = long ? Math.min(1, Math.max(0, ((point.x - a.x) * (b.x - a.x) + (point.y - a.y) * (b.y - a.y)) / long)) : 0;
  return [apart(point, { x: a.x + share * (b.x - a.x), y: a.y + share * (b.y - a.y) }), share];
}

// Square metres inside a ring: flat enough for a grid.
function area(ring) {
  const narrow = Math.cos(ring[0][1] * Math.PI / 180);
  let twice = 0;
  ring.forEach(([x, y], at) => {
    const [nextX, nextY] = ring[(at + 1) % ring.length];
    twice += (x - ring[0][0]) * (nextY - ring[0][1]) - (nextX - ring[0][0]) * (y - ring[0][1]);
  });
  return Math.abs(twice / 2) * narrow * METRES ** 2;
}

customElements.define("x-border", class extends customElements.get("x-map") {
  connectedCallback() {
    this.ground = document.getElementById("topology").textContent;
    const data = JSON.parse(this.ground);
    Object.assign(this, { places: data.places, node: data.node, movable: data.movable, original: data.arcs, arcs: data.arcs, past: [] });
    this.fixed = new Set(data.fixed.map(key));
    this.input = document.querySelector("input[name=borders]");
    this.tools = document.getElementById("border-tools");
    this.status = document.getElementById("border-status");
    this.tools.addEventListener("click", ({ target }) => this.does(target.closest("[data-does]")?.dataset.does));
    if (!this.input.value) this.input.value = this.draft();
    if (this.input.value) this.again(JSON.parse(this.input.value));
    this.tell();
    super.connectedCallback();
  }

  // What this browser drew here before, as long as the ground is still the same: back and reload lose nothing.
  draft() {
    const [ground, drawn] = JSON.parse(sessionStorage.getItem(`border-${this.node}`) || "[]");
    return ground === this.ground ? drawn : "";
  }

  // What was drawn before the page came back with a complaint.
  again(arcs) {
    this.arcs = this.arcs.map((arc, number) => arcs[number] ?? arc);
    for (const number of Object.keys(arcs)) {
      for (const end of [(arc) => arc[0], (arc) => arc[arc.length - 1]]) this.carry(end(this.original[number]), end(this.arcs[number]));
    }
    this.past.push(this.original);
  }

  // -- the arcs

  // The points that can be taken hold of: [arc, place in it], a junction once.
  points() {
    const seen = new Set();
    return this.movable.flatMap((arc) => this.arcs[arc].map((point, at) => [arc, at, point])).filter(([arc, at, point]) => {
      const end = at === 0 || at === this.arcs[arc].length - 1;
      if (!end) return true;
      if (this.fixed.has(key(point)) || seen.has(key(point))) return false;
      return seen.add(key(point));
    });
  }

  carry(from, to) {
    if (key(from) === key(to)) return;
    this.arcs = this.arcs.map((arc) => {
      const first = key(arc[0]) === key(from), last = key(arc[arc.length - 1]) === key(from);
      if (!first && !last) return arc;
      return arc.map((point, at) => ((first && at === 0) || (last && at === arc.length - 1) ? to : point));
    });
  }

  place([arc, at], to) {
    const line = this.arcs[arc];
    if (at === 0 || at === line.length - 1) this.carry(line[at], to);
    else this.arcs = this.arcs.map((each, number) => (number === arc ? [...each.slice(0, at), to, ...each.slice(at + 1)] : each));
  }

  add(arc, at, point) {
    this.arcs = this.arcs.map((each, number) => (number === arc ? [...each.slice(0, at + 1), point, ...each.slice(at + 1)] : each));
    this.chosen = [arc, at + 1];
  }

  keep() { this.past.push(this.arcs); }

  does(what) {
    if (what === "undo" && this.past.length) this.arcs = this.past.pop();
    if (what === "reset") { this.keep(); this.arcs = this.original; }
    if (what === "insert" && this.chosen) {
      const [arc, at] = this.chosen, line = this.arcs[arc], from = Math.min(at, line.length - 2);
      this.keep();
      this.add(arc, from, [(line[from][0] + line[from + 1][0]) / 2, (line[from][1] + line[from + 1][1]) / 2]);
    }
    if (what === "remove" && this.inner()) {
      const [arc, at] = this.chosen;
      this.keep();
      this.arcs = this.arcs.map((each, number) => (number === arc ? each.filter((_, number) => number !== at) : each));
    }
    if (["undo", "reset", "remove"].includes(what)) this.chosen = null;
    if (what) this.changed();
  }

  inner() { return this.chosen && this.chosen[1] > 0 && this.chosen[1] < this.arcs[this.chosen[0]].length - 1; }

  // -- the map

  opened() {
    super.opened();
    const source = (data) => ({ type: "geojson", data });
    this.map.addSource("cells", source(this.cells()));
    this.map.addSource("was", source(this.lines(this.original)));
    this.map.addSource("border", source(this.lines(this.arcs)));
    this.map.addSource("points", source(this.dots()));
    const chosen = ["get", "chosen"];
    this.map.addLayer({ id: "cells", type: "fill", source: "cells", paint: { "fill-color": ["case", ["get", "mine"], colour("brand"), colour("info")], "fill-opacity": ["case", ["get", "mine"], 0.16, 0.07] } }, "line-7");
    this.map.addLayer({ id: "was", type: "line", source: "was", paint: { "line-color": colour("ink-2"), "line-width": 1.5, "line-dasharray": [3, 2] } });
    this.map.addLayer({ id: "border", type: "line", source: "border", layout: { "line-join": "round" }, paint: { "line-color": colour("brand"), "line-width": 3 } });
    this.map.addLayer({ id: "points", type: "circle", source: "points", paint: { "circle-radius": ["case", chosen, 9, ["get", "corner"], 7, 5], "circle-color": ["case", chosen, colour("brand"), colour("paper")], "circle-stroke-color": ["case", ["get", "corner"], colour("ink"), colour("brand")], "circle-stroke-width": 2.5 } });
    for (const name of ["mousedown", "touchstart"]) this.map.on(name, (event) => this.take(event));
    for (const name of ["mousemove", "touchmove"]) this.map.on(name, (event) => this.drag(event));
    for (const name of ["mouseup", "touchend", "touchcancel"]) this.map.on(name, () => this.drop());
    const frame = this.querySelector(".moving");
    frame.addEventListener("keydown", (event) => this.press(event), true);
    // A finger that has taken hold of a point neither scrolls the page nor moves the map.
    frame.addEventListener("touchmove", (event) => { if (this.dragging) event.preventDefault(); }, { passive: false, capture: true });
  }

  name() {} // a tap takes hold of a point, it does not lead away

  cells() {
    const ring = (numbers) => {
      const points = numbers.flatMap((number) => (number >= 0 ? this.arcs[number] : [...this.arcs[~number]].reverse()).slice(0, -1));
      return [...points, points[0]];
    };
    return collection(this.places.map(({ id, polygons }) => feature("MultiPolygon", polygons.map((rings) => rings.map(ring)), { id, mine: id === this.node })));
  }

  lines(arcs) { return collection(this.movable.map((number) => feature("LineString", arcs[number]))); }

  dots() {
    return collection(this.points().map(([arc, at, point]) => feature("Point", point, {
      chosen: this.chosen?.[0] === arc && this.chosen[1] === at, corner: at === 0 || at === this.arcs[arc].length - 1,
    })));
  }

  take(event) {
    if (event.points && event.points.length > 1) return;
    const reach = event.points ? FINGER : MOUSE;
    const found = this.pointAt(event.point, reach);
    this.chosen = found;
    this.before = this.arcs;
    if (!found) {
      const cut = this.lineAt(event.point, reach);
      if (cut) this.add(...cut);
    }
    if (this.chosen) { event.preventDefault(); this.map.dragPan.disable(); this.dragging = true; }
    this.draw();
  }

  pointAt(spot, reach) {
    const near = this.points().map(([arc, at, point]) => [apart(spot, this.map.project(point)), arc, at]).sort((one, other) => one[0] - other[0])[0];
    return near && near[0] <= reach ? near.slice(1) : null;
  }

  lineAt(spot, reach) {
    let best = null;
    for (const arc of this.movable) {
      const drawn = this.arcs[arc].map((point) => this.map.project(point));
      for (let at = 0; at + 1 < drawn.length; at += 1) {
        const [far] = nearest(spot, drawn[at], drawn[at + 1]);
        if (far <= reach && (!best || far < best[0])) best = [far, arc, at];
      }
    }
    return best && [best[1], best[2], this.map.unproject([spot.x, spot.y]).toArray()];
  }

  drag({ lngLat }) {
    if (!this.dragging) return;
    this.place(this.chosen, lngLat.toArray());
    this.draw();
  }

  drop() {
    if (!this.dragging) return;
    this.dragging = false;
    this.map.dragPan.enable();
    if (this.before !== this.arcs) this.past.push(this.before);
    this.changed();
  }

  // -- the keyboard

  press(event) {
    const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const words = { i: "insert", Insert: "insert", Delete: "remove", Backspace: "remove" };
    if ((event.ctrlKey || event.metaKey) && event.key === "z") this.does("undo");
    else if (event.ctrlKey || event.metaKey || event.altKey) return;
    else if (event.key === "n" || event.key === "p") this.next(event.key === "n" ? 1 : -1);
    else if (event.key === "Escape" && this.chosen) { this.chosen = null; this.changed(); }
    else if (this.chosen && words[event.key]) this.does(words[event.key]);
    else if (this.chosen && steps[event.key]) this.step(steps[event.key], event.shiftKey ? 20 : 2);
    else return;
    event.preventDefault();
    event.stopPropagation(); // an arrow moves the point, not the map
  }

  next(by) {
    const all = this.points();
    const now = all.findIndex(([arc, at]) => this.chosen?.[0] === arc && this.chosen[1] === at);
    const [arc, at, point] = all[(now + by + all.length) % all.length];
    this.chosen = [arc, at];
    if (!this.map.getBounds().contains(point)) this.map.jumpTo({ center: point });
    this.changed();
  }

  step([x, y], pixels) {
    const spot = this.map.project(this.arcs[this.chosen[0]][this.chosen[1]]);
    this.keep();
    this.place(this.chosen, this.map.unproject([spot.x + x * pixels, spot.y + y * pixels]).toArray());
    this.changed();
  }

  // -- what follows

  draw() {
    for (const [name, data] of [["cells", this.cells()], ["border", this.lines(this.arcs)], ["points", this.dots()]]) this.map.getSource(name).setData(data);
    this.tell();
  }

  changed() {
    const moved = this.movable.filter((number) => this.arcs[number] !== this.original[number] && JSON.stringify(this.arcs[number]) !== JSON.stringify(this.original[number]));
    const round = (degrees) => Math.round(degrees * 1e9) / 1e9;
    this.input.value = moved.length ? JSON.stringify(Object.fromEntries(moved.map((number) => [number, this.arcs[number].map((point) => point.map(round))]))) : "";
    sessionStorage.setItem(`border-${this.node}`, JSON.stringify([this.ground, this.input.value]));
    if (this.map) this.draw();
  }

  tell() {
    const { point, corner, hint, moved } = this.tools.dataset;
    const all = this.points();
    const at = all.findIndex(([arc, at]) => this.chosen?.[0] === arc && this.chosen[1] === at);
    const words = [at < 0 ? "" : point.replace("%(at)s", at + 1).replace("%(all)s", all.length), at >= 0 && !this.inner() ? corner : "",
      this.past.length ? moved.replace("%(count)s", this.past.length) : hint];
    this.status.textContent = words.filter(Boolean).join("；");
    const can = { undo: this.past.length, reset: this.past.length, insert: this.chosen, remove: this.inner() };
    for (const button of this.tools.querySelectorAll("[data-does]")) button.disabled = !can[button.dataset.does];
    this.measure();
  }

  // The table beside the map: hectares before and after.
  measure() {
    const sizes = () => this.cells().features.map(({ geometry, properties }) => [properties.id, geometry.coordinates.reduce((sum, [outer, ...holes]) => sum + area(outer) - holes.reduce((all, hole) => all + area(hole), 0), 0) / 1e4]);
    if (!this.sizesBefore) {
      const now = this.arcs;
      this.arcs = this.original;
      this.sizesBefore = Object.fromEntries(sizes());
      this.arcs = now;
    }
    for (const [id, size] of sizes()) {
      const [was, is, by] = document.querySelectorAll(`[data-place="${id}"] td`), more = size - this.sizesBefore[id];
      was.textContent = this.sizesBefore[id].toFixed(2);
      is.textContent = size.toFixed(2);
      by.textContent = Math.abs(more) < 0.005 ? "–" : `${more > 0 ? "+" : "−"}${Math.abs(more).toFixed(2)}`;
    }
  }
});
