// The desk: which row is open, one filter menu at a time, Ctrl+Enter sends, 打印 prints.
function mark() {
  for (const row of document.querySelectorAll(".work-list a.cell")) {
    const here = new URL(row.href).pathname === location.pathname;
    row.classList.toggle("on", here);
    if (here) row.setAttribute("aria-current", "true"); else row.removeAttribute("aria-current");
  }
}

// On a phone the list gives way to the matter that was opened in it, and comes back with the list's own address.
function giveWay() {
  const opened = location.pathname.startsWith("/matters/"), body = document.body.classList;
  if (!body.contains(opened ? "narrow-aside" : "narrow-main")) return;
  body.toggle("narrow-aside", !opened);
  body.toggle("narrow-main", opened);
  if (matchMedia("(max-width: 899px)").matches) scrollTo(0, 0);
}

for (const name of ["htmx:after:swap", "htmx:after:push:into:history"]) {
  document.addEventListener(name, () => { mark(); giveWay(); });
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) print();
  for (const menu of document.querySelectorAll("details.choose[open]")) if (!menu.contains(event.target)) menu.open = false;
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") for (const menu of document.querySelectorAll("details.choose[open]")) menu.open = false;
  const form = event.target.form;
  if (form && event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); form.requestSubmit(); }
});
