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
