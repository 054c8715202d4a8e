// The toolbar: width, colour, search, theme.

import { byId } from "./dom.js";
import { restoreShortcuts } from "./shortcuts.js";
import * as store from "./store.js";
import { lightOnPaper, restoreTheme, toggleTheme } from "./theme.js";

export function listenForTools() {
  restoreTheme();
  lightOnPaper();
  restoreShortcuts();
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
}
