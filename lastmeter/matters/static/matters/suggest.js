// What is suggested while typing is taken with one tap and given back with the next. It is never taken by itself.
const tile = (form, button) => form.querySelector(`input[name=kind][value="${CSS.escape(button.dataset.code)}"]`);
const menu = (form) => form.querySelector("select[name=category]");

function taken(form, button) {
  const kind = tile(form, button), select = menu(form);
  return kind ? kind.checked : Boolean(select) && select.value === button.dataset.suggests;
}

function turn(form, button) {
  const kind = tile(form, button), select = menu(form), was = taken(form, button);
  if (kind) { kind.checked = !was; kind.dispatchEvent(new Event("change", { bubbles: true })); return; }
  if (!select) return;
  const { suggests: id, above, name } = button.dataset;
  if (![...select.options].some((option) => option.value === id)) select.append(new Option(above ? `${above} › ${name}` : name, id));
  select.value = was ? "" : id;
  select.dispatchEvent(new Event("change", { bubbles: true }));
}

function show(form) {
  for (const button of form.querySelectorAll("[data-suggests]")) button.setAttribute("aria-pressed", String(taken(form, button)));
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-suggests]");
  if (button) { turn(button.form, button); show(button.form); }
});
document.addEventListener("change", (event) => { if (event.target.form) show(event.target.form); });
document.addEventListener("htmx:after:swap", () => { for (const form of document.forms) show(form); });

// A hint is asked with what it needs and no more: neither phone, name nor photos leave the page before the form is sent.
document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
  const sends = ctx.sourceElement?.dataset.sends;
  if (!sends) return;
  const needed = new Set([...sends.split(" "), "csrfmiddlewaretoken"]);
  for (const name of new Set(ctx.request.body.keys())) if (!needed.has(name)) ctx.request.body.delete(name);
});
