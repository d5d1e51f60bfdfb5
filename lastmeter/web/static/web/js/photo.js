// <x-photo>: several photos from several goes at the picker, each with a preview and a way to take it back.
// Without this script the multiple file input inside works as it is.
customElements.define("x-photo", class extends HTMLElement {
  connectedCallback() {
    this.input = this.querySelector("input[type=file]");
    if (!this.input || this.list || typeof DataTransfer !== "function") return;
    this.files = [];
    this.list = document.createElement("ul");
    this.list.className = "shots";
    this.list.setAttribute("aria-live", "polite");
    this.classList.add("on");
    this.append(this.list);
    this.input.addEventListener("change", () => this.take([...this.input.files]));
  }

  take(chosen) {
    const known = new Set(this.files.map((f) => f.name + f.size + f.lastModified));
    this.files.push(...chosen.filter((f) => !known.has(f.name + f.size + f.lastModified)));
    this.show();
  }

  show() {
    const all = new DataTransfer();
    this.files.forEach((f) => all.items.add(f));
    this.input.files = all.files;
    this.list.querySelectorAll("img").forEach((img) => URL.revokeObjectURL(img.src));
    this.list.replaceChildren(...this.files.map((file, index) => this.shot(file, index)));
  }

  shot(file, index) {
    const item = document.createElement("li");
    const image = Object.assign(new Image(), { src: URL.createObjectURL(file), alt: file.name });
    const remove = Object.assign(document.createElement("button"), { type: "button" });
    remove.setAttribute("aria-label", `${this.dataset.remove} ${index + 1}`);
    remove.append(Object.assign(document.createElement("span"), { textContent: "×" }));
    remove.addEventListener("click", () => { this.files.splice(index, 1); this.show(); this.input.focus(); });
    item.append(image, remove);
    return item;
  }
});
