// A category out of hundreds: two characters of its name, its pinyin initials or its code, then Enter. Over a <select>,
// which keeps the value and is all there is without this file. Ranks as catalogue/finding.py does.
const MOST = 12;
const ENGLISH = document.documentElement.lang === "en";
const WORDS = ENGLISH
  ? { hint: "Two characters or pinyin initials", none: "Nothing fits. Try another word.", more: "Go on typing: more fit" }
  : { hint: "打两个字或拼音首字母", none: "没有对得上的，换个字试试", more: "还有，再打一个字" };
let rows = null; // a promise of [id, code, name, above, letters, more]

const load = (url) => (rows = rows || fetch(url, { credentials: "same-origin" }).then((answer) => (answer.ok ? answer.json() : [])).catch(() => []));

function rank([, code, name, above, letters, more], term) {
  if (name.startsWith(term) || code === term) return 0;
  if (letters.startsWith(term)) return 1;
  if (name.includes(term)) return 2;
  if (term.length > 1 && letters.includes(term)) return 3;
  return more.includes(term) || above.includes(term) ? 4 : -1;
}

function find(all, text) {
  const terms = text.toLowerCase().split(/\s+/).filter(Boolean);
  return all
    .map((row, at) => [row, Math.max(...terms.map((term) => { const found = rank(row, term); return found < 0 ? 99 : found; })), at])
    .filter(([, worst]) => worst < 99)
    .sort((a, b) => a[1] - b[1] || a[2] - b[2])
    .map(([row]) => row);
}

class Picker {
  constructor(select) {
    this.select = select;
    select.dataset.picked = "";
    const box = Object.assign(document.createElement("div"), { className: "pick" });
    this.input = Object.assign(document.createElement("input"), { type: "text", id: select.id, placeholder: WORDS.hint, autocomplete: "off" });
    this.list = Object.assign(document.createElement("ul"), { id: `${select.id}-found`, hidden: true });
    this.list.setAttribute("role", "listbox");
    for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-expanded", "false"], ["aria-controls", this.list.id]]) this.input.setAttribute(name, value);
    for (const name of ["aria-describedby", "aria-invalid"]) if (select.hasAttribute(name)) this.input.setAttribute(name, select.getAttribute(name));
    select.id += "-menu";
    select.hidden = true;
    select.before(box);
    box.append(this.input, this.list, select);
    this.show();
    this.input.addEventListener("focus", () => { load(select.dataset.categories); this.input.select(); });
    this.input.addEventListener("input", () => this.look());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("blur", () => { this.close(); this.show(); });
    this.list.addEventListener("mousedown", (event) => { event.preventDefault(); const line = event.target.closest("[data-at]"); if (line) this.choose(Number(line.dataset.at)); });
    select.addEventListener("change", () => this.show());
  }

  show() {
    const chosen = this.select.selectedOptions[0];
    this.input.value = chosen && chosen.value ? chosen.text : "";
  }

  close() {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  async look() {
    const text = this.input.value.trim();
    if (!text) { this.found = []; this.put("", "", "", ""); this.close(); return; }
    const all = await load(this.select.dataset.categories);
    if (text !== this.input.value.trim()) return;
    const fitting = find(all, text);
    this.found = fitting.slice(0, MOST);
    this.list.replaceChildren(...this.found.map((row, at) => this.line(row, at)));
    const rest = fitting.length ? (fitting.length > MOST ? WORDS.more : "") : WORDS.none;
    if (rest) this.list.append(Object.assign(document.createElement("li"), { className: "rest", textContent: rest }));
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    this.mark(this.found.length ? 0 : -1);
  }

  line([, code, name, above], at) {
    const line = Object.assign(document.createElement("li"), { id: `${this.list.id}-${at}` });
    line.setAttribute("role", "option");
    line.dataset.at = at;
    line.append(Object.assign(document.createElement("b"), { textContent: name }));
    line.append(Object.assign(document.createElement("span"), { textContent: [above, code].filter(Boolean).join(" · ") }));
    return line;
  }

  mark(at) {
    this.at = at;
    for (const line of this.list.querySelectorAll("[data-at]")) line.setAttribute("aria-selected", String(Number(line.dataset.at) === at));
    const line = this.list.querySelector('[aria-selected="true"]');
    if (line) { this.input.setAttribute("aria-activedescendant", line.id); line.scrollIntoView({ block: "nearest" }); }
  }

  key(event) {
    if (event.isComposing || this.list.hidden) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const many = this.found.length;
      if (many) this.mark((this.at + (event.key === "ArrowDown" ? 1 : many - 1)) % many);
    } else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      if (this.at >= 0) this.choose(this.at);
    } else if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      this.close();
      this.show();
    }
  }

  choose(at) {
    const [id, , name, above] = this.found[at];
    this.put(String(id), name, above);
    this.close();
    this.show();
  }

  put(value, name, above) {
    if (value && ![...this.select.options].some((option) => option.value === value)) {
      this.select.append(new Option(above ? `${above} › ${name}` : name, value));
    }
    this.select.value = value;
    this.select.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

function enhance() {
  for (const select of document.querySelectorAll("select[data-categories]:not([data-picked])")) new Picker(select);
}

enhance();
document.addEventListener("htmx:after:swap", enhance);

// In the dispatch form the duty list speaks as soon as a category is chosen: its unit is ticked, the reason stands above.
document.addEventListener("change", async ({ target }) => {
  const form = target.matches("form.assignment select[name=category]") && target.form;
  if (!form) return;
  const answer = await fetch(`${new URL(form.action).pathname}proposal/?category=${target.value}`, { credentials: "same-origin" });
  if (!answer.ok) return;
  const { to, reason } = await answer.json();
  const choices = form.querySelector("input[name=to]").closest(".choices");
  let words = choices.parentElement.querySelector(".help");
  if (!words) { words = Object.assign(document.createElement("div"), { className: "help" }); choices.before(words); }
  words.textContent = reason;
  const choice = to && choices.querySelector(`input[value="${to}"]`);
  if (choice) { choice.checked = true; choice.scrollIntoView({ block: "nearest" }); }
});
