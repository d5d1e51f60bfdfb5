// <x-map>: the still drawing inside becomes a map when its button is tapped; the library is fetched only then.
// Boundaries come as vector tiles from this site; labels are drawn with the device's own fonts.
const DEEPEST = 16; // zoom of the last tiles that are fetched; beyond it they are enlarged
const LEVELS = { 1: 0, 2: 4, 3: 6, 4: 9, 5: 11, 6: 13, 7: 15 }; // level → zoom from which its tiles have it
const WIDTHS = { 1: 3, 2: 3, 3: 2.5, 4: 2.5, 5: 2, 6: 1.25, 7: 0.75 };

const FONT = ["PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "sans-serif"];

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
const level = (number) => ["==", ["get", "level"], number];
const tiles = (layer) => ({
  type: "vector", tiles: [`${location.origin}/tiles/${layer}/{z}/{x}/{y}.mvt`], minzoom: 0, maxzoom: DEEPEST, promoteId: "code",
});

function boundaries() {
  const lines = Object.entries(WIDTHS).map(([number, width]) => ({
    id: `line-${number}`, type: "line", source: "grid", "source-layer": "grid", filter: level(Number(number)),
    minzoom: LEVELS[number], layout: { "line-join": "round" }, paint: { "line-color": colour("edge"), "line-width": width },
  }));
  return lines.reverse();
}

function names() {
  return Object.keys(LEVELS).map((number) => ({
    id: `name-${number}`, type: "symbol", source: "grid", "source-layer": "names", filter: level(Number(number)),
    minzoom: LEVELS[number], maxzoom: Math.min(24, LEVELS[number] + (number === "7" ? 9 : 3.5)),
    layout: { "text-field": ["get", "name"], "text-size": 13, "text-font": FONT, "text-max-width": 7 },
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

function coverage({ nobody, vacant }) {
  return COVERED.flatMap(([number, minzoom, maxzoom]) => [
    {
      id: `cover-${number}`, type: "fill", source: "coverage", "source-layer": "coverage", filter: level(number), minzoom, maxzoom,
      paint: { "fill-color": ["match", ["get", "state"], "none", colour("bad"), "vacant", colour("warn-mark"), colour("ok")], "fill-opacity": 0.28 },
    },
    {
      id: `gap-${number}`, type: "symbol", source: "coverage", "source-layer": "names", minzoom, maxzoom,
      filter: ["all", level(number), ["!=", ["get", "state"], "held"]],
      layout: {
        "text-field": ["case", ["==", ["get", "state"], "none"], nobody, ["concat", vacant, " ", ["to-string", ["get", "vacant"]]]],
        "text-font": FONT, "text-size": 13, "text-offset": [0, 1.9], "text-allow-overlap": true,
      },
      paint: { "text-color": colour("bad"), "text-halo-color": colour("paper"), "text-halo-width": 2 },
    },
  ]);
}

customElements.define("x-map", class extends HTMLElement {
  connectedCallback() {
    this.button = this.querySelector("[data-opens]");
    this.button.addEventListener("click", () => this.open());
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
    this.querySelector(".still").hidden = false;
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
    const [west, south, east, north] = this.dataset.box.split(",").map(Number);
    frame.hidden = false;
    library.setWorkerUrl(new URL(this.dataset.worker, location.href).href);
    this.map = new library.Map({
      container: frame, style: style(this.dataset), bounds: [[west, south], [east, north]],
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
    this.querySelector(".still").hidden = true;
    this.button.hidden = true;
    this.say();
    this.map.resize();
    this.map.getCanvas().focus({ preventScroll: true });
    const choice = this.querySelector("[data-coverage]");
    if (!choice) { this.button.parentElement.hidden = true; return; }
    choice.hidden = false;
    choice.querySelector("input").addEventListener("change", ({ target }) => this.cover(target.checked));
  }

  cover(on) {
    const layers = coverage(this.dataset);
    if (!this.map.getSource("coverage")) {
      this.map.addSource("coverage", tiles("coverage"));
      for (const layer of layers) this.map.addLayer(layer, layer.type === "fill" ? "line-7" : undefined);
    }
    for (const { id } of layers) this.map.setLayoutProperty(id, "visibility", on ? "visible" : "none");
  }

  // Says what lies at a point of the map: the smallest place there, as a link to its page.
  name(point) {
    const layers = ["areas", "cover-5", "cover-6", "cover-7"].filter((id) => this.map.getLayer(id));
    const found = this.map.queryRenderedFeatures(point, { layers }).map((each) => each.properties);
    if (!found.length) { this.say(this.dataset.nowhere); return; }
    const counts = found.filter((each) => "posts" in each);
    const place = (counts.length ? counts : found).reduce((one, other) => (other.level > one.level ? other : one));
    const link = Object.assign(document.createElement("a"), { href: `/g/${encodeURIComponent(place.code)}/`, textContent: place.name });
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
