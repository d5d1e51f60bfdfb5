// Keyboard: J/K walk the list in <x-keys>, Enter opens, X picks, / searches, ? shows all; a letter presses what carries data-key.
const ENGLISH = document.documentElement.lang === "en";
const WORDS = ENGLISH
  ? { title: "Keyboard", next: "Next", previous: "Previous", open: "Open", pick: "Pick", search: "Search", close: "Close" }
  : { title: "键盘操作", next: "下一件", previous: "上一件", open: "打开", pick: "选中", search: "搜索", close: "关闭" };

const lines = () => [...document.querySelectorAll("x-keys a.cell, x-keys .cell > .what > a.cover, x-keys .cell a.cover, x-keys .cell-row a.line")];

function here(all) {
  const focused = all.indexOf(document.activeElement);
  return focused >= 0 ? focused : all.findIndex((line) => line.getAttribute("aria-current") === "true");
}

function walk(step) {
  const all = lines();
  if (!all.length) return;
  const at = here(all);
  const next = all[at < 0 ? 0 : Math.min(all.length - 1, Math.max(0, at + step))];
  next.focus();
  next.scrollIntoView({ block: "nearest" });
}

function pick() {
  const line = document.activeElement.closest(".cell, .cell-row");
  const box = line && line.querySelector("input[name=pick]");
  if (box) box.click();
}

function visible(element) { return element.getClientRects().length > 0; }

function press(letter) {
  const found = [...document.querySelectorAll("[data-key]")].find((e) => e.dataset.key === letter && visible(e) && !e.disabled);
  if (!found) return false;
  found.focus();
  found.click();
  return true;
}

function help() {
  const rows = [["J", WORDS.next], ["K", WORDS.previous], ["Enter", WORDS.open], ["X", WORDS.pick], ["/", WORDS.search]];
  for (const e of document.querySelectorAll("[data-key]")) {
    if (visible(e)) rows.push([e.dataset.key.toUpperCase(), (e.querySelector("span") || e).textContent.trim()]);
  }
  const box = document.createElement("dialog");
  box.setAttribute("aria-label", WORDS.title);
  const list = Object.assign(document.createElement("dl"), { className: "keys" });
  for (const [key, words] of rows) {
    const term = document.createElement("dt");
    term.append(Object.assign(document.createElement("kbd"), { textContent: key }));
    list.append(term, Object.assign(document.createElement("dd"), { textContent: words }));
  }
  const head = Object.assign(document.createElement("div"), { className: "head" });
  const close = Object.assign(document.createElement("button"), { type: "button", className: "btn quiet", textContent: WORDS.close });
  close.addEventListener("click", () => box.close());
  head.append(Object.assign(document.createElement("h2"), { className: "title", textContent: WORDS.title }), close);
  const body = Object.assign(document.createElement("div"), { className: "body" });
  body.append(list);
  box.append(head, body);
  box.addEventListener("close", () => box.remove());
  document.body.append(box);
  box.showModal();
}

const KEYS = {
  j: () => walk(1),
  k: () => walk(-1),
  x: pick,
  "/": () => { const box = document.querySelector("[data-search]"); if (box) box.focus(); },
  "?": help,
};

document.addEventListener("keydown", (event) => {
  const writing = event.target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");
  if (writing || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || document.querySelector("dialog[open]")) return;
  const letter = event.key.toLowerCase();
  if (press(letter)) { event.preventDefault(); return; } // a page may give a letter another meaning, even j or x
  if (KEYS[letter] && (letter !== "x" || lines().length)) { event.preventDefault(); KEYS[letter](); }
});
customElements.define("x-keys", class extends HTMLElement {});
