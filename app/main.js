// The page: connects what the user does, the engine, and the views.

import { Actions } from "./actions.js";
import { byId } from "./dom.js";
import * as hash from "./hash.js";
import { listenForKeys } from "./keys.js";
import { listenForFiles } from "./opening.js";
import { showSamples } from "./samples.js";
import { stage } from "./stage.js";
import * as store from "./store.js";
import { restoreTheme, toggleTheme } from "./theme.js";

restoreTheme();
store.set(hash.read(location.hash));
const act = new Actions();
store.listen(stage(act));
listenForKeys(act);
listenForFiles(act);
showSamples(
  byId("samples"),
  (report, id) => act.show(report, id),
  (error) => store.set({ error }),
);

for (const button of document.querySelectorAll("button[data-unit]")) {
  button.addEventListener("click", () => store.set({ unit: /** @type {any} */ (button.getAttribute("data-unit")) }));
}
for (const button of document.querySelectorAll("button[data-colour]")) {
  button.addEventListener("click", () =>
    store.set({ colour: /** @type {any} */ (button.getAttribute("data-colour")) }),
  );
}
byId("search").addEventListener("input", (event) => {
  store.set({ query: /** @type {HTMLInputElement} */ (event.target).value });
});
byId("theme").addEventListener("click", toggleTheme);
addEventListener("resize", () => store.set({ selected: store.get().selected }));

// Python starts at the first sign of intent, or when the page has nothing else to do.
const start = () => act.engine.start();
for (const id of ["open", "open-landing"]) byId(id).addEventListener("pointerenter", start, { once: true });
addEventListener("dragenter", start, { once: true });
if ("requestIdleCallback" in window) requestIdleCallback(start, { timeout: 4000 });
else setTimeout(start, 2000);
