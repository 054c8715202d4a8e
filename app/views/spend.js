// Spend: many calls over time. Who spent it, since when, compared to what, and what if.

import { chartOf } from "../charts/plot.js";
import { asIf, compareParts } from "../comparing.js";
import { byId, el, fill } from "../dom.js";
import { saveFile, saveSheet } from "../exporting.js";
import { shown } from "../format.js";
import { tableOf } from "./sheet.js";

/** @typedef {import("../protocol.js").SpendValue} SpendValue */
/** @typedef {import("../protocol.js").Sheet} Sheet */
/** @typedef {import("../actions.js").Actions} Actions */
/**
 * A field of a table's form. `options`: what may be chosen; "tags" stands for every tag of the calls.
 * @typedef {{name: string, label: string, kind: "text" | "select" | "check", hint?: string, options?: string[], wide?: boolean}} Field
 * @typedef {{key: string, label: string, fields: Field[]}} Part
 */

/** @type {Field} */
const WORKFLOW = { name: "workflow", label: "Workflow is", kind: "select", options: ["", "tags", "model", "template"] };
/** @type {Field} */
const BUDGET = { name: "budget", label: "Budget a month, $", kind: "text", hint: "500" };

/** @type {Part[]} */
export const PARTS = [
  { key: "overview", label: "Overview", fields: [BUDGET, WORKFLOW] },
  { key: "workflows", label: "Workflows", fields: [WORKFLOW] },
  {
    key: "chargeback",
    label: "Chargeback",
    fields: [
      { name: "by1", label: "By", kind: "select", options: ["", "tags", "model", "provider"] },
      { name: "by2", label: "then", kind: "select", options: ["", "tags", "model", "provider"] },
      { name: "by3", label: "then", kind: "select", options: ["", "tags", "model", "provider"] },
      { name: "period", label: "each", kind: "select", options: ["all", "month", "week"] },
    ],
  },
  {
    key: "leaderboard",
    label: "Leaderboard",
    fields: [
      {
        name: "dimension",
        label: "By",
        kind: "select",
        options: ["template", "file", "function", "tags", "model", "provider", "session"],
      },
    ],
  },
  {
    key: "efficiency",
    label: "Efficiency",
    fields: [{ name: "agent", label: "By", kind: "select", options: ["", "tags", "model"] }],
  },
  {
    key: "benchmarks",
    label: "Benchmarks",
    fields: [
      WORKFLOW,
      {
        name: "targets",
        label: "Targets, $ an outcome",
        kind: "text",
        hint: "triage=0.05; rag=0.20",
        wide: true,
      },
    ],
  },
  {
    key: "what_if",
    label: "What if",
    fields: [
      { name: "model", label: "All calls to model", kind: "text", hint: "gpt-4o-mini" },
      {
        name: "rules",
        label: "Routing rules",
        kind: "text",
        hint: "task=triage -> gpt-4o-mini; prompt<2000 -> gemini-2.5-flash",
        wide: true,
      },
      { name: "batch", label: "Batch", kind: "check" },
      { name: "cache", label: "Best prompt cache", kind: "check" },
      { name: "tools", label: "Drop tools", kind: "text", hint: "unused, or names" },
      { name: "turns", label: "Keep last turns", kind: "text", hint: "10" },
      { name: "summary", label: "and a summary, tokens", kind: "text", hint: "300" },
      { name: "answers", label: "Cached answers", kind: "select", options: ["", "exact", "loose"] },
      { name: "max_tokens", label: "Answers up to, tokens", kind: "text", hint: "800" },
      { name: "day_cap", label: "Budget a day, $", kind: "text", hint: "20" },
      { name: "month_cap", label: "Budget a month, $", kind: "text", hint: "500" },
    ],
  },
  {
    key: "forecast",
    label: "Forecast",
    fields: [
      BUDGET,
      { name: "growth", label: "Growth a month, %", kind: "text", hint: "10" },
      { name: "launches", label: "Launches: day and $ a day", kind: "text", hint: "2027-01-10 25", wide: true },
      { name: "prices", label: "Price changes: day and %", kind: "text", hint: "2027-02-01 -20", wide: true },
    ],
  },
  {
    key: "units",
    label: "Unit economics",
    fields: [WORKFLOW, { name: "value", label: "An outcome is worth, $", kind: "text", hint: "0.50" }],
  },
  { key: "agents", label: "Agents", fields: [] },
];

/** What the forms say, by field: a budget said once holds in every table. @type {Record<string, string>} */
const said = {};
let part = PARTS[0];

/** @type {import("./registry.js").View} */
export const SPEND = {
  id: "spend",
  key: "7",
  label: "Spend",
  layout: null,
  shows: ["spend"],
  alone: true,
  offered: (state) => !state.sealed,
  draw: ({ state, act, changed }) => {
    if (!["view", "spend", "whole"].some((key) => changed.has(/** @type {any} */ (key)))) return;
    const host = byId("spend");
    const value = state.spend?.table === part.key ? state.spend : null;
    fill(
      host,
      tabs(act),
      form(act, value),
      ...(value ? body(value, act) : [el("p", { class: "muted" }, "Adding up…")]),
    );
  },
};

