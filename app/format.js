// Numbers as people read them. Money comes as integer nanodollars and is never computed as a float.

// Made once: toLocaleString makes a formatter on every call, which cost half of a keystroke's time.
const whole = new Intl.NumberFormat("en-US");
const tenth = new Intl.NumberFormat("en-US", { minimumFractionDigits: 1, maximumFractionDigits: 1 });

/** @param {number} value */
export const count = (value) => whole.format(value);

/**
 * Cents from one dollar up, finer below.
 * @param {number} nusd
 */
export function dollars(nusd) {
  if (nusd === 0) return "$0";
  const places = nusd >= 1e9 ? 2 : 4;
  const unit = 10 ** (9 - places);
  const rounded = Math.round(nusd / unit);
  if (rounded === 0 && nusd > 0) return "< $0.0001";
  const scale = 10 ** places;
  return `$${count(Math.floor(rounded / scale))}.${String(rounded % scale).padStart(places, "0")}`;
}

/** Never $0 for what has no price: no money for some tokens, where some calls have none. @param {number} nusd @param {number} tokens @param {boolean} unpriced whether some calls have no price */
export const cost = (nusd, tokens, unpriced) => (unpriced && nusd === 0 && tokens > 0 ? UNPRICED : dollars(nusd));

export const UNPRICED = "unpriced";

/** Where a sum stands alone: two digits of what is less than a hundredth of a cent. @param {number} nusd */
export function finely(nusd) {
  if (nusd === 0 || nusd >= 1e5) return dollars(nusd);
  const places = 9 - Math.max(0, Math.floor(Math.log10(nusd)) - 1);
  return `$${(nusd / 1e9).toFixed(places)}`;
}

/** @param {number} value */
export const calls = (value) => `${count(value)} ${value === 1 ? "call" : "calls"}`;

/** @param {number} part @param {number} all */
export function percent(part, all) {
  if (all === 0 || part === 0) return "0 %";
  const share = (part / all) * 100;
  if (share > 0 && share < 0.1) return "< 0.1 %";
  return `${share < 10 ? share.toFixed(1) : Math.round(share)} %`;
}

/** @param {number} bytes */
export const megabytes = (bytes) => (bytes / 1e6).toFixed(1);

/** @param {"nusd" | "tokens"} unit @param {number} value */
export const amount = (unit, value) => (unit === "nusd" ? dollars(value) : count(value));

/** A cell of a sheet as people read it. @param {string} kind @param {import("./protocol.js").SheetCell | undefined} value @returns {string} */
export function shown(kind, value) {
  if (value === null || value === undefined || value === "") return "–";
  if (typeof value !== "number") return String(value);
  if (kind === "nusd") return dollars(value);
  if (kind === "signed") return value === 0 ? "$0" : `${value < 0 ? "−" : "+"}${dollars(Math.abs(value))}`;
  if (kind === "share") return `${tenth.format(value / 10)} %`;
  if (kind === "change") return `${value < 0 ? "−" : "+"}${tenth.format(Math.abs(value) / 10)} %`;
  if (kind === "ratio") return (value / 1000).toFixed(3);
  if (kind === "time") return value < 0 ? "–" : new Date(value).toISOString().slice(0, 16).replace("T", " ");
  return count(value);
}
