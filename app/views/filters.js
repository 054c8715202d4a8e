// Which calls every view shows: session, model, tag and range of calls.

import { el, fill } from "../dom.js";
import { cost, calls as counted } from "../format.js";

/** @typedef {import("../protocol.js").Filter} Filter */
/** @typedef {import("../protocol.js").Report} Report */

/** @type {import("./registry.js").Panel} */
export const FILTERS = {
  id: "filters",
  slot: "tools",
  label: "Calls to look at",
  class: "filters",
  draw: (host, { state, changed, act }) => {
    if (state.sealed) host.hidden = true;
    if (state.sealed || !state.whole || !(changed.has("whole") || changed.has("filter"))) return;
    drawFilters(host, state.whole, state.filter, (filter) => act.filter(filter));
  },
};

/** A list of more sessions than this is no choice: the dearest are in it. */
const MAX_SESSIONS = 300;

/** @type {WeakMap<Report, Report["sessions"]>} */
const dearest = new WeakMap();

/** The sessions to choose from, sorted once a report. @param {Report} report */
function offered(report) {
  if (report.sessions.length <= MAX_SESSIONS) return report.sessions;
  const found = dearest.get(report) ?? [...report.sessions].sort((a, b) => b.nusd - a.nusd).slice(0, MAX_SESSIONS);
  dearest.set(report, found);
  return found;
}

/** Calls are in order of time, those without one first. @param {number[]} times */
function severalDays(times) {
  const first = times.find((time) => time >= 0);
  return first !== undefined && (times.at(-1) ?? 0) - first > 86_400_000;
}

/** @param {string} label @param {"since" | "until"} name @param {Filter} filter @param {(filter: Filter) => void} choose */
function day(label, name, filter, choose) {
  const field = el("input", { type: "date", "data-testid": `filter-${name}`, value: filter[name] ?? "" });
  field.addEventListener("change", () => choose(merge(filter, { [name]: field.value || undefined })));
  return el("label", {}, `${label} `, field);
}

/** @param {HTMLElement} host @param {Report} report @param {Filter} filter @param {(filter: Filter) => void} choose */
function drawFilters(host, report, filter, choose) {
  const { calls, sessions } = report;
  const parts = [];
  if (sessions.length > 1) {
    const options = offered(report).map((row) => ({
      value: row.key,
      label: `${row.title ?? row.key} · ${counted(row.calls)} · ${cost(row.nusd, row.input + row.output, report.prices.unpriced.length > 0)}`,
    }));
    parts.push(
      chooser("Session", "session", options, filter.sessions?.[0], (key) =>
        choose(merge(filter, { sessions: key ? [key] : undefined })),
      ),
    );
  }
  if (calls.models.length > 1) {
    const options = calls.models.map((name) => ({ value: name, label: name || "no model" }));
    parts.push(
      chooser("Model", "model", options, filter.models?.[0], (name) =>
        choose(merge(filter, { models: name ? [name] : undefined })),
      ),
    );
  }
  for (const [key, values] of Object.entries(calls.tags)) {
    const options = values.map((value) => ({ value, label: value }));
    parts.push(chooser(key, `tag-${key}`, options, filter.tags?.[key], (value) => choose(tagged(filter, key, value))));
  }
  if (severalDays(calls.started_ms)) {
    const [since, until] = [day("From", "since", filter, choose), day("to", "until", filter, choose)];
    parts.push(el("span", { class: "dates" }, since, until));
  }
  if (filter.runs) parts.push(el("span", {}, `Run ${filter.runs.join(", ")}`));
  const last = calls.id[calls.id.length - 1] ?? 0;
  if (calls.id.length > 1) parts.push(range(filter, last, choose));
  if (Object.keys(filter).length) {
    const clear = { type: "button", "data-testid": "filter-clear", click: () => choose({}) };
    parts.push(el("button", clear, "Show all calls"));
  }
  host.hidden = parts.length === 0;
  fill(host, parts.length > 1 ? fold(host, Object.keys(filter).length > 0) : null, ...parts);
}

/** On a narrow screen the fields stand behind a button while they choose nothing. @param {HTMLElement} host @param {boolean} chosen */
function fold(host, chosen) {
  const open = chosen || host.querySelector(".fold")?.getAttribute("aria-expanded") === "true";
  const button = el(
    "button",
    { type: "button", class: "fold", "data-testid": "filter-fold", "aria-expanded": String(open) },
    "Filter calls",
  );
  button.addEventListener("click", () => {
    button.setAttribute("aria-expanded", String(button.getAttribute("aria-expanded") !== "true"));
  });
  return button;
}

/** @param {string} name @param {string} test @param {{value: string, label: string}[]} options @param {string | undefined} now @param {(value: string) => void} choose */
function chooser(name, test, options, now, choose) {
  const select = el(
    "select",
    { "data-testid": test },
    el("option", { value: "" }, "all"),
    ...options.map(({ value, label }) => el("option", { value, selected: value === now }, label)),
  );
  select.addEventListener("change", () => choose(select.value));
  return el("label", {}, `${name} `, select);
}

/** @param {Filter} filter @param {number} last @param {(filter: Filter) => void} choose */
function range(filter, last, choose) {
  const from = field("first call", "call-first", filter.first ?? 0, last);
  const to = field("last call", "call-last", filter.last ?? last, last);
  const changed = () => {
    const first = Math.min(Math.max(1, from.valueAsNumber || 1), last + 1) - 1;
    const end = Math.min(Math.max(first + 1, to.valueAsNumber || last + 1), last + 1) - 1;
    choose(merge(filter, { first: first > 0 ? first : undefined, last: end < last ? end : undefined }));
  };
  from.addEventListener("change", changed);
  to.addEventListener("change", changed);
  return el("span", { class: "range" }, "Calls ", from, " to ", to);
}

/** @param {string} label @param {string} test @param {number} call @param {number} last */
const field = (label, test, call, last) =>
  el("input", {
    type: "number",
    min: 1,
    max: last + 1,
    value: call + 1,
    "aria-label": label,
    "data-testid": test,
  });

/** A filter with some fields changed; what is undefined is left out. @param {Filter} filter @param {Partial<Filter>} values @returns {Filter} */
export function merge(filter, values) {
  const all = Object.entries({ ...filter, ...values }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(all);
}

/** @param {Filter} filter @param {string} key @param {string} value @returns {Filter} */
function tagged(filter, key, value) {
  const { [key]: _, ...others } = filter.tags ?? {};
  const tags = value ? { ...others, [key]: value } : others;
  return merge(filter, { tags: Object.keys(tags).length ? tags : undefined });
}