/** What the shown table is asked with. @returns {{table: string, asked: Record<string, string>}} */
export function asking() {
  /** @type {Record<string, string>} */
  const asked = {};
  for (const { name } of part.fields) if (said[name]) asked[name] = said[name];
  if (part.key === "chargeback") {
    asked.by = ["by1", "by2", "by3"]
      .map((name) => said[name])
      .filter(Boolean)
      .join(",");
  }
  if (asked.model) asked.rules = [asked.rules, `all -> ${asked.model}`].filter(Boolean).join("; ");
  return { table: part.key, asked };
}

/** @param {Actions} act */
function tabs(act) {
  const buttons = PARTS.map((one) => {
    const click = () => {
      part = one;
      act.spend();
    };
    return el(
      "button",
      { type: "button", class: "part", "aria-pressed": String(one === part), "data-testid": `spend-${one.key}`, click },
      one.label,
    );
  });
  return el("div", { class: "parts", role: "group", "aria-label": "Tables of spend" }, ...buttons);
}

/** @param {Actions} act @param {SpendValue | null} value */
function form(act, value) {
  const fields = part.fields.map((field) => input(field, value, act));
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    act.spend();
  };
  const buttons = [];
  if (part.fields.some((field) => field.kind === "text"))
    buttons.push(el("button", { type: "submit", "data-testid": "spend-apply" }, "Apply"));
  if (part.key === "what_if" && value) {
    buttons.push(
      el(
        "button",
        { type: "button", "data-testid": "spend-flame", click: () => asIf(act, asking().asked) },
        "Show as flame graph",
      ),
    );
  }
  if (part.key === "benchmarks" && value) {
    const file = { name: "benchmarks.json", mime: "application/json", text: value.chosen.file, base64: null };
    buttons.push(
      el(
        "button",
        { type: "button", "data-testid": "spend-save", click: () => saveFile(file) },
        "Save for whytokens check",
      ),
    );
  }
  return el("form", { class: "asked", submit, hidden: fields.length + buttons.length === 0 }, ...fields, ...buttons);
}

/** @param {Field} field @param {SpendValue | null} value @param {Actions} act */
function input(field, value, act) {
  const { name, label, kind, hint, options } = field;
  const test = { "data-testid": `ask-${name}`, name };
  if (kind === "check") {
    const box = el("input", { ...test, type: "checkbox", checked: said[name] === "1" });
    box.addEventListener("change", () => {
      said[name] = box.checked ? "1" : "";
      act.spend();
    });
    return el("label", {}, box, ` ${label}`);
  }
  if (kind === "select") {
    const found = [...new Set((options ?? []).flatMap((one) => (one === "tags" ? (value?.tags ?? []) : [one])))];
    if (said[name] && !found.includes(said[name])) found.push(said[name]);
    const select = el(
      "select",
      test,
      ...found.map((one) =>
        el("option", { value: one, selected: one === (said[name] ?? found[0]) }, one || chosen(field, value)),
      ),
    );
    select.addEventListener("change", () => {
      said[name] = select.value;
      act.spend();
    });
    return el("label", {}, `${label} `, select);
  }
  const text = el("input", {
    ...test,
    type: "text",
    value: said[name] ?? "",
    placeholder: hint,
    class: field.wide ? "wide" : null,
    autocomplete: "off",
  });
  text.addEventListener("input", () => {
    said[name] = text.value;
  });
  return el("label", {}, `${label} `, text);
}

/** What an empty choice stands for. @param {Field} field @param {SpendValue | null} value */
function chosen(field, value) {
  if (field.name.startsWith("by")) {
    const used = value?.chosen.by?.split(",")[Number(field.name.slice(2)) - 1];
    return used && !said.by1 ? `${used} (found)` : "–";
  }
  const used = value?.chosen[field.name];
  return used ? `${used} (found)` : "none";
}

/** @param {SpendValue} value @param {Actions} act @returns {Node[]} */
function body(value, act) {
  const facts = value.facts.map(({ label, kind, value: number, note }) => {
    const small = note ? el("span", { class: "note" }, note) : null;
    return el("div", {}, el("dt", {}, label, small), el("dd", {}, shown(kind, number)));
  });
  const notes = value.notes.map((note) => el("li", {}, note));
  return [
    ...(facts.length ? [el("dl", { class: "summary", "data-testid": "spend-facts" }, ...facts)] : []),
    ...(notes.length ? [el("ul", { class: "notes", "data-testid": "spend-notes" }, ...notes)] : []),
    ...value.sheets.filter((sheet) => sheet.rows.length).map((sheet) => section(sheet, act)),
  ];
}

/** @param {Sheet} sheet @param {Actions} act */
function section(sheet, act) {
  /** @type {import("./sheet.js").Leads} */
  const leads = {
    calls: (filter) => act.callsOf(filter),
    compare: (before, after, names) => compareParts(act, before, after, names),
    save: (one) => saveSheet(act, asking(), one.key),
  };
  const pick = (/** @type {number} */ row) => {
    const filter = sheet.filters?.[row];
    if (filter) leads.calls(filter, "");
  };
  return el(
    "section",
    { class: "sheet" },
    el("h2", {}, sheet.title),
    sheet.note ? el("p", { class: "muted" }, sheet.note) : null,
    sheet.plot ? chartOf(sheet, sheet.plot, pick) : null,
    tableOf(sheet, leads),
    el(
      "p",
      {},
      el(
        "button",
        { type: "button", "data-testid": `csv-${sheet.key}`, click: () => leads.save(sheet) },
        "Save as CSV",
      ),
    ),
  );
}
