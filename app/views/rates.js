// Whose rates stand behind the money, and a price of one's own: for a model without one, as another
// model, a contract's share of list prices, a newer snapshot. Kept only when its box is ticked.

import { el, fill } from "../dom.js";
import { count, dollars } from "../format.js";
import { keep, recall } from "../kept.js";

/**
 * @typedef {import("../protocol.js").Prices} Prices
 * @typedef {{input?: string, cache_read?: string, output?: string, as?: string}} Price
 * @typedef {{prices: Record<string, Price>, multipliers: Record<string, string>}} Own
 */

const STORED = "rates";
/** @type {Array<[keyof Price, string]>} */
const FIELDS = [
  ["input", "input"],
  ["cache_read", "cache read"],
  ["output", "output"],
  ["as", "or the price of"],
];

/** @type {{own: Own, snapshot: File | null, kept: boolean}} */
const rates = { own: { prices: {}, multipliers: {} }, snapshot: null, kept: false };
restore();

/** What goes with every request that prices. @returns {{own?: string}} */
export function ownPrices() {
  const { prices, multipliers } = rates.own;
  const some = Object.keys(prices).length + Object.keys(multipliers).length;
  return some ? { own: JSON.stringify(rates.own) } : {};
}

/** The newer snapshot that the user chose, to be opened along. @returns {File[]} */
export const snapshotFiles = () => (rates.snapshot ? [rates.snapshot] : []);

/** Stands by every figure: "rates as of 2026-11-22, genai-prices 0.2.3, standard tier". @param {Prices} prices */
export function ratesLine({ as_of, source, tiers }) {
  const day = as_of ? `rates as of ${as_of}` : "rates";
  return `${day}, ${source}, ${tiers.join(" + ")} ${tiers.length === 1 ? "tier" : "tiers"}`;
}

/** @type {import("./registry.js").Panel} */
export const RATES = {
  id: "rates",
  slot: "left",
  label: "Prices",
  draw: (host, { state, changed, act }) => {
    if (state.whole && changed.has("whole")) drawRates(host, state.whole.prices, state.sealed ? null : act);
  },
};

/** @param {HTMLElement} host @param {Prices} prices @param {import("../actions.js").Actions | null} act */
function drawRates(host, prices, act) {
  const missing = prices.unpriced.length;
  const title = missing
    ? `Set a price · ${count(missing)} ${missing === 1 ? "model has" : "models have"} none`
    : `Prices · ${ratesLine(prices)}`;
  const open = missing > 0 || (host.querySelector("details")?.open ?? false);
  fill(
    host,
    el(
      "details",
      { open },
      el("summary", { "data-testid": "rates-title" }, title),
      prices.rows.length ? rowsTable(prices) : null,
      act ? form(prices, act) : null,
    ),
  );
}

/** @param {Prices} prices */
function rowsTable(prices) {
  const names = ["model", "priced as", "tier", "calls", "cost"];
  const words = (/** @type {number} */ at) => (at < 3 ? "text" : null);
  const head = el("tr", {}, ...names.map((name, at) => el("th", { scope: "col", class: words(at) }, name)));
  const rows = prices.rows.map((row) => {
    const way = row.how === "exact" ? "" : ` (${row.how})`;
    const about = row.sure === "sure" ? "" : "≈ ";
    const said = row.reported_calls ? `, charged in the log; ours ${dollars(row.ours_nusd)}` : "";
    const as = row.row ? `${about}${row.row}${way}, ${row.source}` : row.how;
    const cells = [as, row.tier, count(row.calls), dollars(row.nusd) + said];
    const told = cells.map((cell, at) => el("td", { class: words(at + 1) }, cell));
    return el("tr", {}, el("th", { scope: "row", class: "text" }, row.model), ...told);
  });
  return el(
    "div",
    { class: "rates-table", tabindex: "0", role: "group", "aria-label": "Prices by model" },
    el("table", { class: "list", "data-testid": "rates-table" }, el("thead", {}, head), el("tbody", {}, ...rows)),
    el("p", { class: "muted" }, `Every figure: ${ratesLine(prices)}.`),
  );
}

