// <x-place>: this device's position, asked only when tapped, into two inputs (degrees, WGS84, seven decimals).
const DENIED = 1;

customElements.define("x-place", class extends HTMLElement {
  connectedCallback() {
    const button = this.querySelector("button");
    if (!button) return;
    if (!("geolocation" in navigator)) { button.hidden = true; return; }
    button.addEventListener("click", () => this.ask());
  }

  say(words) { this.querySelector("[role=status]").textContent = words; }

  ask() {
    this.say(this.dataset.wait);
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => this.fill(coords),
      (error) => this.say(error.code === DENIED ? this.dataset.denied : this.dataset.failed),
      { enableHighAccuracy: true, timeout: 15000, maximumAge: 30000 },
    );
  }

  fill({ longitude, latitude, accuracy }) {
    document.getElementById(this.dataset.lon).value = longitude.toFixed(7);
    document.getElementById(this.dataset.lat).value = latitude.toFixed(7);
    this.say(this.dataset.found.replace("%(metres)s", Math.max(1, Math.round(accuracy))));
    this.dispatchEvent(new CustomEvent("place", { bubbles: true, detail: { longitude, latitude, accuracy } }));
  }
});
