// <x-dialog>: opens its <dialog> as a modal from any link to its id; without this script :target opens it.
customElements.define("x-dialog", class extends HTMLElement {
  connectedCallback() {
    this.box = this.querySelector("dialog");
    if (!this.box || typeof this.box.showModal !== "function") return;
    this.box.querySelector(".close").addEventListener("click", (event) => { event.preventDefault(); this.box.close(); });
    this.box.addEventListener("click", (event) => { if (event.target === this.box) this.box.close(); });
    // A form that came back with errors is shown where it was filled in.
    const shown = this.box.open;
    if (shown) this.box.close(); // shown by the page itself, for browsers without scripts: made modal now
    if (shown || this.box.querySelector("[aria-invalid=true], [data-focus]") || location.hash === `#${this.box.id}`) this.open();
  }

  open() {
    if (this.box.open) return;
    if (location.hash === `#${this.box.id}`) history.replaceState(null, "", location.pathname + location.search);
    this.box.showModal();
    const first = this.box.querySelector("[data-focus], .body input:not([type=hidden]), .body textarea, .body select");
    if (first) first.focus();
  }
});

document.addEventListener("click", (event) => {
  const link = event.target.closest && event.target.closest('a[href^="#"]');
  const box = link && link.hash.length > 1 && document.getElementById(link.hash.slice(1));
  if (box && box.tagName === "DIALOG" && typeof box.showModal === "function") { event.preventDefault(); box.parentElement.open(); }
});
