// <x-map>: the still drawing inside becomes a map when its button is tapped; the library is fetched only then.
// Boundaries come as vector tiles from this site; labels are drawn with the device's own fonts.
const DEEPEST = 16; // zoom of the last tiles that are fetched; beyond it they are enlarged
const LEVELS = { 1: 0, 2: 4, 3: 6, 4: 9, 5: 11, 6: 13, 7: 15 }; // level → zoom from which its tiles have it
// level → width and colour of its border, and how it is dashed: the larger the place, the heavier its line
const LINES = {
  1: [3, "ink-2", [5, 2]], 2: [3, "ink-2", [5, 2]], 3: [2.5, "ink-2", [4, 1.5, 1, 1.5]],
  4: [2.5, "ink-3"], 5: [1.75, "edge"], 6: [1.25, "edge"], 7: [1, "edge", [2, 2]],
};

const FONT = ["PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "sans-serif"];

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
const print = () => Math.max(13, parseFloat(getComputedStyle(document.documentElement).getPropertyValue("--text-xs"))); // large print too
const level = (number) => ["==", ["get", "level"], number];
const tiles = (layer) => ({
  type: "vector", tiles: [`${location.origin}/tiles/${layer}/{z}/{x}/{y}.mvt`], minzoom: 0, maxzoom: DEEPEST, promoteId: "code",
});

function boundaries() {
  const lines = Object.entries(LINES).map(([number, [width, name, dash]]) => ({
    id: `line-${number}`, type: "line", source: "grid", "source-layer": "grid", filter: level(Number(number)),
    minzoom: LEVELS[number], layout: { "line-join": "round" },
    paint: { "line-color": colour(name), "line-width": width, ...(dash ? { "line-dasharray": dash } : {}) },
  }));
  return lines.reverse();
}

function names() {
  return Object.keys(LEVELS).map((number) => ({
    id: `name-${number}`, type: "symbol", source: "grid", "source-layer": "names", filter: level(Number(number)),
    minzoom: LEVELS[number], maxzoom: number === "7" ? 24 : LEVELS[Number(number) + 1] + 0.5,
    layout: { "text-field": ["get", "name"], "text-size": print(), "text-font": FONT, "text-max-width": 7 },
    paint: { "text-color": colour("ink"), "text-halo-color": colour("paper"), "text-halo-width": 1.5 },
  })).reverse();
}

function style({ code, basemap, credit }) {
  const here = ["==", ["get", "code"], code];
  const layers = [
    { id: "ground", type: "background", paint: { "background-color": colour("mist") } },
    { id: "areas", type: "fill", source: "grid", "source-layer": "grid", paint: { "fill-color": colour("paper"), "fill-opacity": basemap ? 0 : 0.35 } },
    { id: "here", type: "fill", source: "grid", "source-layer": "grid", filter: here, paint: { "fill-color": colour("brand"), "fill-opacity": 0.12 } },
    ...boundaries(),
    { id: "here-line", type: "line", source: "grid", "source-layer": "grid", filter: here, paint: { "line-color": colour("brand"), "line-width": 3 } },
    ...names(),
  ];
  const sources = { grid: tiles("grid") };
  if (basemap) {
    sources.base = { type: "raster", tiles: [basemap], tileSize: 256, attribution: credit };
    layers.splice(1, 0, { id: "base", type: "raster", source: "base" });
  }
  return { version: 8, sources, layers };
}

// Who is in charge: one level at a time, the smallest that the zoom has; red and yellow also carry a word.
const COVERED = [[5, 11, 13], [6, 13, 16], [7, 16, 24]];

function coverage({ nobody, vacant, expiring }) {
  const counted = (word, name) => ["concat", word, " ", ["to-string", ["get", name]]];
  return COVERED.flatMap(([number, minzoom, maxzoom]) => [
    {
      id: `cover-${number}`, type: "fill", source: "coverage", "source-layer": "coverage", filter: level(number), minzoom, maxzoom,
      paint: { "fill-color": ["match", ["get", "state"], "none", colour("bad"), "vacant", colour("warn-mark"), "expiring", colour("info"), colour("ok")], "fill-opacity": 0.28 },
    },
    {
      id: `gap-${number}`, type: "symbol", source: "coverage", "source-layer": "names", minzoom, maxzoom,
      filter: ["all", level(number), ["!=", ["get", "state"], "held"]],
      layout: {
        "text-field": ["match", ["get", "state"], "none", nobody, "vacant", counted(vacant, "vacant"), counted(expiring, "expiring")],
        "text-font": FONT, "text-size": print(), "text-offset": [0, 1.9], "text-allow-overlap": true,
      },
      paint: {
        "text-color": ["match", ["get", "state"], "none", colour("bad"), "vacant", colour("warn"), colour("info")],
        "text-halo-color": colour("paper"), "text-halo-width": 2,
      },
    },
  ]);
}

// What is missing, a number above the name: from afar the sum of the larger place.
const MISSING = [[4, 9, 11], ...COVERED];

function missing() {
  return MISSING.flatMap(([number, minzoom, maxzoom]) => {
    const common = { source: "gaps", "source-layer": "names", minzoom, maxzoom, filter: ["all", level(number), [">", ["get", "gaps"], 0]] };
    return [
      { ...common, id: `missing-${number}`, type: "circle", paint: { "circle-color": colour("bad"), "circle-radius": print() - 2, "circle-translate": [0, -22], "circle-stroke-color": colour("paper"), "circle-stroke-width": 1.5 } },
      {
        ...common, id: `sum-${number}`, type: "symbol", paint: { "text-color": colour("paper"), "text-translate": [0, -22] },
        layout: { "text-field": ["to-string", ["get", "gaps"]], "text-font": FONT, "text-size": print() - 1, "text-allow-overlap": true, "text-ignore-placement": true },
      },
    ];
  });
}

// Points that the server has counted for what the map shows: a circle with a number, larger for more.
function points() {
  const many = [">", ["get", "count"], 1];
  return [
    {
      id: "points", type: "circle", source: "points",
      paint: {
        "circle-color": colour("brand"), "circle-opacity": 0.85, "circle-stroke-color": colour("paper"), "circle-stroke-width": 2,
        "circle-radius": ["min", 30, ["+", 9, ["*", 2, ["sqrt", ["get", "count"]]]]],
      },
    },
    {
      id: "points-sum", type: "symbol", source: "points", filter: many, paint: { "text-color": colour("paper") },
      layout: { "text-field": ["to-string", ["get", "count"]], "text-font": FONT, "text-size": print(), "text-allow-overlap": true, "text-ignore-placement": true },
    },
  ];
}
const NEAREST = 17; // from this zoom on a tap on several points that lie together opens their page

// A layer for staff: the tiles it is made of, and what is drawn of them.
const LAYERS = { posts: ["coverage", coverage], gaps: ["gaps", missing] };

customElements.define("x-map", class extends HTMLElement {
  connectedCallback() {
    this.button = this.querySelector("[data-opens]");
    this.button.addEventListener("click", () => this.open());
    this.addEventListener("change", ({ target }) => { if (target.dataset.layer) this.cover(); });
    if ("open" in this.dataset && !navigator.connection?.saveData) this.open();
  }

  disconnectedCallback() { this.map?.remove(); }

  say(...parts) { this.querySelector("[role=status]").replaceChildren(...parts); }

  async open() {
    this.button.disabled = true;
    this.say(this.dataset.wait);
    try {
      const [library] = await Promise.all([import(this.dataset.library), this.dress()]);
      this.show(library);
    } catch {
      this.fail();
    }
  }

  fail() {
    this.map?.remove();
    this.map = null;
    this.classList.remove("opened");
    this.querySelector(".moving").hidden = true;
    this.say(this.dataset.failed);
  }

  dress() {
    return new Promise((done, failed) => {
      const sheet = Object.assign(document.createElement("link"), { rel: "stylesheet", href: this.dataset.sheet });
      sheet.addEventListener("load", done);
      sheet.addEventListener("error", failed);
      document.head.append(sheet);
    });
  }

  show(library) {
    const frame = this.querySelector(".moving");
    frame.hidden = false;
    this.classList.add("opened");
    library.setWorkerUrl(new URL(this.dataset.worker, location.href).href);
    this.map = new library.Map({
      container: frame, style: style(this.dataset), bounds: this.box(),
      fitBoundsOptions: { padding: 24 }, attributionControl: this.dataset.credit ? { compact: false } : false,
      cooperativeGestures: matchMedia("(pointer: coarse)").matches, dragRotate: false, pitchWithRotate: false,
      touchPitch: false, locale: this.words(), fadeDuration: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 200,
    });
    this.map.addControl(new library.NavigationControl({ showCompass: false }), "top-right");
    this.map.addControl(new library.ScaleControl({}), "bottom-left");
    this.map.keyboard.disableRotation();
    this.map.getCanvas().setAttribute("aria-label", `${this.dataset.label}。${this.dataset.help}`);
    this.map.on("click", ({ point }) => this.name(point));
    this.map.getCanvas().addEventListener("keydown", ({ key }) => {
      if (key === "Enter") this.name(this.map.project(this.map.getCenter()));
    });
    this.map.once("load", () => this.opened());
  }

  opened() {
    this.button.hidden = true;
    this.say();
    this.map.resize();
    if (!("open" in this.dataset)) this.map.getCanvas().focus({ preventScroll: true });
    const choice = this.querySelector("[data-coverage]");
    if (choice) choice.hidden = false;
    else this.button.parentElement.hidden = true;
    this.cover();
    if (this.dataset.points) this.scatter();
    this.dispatchEvent(new Event("opened", { bubbles: true }));
  }

  box() {
    const [west, south, east, north] = this.dataset.box.split(",").map(Number);
    return [[west, south], [east, north]];
  }

  // Shows the layers whose boxes are ticked, wherever on the page these stand.
  cover() {
    for (const [name, [source, drawn]] of Object.entries(LAYERS)) {
      const on = document.querySelector(`[data-layer=${name}]`)?.checked ?? false;
      if (on && !this.map.getSource(source)) {
        this.map.addSource(source, tiles(source));
        for (const layer of drawn(this.dataset)) this.map.addLayer(layer, layer.type === "fill" ? "line-7" : undefined);
      }
      if (!this.map.getSource(source)) continue;
      for (const { id } of drawn(this.dataset)) this.map.setLayoutProperty(id, "visibility", on ? "visible" : "none");
      if (name === "posts") this.map.setLayoutProperty("here", "visibility", on ? "none" : "visible"); // two tints make mud
    }
  }

  // The points of what is shown, asked for again wherever the map comes to rest.
  scatter() {
    this.map.addSource("points", { type: "geojson", data: { type: "FeatureCollection", features: [] } });
    for (const layer of points()) this.map.addLayer(layer);
    const load = async () => {
      this.asking?.abort();
      this.asking = new AbortController();
      const box = this.map.getBounds().toArray().flat().map((degrees) => degrees.toFixed(6)).join(",");
      try {
        const answer = await fetch(`${this.dataset.points}&box=${box}`, { signal: this.asking.signal });
        if (!answer.ok) throw new Error(answer.status);
        this.map?.getSource("points").setData(await answer.json());
        this.say();
      } catch (error) {
        if (error.name !== "AbortError") this.say(this.dataset.stale);
      }
    };
    this.map.on("moveend", load);
    load();
  }

  // A tap on points: one opens its page, several come closer until they lie together.
  point({ href, west, south, east, north }) {
    if (west === undefined || this.map.getZoom() >= NEAREST) { location.href = href; return; }
    this.map.fitBounds([[west, south], [east, north]], { maxZoom: NEAREST + 1, animate: !matchMedia("(prefers-reduced-motion: reduce)").matches });
  }

  // The page has gone on to another place: by its list, by a tap here, by the browser's back button.
  follow({ code, box }) {
    const moved = code !== this.dataset.code;
    Object.assign(this.dataset, { code, box });
    if (!this.map?.getLayer("here")) return;
    for (const id of ["here", "here-line"]) this.map.setFilter(id, ["==", ["get", "code"], code]);
    this.cover();
    if (moved) this.map.fitBounds(this.box(), { padding: 24, maxZoom: 17, animate: !matchMedia("(prefers-reduced-motion: reduce)").matches });
  }

  // Where a tap leads: the same page at the place that was tapped, with the layers that are on.
  go(code) {
    const query = new URLSearchParams({ at: code });
    for (const each of document.querySelectorAll("[data-layer]:checked")) query.append("show", each.dataset.layer);
    window.htmx.ajax("GET", `${this.dataset.goes}?${query}`, { target: "#place", select: "#place", swap: "outerHTML", push: "true" });
  }

  // Says what lies at a point of the map: the smallest place there, as a link to its page.
  name(point) {
    if (this.map.getLayer("points")) {
      const around = [[point.x - 10, point.y - 10], [point.x + 10, point.y + 10]];
      const [hit] = this.map.queryRenderedFeatures(around, { layers: ["points"] });
      if (hit) { this.point(hit.properties); return; }
    }
    const layers = ["areas", "cover-5", "cover-6", "cover-7"].filter((id) => this.map.getLayer(id));
    const found = this.map.queryRenderedFeatures(point, { layers }).map((each) => each.properties);
    if (!found.length) { this.say(this.dataset.nowhere); return; }
    const counts = found.filter((each) => "posts" in each);
    const place = (counts.length ? counts : found).reduce((one, other) => (other.level > one.level ? other : one));
    if (this.dataset.goes) { if (place.code !== this.dataset.code) this.go(place.code); return; }
    const { picks, pick } = this.dataset;
    const link = Object.assign(document.createElement("a"), {
      href: picks ? picks + encodeURIComponent(place.code) : `/g/${encodeURIComponent(place.code)}/`,
      textContent: picks ? pick.replace("%(name)s", place.name) : place.name,
    });
    const words = counts.length ? ` · ${this.dataset.posts.replace("%(posts)s", place.posts).replace("%(vacant)s", place.vacant)}` : "";
    this.say(link, words);
  }

  words() {
    const { in: closer, out, fingers, wheel, metres, kilometres, label } = this.dataset;
    return {
      "Map.Title": label, "NavigationControl.ZoomIn": closer, "NavigationControl.ZoomOut": out,
      "ScaleControl.Meters": metres, "ScaleControl.Kilometers": kilometres,
      "CooperativeGesturesHandler.MobileHelpText": fingers,
      "CooperativeGesturesHandler.WindowsHelpText": wheel, "CooperativeGesturesHandler.MacHelpText": wheel,
    };
  }
});

// What a part of the page says when it is put in: the place it is about.
customElements.define("x-spot", class extends HTMLElement {
  connectedCallback() { document.querySelector("x-map")?.follow?.(this.dataset); }
});
