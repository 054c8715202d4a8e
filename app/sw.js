// Offline after the first visit: keeps the site's own files, by version. It never sees a trace: what the
// user opens is no request. `FILES` and `VERSION` are written by build.py (building/site.py).

const VERSION = "@@VERSION@@";
/** @type {string[]} */
const FILES = JSON.parse("@@FILES@@");
const CACHE = `whytokens-${VERSION}`;

const worker = /** @type {any} */ (self);

worker.addEventListener("install", (/** @type {any} */ event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(FILES)));
});

worker.addEventListener("activate", (/** @type {any} */ event) => {
  const old = (/** @type {string} */ name) => name.startsWith("whytokens-") && name !== CACHE;
  event.waitUntil(caches.keys().then((names) => Promise.all(names.filter(old).map((name) => caches.delete(name)))));
});

worker.addEventListener("message", (/** @type {MessageEvent} */ event) => {
  if (event.data === "renew") worker.skipWaiting();
});

worker.addEventListener("fetch", (/** @type {any} */ event) => {
  const { request } = event;
  const scope = worker.registration.scope;
  const path = request.url.split(/[?#]/)[0];
  if (request.method !== "GET" || !path.startsWith(scope)) return;
  const name = path.slice(scope.length) || "index.html";
  if (!FILES.includes(name)) return;
  event.respondWith(
    caches.open(CACHE).then(async (cache) => (await cache.match(new URL(name, scope).href)) ?? fetch(request)),
  );
});
