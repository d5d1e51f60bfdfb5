// Forms: focus on the error summary, one send per tap (data-once), text kept over a reload (data-draft).
const PREFIX = "lm-draft:";
const KEEP_FOR = 7 * 24 * 3600 * 1000;
const SECRET = new Set(["password", "hidden", "file", "submit", "button"]);

const store = {
  read(name) {
    try {
      const kept = JSON.parse(localStorage.getItem(PREFIX + name));
      return kept && Date.now() - kept.at < KEEP_FOR ? kept.values : null;
    } catch { return null; } // storage switched off, or somebody else's text under our name
  },
  write(name, values) {
    try { localStorage.setItem(PREFIX + name, JSON.stringify({ at: Date.now(), values })); } catch { /* full or off: the page still works */ }
  },
  drop(name) {
    try { localStorage.removeItem(PREFIX + name); } catch { /* off */ }
  },
};

// Fields marked data-private (a phone number) never go into a draft: phones are shared in families.
const draftable = (form) => [...form.elements].filter((e) => e.name && !SECRET.has(e.type) && !("private" in e.dataset) && e.autocomplete !== "one-time-code");

function values(form) {
  const kept = {};
  for (const e of draftable(form)) {
    if (e.type === "radio" || e.type === "checkbox") { if (e.checked) (kept[e.name] = kept[e.name] || []).push(e.value); }
    else if (e.value) kept[e.name] = [e.value];
  }
  return kept;
}

function restore(form, kept) {
  let changed = false;
  for (const e of draftable(form)) {
    const wanted = kept[e.name];
    if (!wanted) continue;
    if (e.type === "radio" || e.type === "checkbox") {
      const on = wanted.includes(e.value);
      if (on && !e.checked) { e.checked = true; changed = true; }
    } else if (!e.value) { e.value = wanted[0]; changed = true; }
  }
  return changed;
}

const WORDS = document.documentElement.lang === "en"
  ? { kept: "We kept your draft on this device.", drop: "Clear it" }
  : { kept: "已为您保留草稿", drop: "清空草稿" };

function tell(form, name) {
  const line = document.createElement("p");
  line.className = "drafted";
  line.setAttribute("role", "status");
  const drop = Object.assign(document.createElement("button"), { type: "button", className: "btn quiet small", textContent: WORDS.drop });
  drop.addEventListener("click", () => {
    store.drop(name);
    for (const e of draftable(form)) { if (e.type === "radio" || e.type === "checkbox") e.checked = e.defaultChecked; else if (e.tagName === "SELECT") e.selectedIndex = 0; else e.value = ""; }
    line.remove();
  });
  line.append(WORDS.kept, drop);
  form.prepend(line);
}

function keepDraft(form) {
  const name = form.dataset.draft;
  const kept = store.read(name);
  if (kept && !form.querySelector("[data-focus]") && restore(form, kept)) tell(form, name);
  let timer = 0;
  form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(() => store.write(name, values(form)), 250); });
  addEventListener("pagehide", () => { if (Object.keys(values(form)).length) store.write(name, values(form)); });
}

// 16 random bytes, as hex: the server answers a replay of the same reference with the first result.
const reference = () => [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");

function sendOnce(form) {
  const ref = form.elements.namedItem("client_ref");
  if (ref && !ref.value) ref.value = reference();
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "yes";
    if (event.submitter) event.submitter.setAttribute("aria-busy", "true"); // not disabled: its name and value must be sent
  });
  addEventListener("pageshow", () => { delete form.dataset.sent; form.querySelectorAll("[aria-busy]").forEach((b) => b.removeAttribute("aria-busy")); });
}

const seen = new WeakSet();
function enhance(root) {
  for (const form of root.querySelectorAll("form")) {
    if (seen.has(form)) continue;
    seen.add(form);
    if ("once" in form.dataset) sendOnce(form);
    if (form.dataset.draft) keepDraft(form);
  }
  const summary = root.querySelector("[data-focus]");
  if (summary) summary.focus();
}

customElements.define("x-draft", class extends HTMLElement {
  connectedCallback() { if (this.dataset.done) store.drop(this.dataset.done); }
});
enhance(document);
document.addEventListener("htmx:after:swap", () => enhance(document));
