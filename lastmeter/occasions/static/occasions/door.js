// The door: codes are verified on this device with the key of the occasion, kept while there is no network, sent later.
const door = document.getElementById("door");
const input = document.getElementById("code");
const said = document.getElementById("said");
const camera = document.getElementById("camera");
const view = document.getElementById("view");
const KEPT = `lm-door:${door && door.dataset.occasion}`;

const kept = () => { try { return JSON.parse(localStorage.getItem(KEPT)) || []; } catch { return []; } };
const keep = (rows) => { try { localStorage.setItem(KEPT, JSON.stringify(rows)); } catch { /* full or off: the form still posts */ } };

const SEEN = `${KEPT}:seen`;
const seenBefore = () => { try { return JSON.parse(localStorage.getItem(SEEN)) || []; } catch { return []; } };
const remember = (refs) => { try { localStorage.setItem(SEEN, JSON.stringify([...new Set([...seenBefore(), ...refs])])); } catch { /* the server still knows */ } };

const bytes = (hex) => Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16));

async function genuine(code) {
  const cut = code.lastIndexOf(".");
  const words = code.slice(0, cut);
  if (!words.startsWith(`LM.${door.dataset.occasion}.`)) return false;
  const key = await crypto.subtle.importKey("raw", bytes(door.dataset.key), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const mark = new Uint8Array(await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(words)));
  return [...mark.slice(0, 8)].map((each) => each.toString(16).padStart(2, "0")).join("") === code.slice(cut + 1);
}

async function send() {
  const rows = kept();
  if (!rows.length) return;
  const token = door.elements.csrfmiddlewaretoken.value;
  try {
    const answer = await fetch(door.action, { method: "POST", headers: { "Content-Type": "application/json", "X-CSRFToken": token }, body: JSON.stringify(rows) });
    if (!answer.ok) throw new Error(answer.status);
    const results = await answer.json();
    const gone = new Set(results.map((each) => each.ref));
    keep(kept().filter((each) => !gone.has(each.ref)));
    remember(results.filter((each) => each.done).map((each) => each.ref));
    const refused = results.filter((each) => !each.done);
    said.textContent = refused.length ? refused[refused.length - 1].words : results.length === 1 ? results[0].words : said.dataset.sent;
  } catch {
    said.textContent = `${said.dataset.kept}${rows.length}`;
  }
}

async function seen(code) {
  if (!(await genuine(code))) { said.textContent = said.dataset.bad; return; }
  const rows = kept();
  const ref = `door-${code.split(".").slice(1, 3).join("-")}`;
  if (rows.some((each) => each.ref === ref) || seenBefore().includes(ref)) { said.textContent = said.dataset.again; return; }
  keep([...rows, { ref, code, at: new Date().toISOString() }]);
  said.textContent = said.dataset.ok;
  await send();
}

async function scan() {
  const detector = new BarcodeDetector({ formats: ["qr_code"] });
  view.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  view.hidden = false;
  await view.play();
  let last = "";
  const look = async () => {
    for (const found of await detector.detect(view)) {
      if (found.rawValue !== last) { last = found.rawValue; await seen(last); }
    }
    setTimeout(look, 250);
  };
  look();
}

if (door && window.crypto && crypto.subtle) {
  door.addEventListener("submit", (event) => {
    event.preventDefault();
    const code = input.value.trim();
    input.value = "";
    input.focus();
    if (code) seen(code);
  });
  if ("BarcodeDetector" in window && navigator.mediaDevices) {
    camera.hidden = false;
    camera.addEventListener("click", () => { camera.hidden = true; scan().catch(() => { camera.hidden = false; }); });
  }
  window.addEventListener("online", send);
  send();
}
