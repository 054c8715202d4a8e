// Light or dark: the system's, until the user chooses.

import { keep, recall } from "./kept.js";

/** @returns {void} */
export function toggleTheme() {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  keep("theme", root.dataset.theme);
}

export function restoreTheme() {
  const kept = recall("theme");
  if (kept === "light" || kept === "dark") document.documentElement.dataset.theme = kept;
}

/** Paper is light: while it is printed, so is the page. */
export function lightOnPaper() {
  const root = document.documentElement;
  /** @type {string | undefined} */
  let before;
  addEventListener("beforeprint", () => {
    before = root.dataset.theme;
    root.dataset.theme = "light";
  });
  addEventListener("afterprint", () => {
    if (before) root.dataset.theme = before;
    else delete root.dataset.theme;
  });
}
