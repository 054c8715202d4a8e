// Registers the service worker once Python stands, and takes a new version while nothing is open.

import * as store from "./store.js";

const LATER_MS = 3000;

export function keepOffline() {
  if (!("serviceWorker" in navigator) || !isSecureContext) return;
  setTimeout(register, LATER_MS);
}

async function register() {
  try {
    const found = await navigator.serviceWorker.register("sw.js");
    await navigator.serviceWorker.ready;
    performance.mark("offline-ready");
    const { whole, example } = store.get();
    if (!found.waiting || (whole && !example)) return;
    navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
    found.waiting.postMessage("renew");
  } catch {
    // A browser that keeps nothing (a private window) works online as before.
  }
}
