// <x-paint>: with a grid chosen as the brush, a tap on a cell beside it gives the cell to that grid. Without a brush, or
// without scripts, a cell is a link to its own choices.
customElements.define("x-paint", class extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form[data-brush]");
    this.addEventListener("change", () => this.offer());
    this.addEventListener("click", (event) => this.paint(event));
    this.offer();
    const chosen = this.form?.querySelector(":checked")?.closest("label"), list = chosen?.parentElement;
    if (list) list.scrollTop = chosen.offsetTop - list.clientHeight / 2;
  }

  get brush() { return this.form?.querySelector("[name=to]:checked")?.value ?? ""; }

  // Marks the cells that the brush can take.
  offer() {
    this.classList.toggle("painting", this.brush !== "");
    for (const cell of this.querySelectorAll("a[data-cell]")) cell.toggleAttribute("data-can", this.brush !== "" && cell.dataset.beside.split(" ").includes(this.brush));
  }

  paint(event) {
    const cell = event.target.closest("a[data-cell]");
    if (!cell || !this.brush) return;
    event.preventDefault();
    if (!cell.hasAttribute("data-can")) { this.querySelector("[role=status]").textContent = this.dataset.apart; return; }
    this.form.elements.cell.value = cell.dataset.cell;
    this.form.requestSubmit();
  }
});
