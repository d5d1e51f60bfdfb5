// What is suggested while typing is taken with one tap and given back with the next. It is never taken by itself.
function choose(form, button) {
  const tile = form.querySelector(`input[name=kind][value="${CSS.escape(button.dataset.code)}"]`);
  if (tile) { tile.checked = !tile.checked; tile.dispatchEvent(new Event("change", { bubbles: true })); return tile.checked; }
  const select = form.querySelector("select[name=category]");
  if (!select) return false;
  const id = button.dataset.suggests, taken = select.value !== id;
  if (![...select.options].some((option) => option.value === id)) {
    const { above, name } = button.dataset;
    select.append(new Option(above ? `${above} › ${name}` : name, id));
  }
  select.value = taken ? id : "";
  select.dispatchEvent(new Event("change", { bubbles: true }));
  return taken;
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-suggests]");
  if (!button) return;
  const taken = choose(button.closest("form"), button);
  for (const each of button.parentElement.children) each.setAttribute("aria-pressed", String(each === button && taken));
});