/** @param {Prices} prices @param {import("../actions.js").Actions} act */
function form(prices, act) {
  const made = el(
    "form",
    { class: "rates", "data-testid": "rates-form", autocomplete: "off" },
    el("p", {}, "Your own prices, in USD per million tokens."),
    ...modelsOf(prices).map(([model, why]) => priceRow(model, why, rates.own.prices[model] ?? {})),
    priceRow("", "", {}),
    el(
      "label",
      {},
      "List prices times ",
      input("multiplier", rates.own.multipliers["*"] ?? "", "1", "Your contract's share of list prices"),
      " (your contract: 0.85 is 15 % off)",
    ),
    el(
      "label",
      {},
      "A newer price snapshot ",
      el("input", { type: "file", name: "snapshot", "data-testid": "rates-snapshot" }),
      rates.snapshot ? ` in use: ${rates.snapshot.name}` : "",
    ),
    el(
      "label",
      {},
      el("input", { type: "checkbox", name: "keep", checked: rates.kept, "data-testid": "rates-keep" }),
      " Keep these in this browser",
    ),
    el(
      "p",
      {},
      el("button", { type: "submit", class: "primary", "data-testid": "rates-apply" }, "Apply"),
      " ",
      el("button", { type: "reset", "data-testid": "rates-forget" }, "Forget"),
    ),
  );
  made.addEventListener("submit", async (event) => {
    event.preventDefault();
    await settle(act, () => said(made));
  });
  made.addEventListener("reset", async (event) => {
    event.preventDefault();
    const none = { own: { prices: {}, multipliers: {} }, snapshot: null, kept: false };
    await settle(act, () => Object.assign(rates, none));
  });
  return made;
}

/** Prices anew; what the engine refuses (it says why on the page) is not used and not kept. @param {import("../actions.js").Actions} act @param {() => void} change */
async function settle(act, change) {
  const before = { ...rates };
  change();
  if (await act.reprice()) await store();
  else Object.assign(rates, before);
}

/** Models to set a price for: those without one, then those with one's own. @param {Prices} prices @returns {Array<[string, string]>} */
function modelsOf(prices) {
  /** @type {Map<string, string>} */
  const found = new Map();
  for (const { model, reason, nearest } of prices.unpriced) {
    const near = nearest.length ? ` Near it: ${nearest.join(", ")}.` : "";
    if (model) found.set(model, `${reason[0].toUpperCase()}${reason.slice(1)}.${near}`);
  }
  for (const model of Object.keys(rates.own.prices)) if (!found.has(model)) found.set(model, "Your own price.");
  return [...found];
}

/** @param {string} model @param {string} why @param {Price} price */
function priceRow(model, why, price) {
  const name = model || "another model";
  const fields = FIELDS.map(([key, word]) =>
    el("label", {}, `${word} `, input(key, price[key] ?? "", "", `${name}: ${word}`)),
  );
  const called = model
    ? el("legend", {}, model)
    : el("legend", {}, "Another model ", input("model", "", "name", "Name of another model"));
  return el(
    "fieldset",
    { "data-model": model },
    called,
    why ? el("p", { class: "muted" }, why) : null,
    el("span", { class: "fields" }, ...fields),
  );
}

/** @param {string} name @param {string} value @param {string} placeholder @param {string} label */
const input = (name, value, placeholder, label) =>
  el("input", { name, value, placeholder, "aria-label": label, size: name === "as" || name === "model" ? 22 : 7 });

/** Reads the form. @param {HTMLFormElement} made */
function said(made) {
  /** @type {Record<string, Price>} */
  const prices = {};
  for (const row of made.querySelectorAll("fieldset")) {
    const typed = (/** @type {string} */ name) =>
      /** @type {HTMLInputElement | null} */ (row.querySelector(`[name="${name}"]`))?.value.trim() ?? "";
    const model = row.dataset.model || typed("model");
    const numbers = FIELDS.filter(([key]) => key !== "as" && typed(key)).map(([key]) => [key, typed(key)]);
    if (model && typed("as")) prices[model] = { as: typed("as") };
    else if (model && numbers.length) prices[model] = Object.fromEntries(numbers);
  }
  const share = /** @type {HTMLInputElement} */ (made.elements.namedItem("multiplier")).value.trim();
  const chosen = /** @type {HTMLInputElement} */ (made.elements.namedItem("snapshot")).files?.[0];
  rates.own = { prices, multipliers: share ? { "*": share } : {} };
  rates.snapshot = chosen ?? rates.snapshot;
  rates.kept = /** @type {HTMLInputElement} */ (made.elements.namedItem("keep")).checked;
}

/** Into this browser's storage, or out of it. */
async function store() {
  const { own, snapshot } = rates;
  const data = snapshot && rates.kept ? [...new Uint8Array(await snapshot.arrayBuffer())] : null;
  const packed = data
    ? { name: snapshot?.name, data: btoa(data.map((byte) => String.fromCharCode(byte)).join("")) }
    : null;
  keep(STORED, rates.kept ? JSON.stringify({ own, snapshot: packed }) : null);
}

/** What an earlier visit kept; what cannot be read is as if nothing were kept. */
function restore() {
  try {
    const kept = JSON.parse(recall(STORED) ?? "null");
    if (!kept) return;
    rates.own = { prices: kept.own.prices ?? {}, multipliers: kept.own.multipliers ?? {} };
    rates.kept = true;
    if (!kept.snapshot) return;
    const bytes = Uint8Array.from(atob(kept.snapshot.data), (one) => one.charCodeAt(0));
    rates.snapshot = new File([bytes], kept.snapshot.name);
  } catch {
    // Storage that is damaged holds no prices.
  }
}
