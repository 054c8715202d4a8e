// Findings: what to stop sending, heaviest first, each with its saving, its evidence and its fix.

import { fixed } from "../comparing.js";
import { el, fill } from "../dom.js";
import { count, dollars, percent } from "../format.js";

/** @typedef {import("../protocol.js").Finding} Finding */
/** @typedef {import("../protocol.js").Evidence} Evidence */
/** @typedef {import("../protocol.js").Report} Report */
/** @typedef {import("../actions.js").Actions} Actions */

const SHOWN_EVIDENCE = 8;
const SHOWN = ["waste", "advice", "error", "not_applicable"];
/** How a number was come by. @type {Record<import("../protocol.js").Saving["certainty"], string>} */
const CERTAINTY = {
  measured: "measured: from reported usage",
  simulated: "simulated: your calls replayed",
  estimated: "estimated",
};

/** @type {import("./registry.js").Panel} */
export const FINDINGS = {
  id: "findings",
  slot: "left",
  label: "Findings",
  class: "panel findings",
  draw: (host, { state, changed, act }) => {
    if (!state.report || !(changed.has("report") || changed.has("sealed"))) return;
    drawFindings(host, state.report, act, state.sealed);
  },
};

/** @param {HTMLElement} host @param {Report} report @param {Actions} act @param {boolean} sealed */
function drawFindings(host, report, act, sealed) {
  const found = report.findings.filter((one) => SHOWN.includes(one.state));
  const waste = report.findings.some((one) => one.state === "waste");
  const checks = new Set(report.findings.map((one) => one.detector)).size;
  fill(
    host,
    el("h2", {}, found.length ? `Findings · ${count(found.length)}` : "Findings"),
    waste ? null : el("p", { "data-testid": "no-waste" }, `No waste found by ${count(checks)} checks.`),
    found.length ? el("ul", {}, ...report.findings.map((one, at) => item(report, one, at, act))) : null,
    waste && !sealed ? showFixed(act) : null,
    waste ? month(report) : null,
    looked(report),
  );
}

/** @param {Report} report @param {Finding} finding @param {number} at @param {Actions} act */
function item(report, finding, at, act) {
  if (!SHOWN.includes(finding.state)) return null;
  const details = el(
    "details",
    { "data-testid": `finding-${at}` },
    el(
      "summary",
      {},
      el("span", { class: "finding-title" }, finding.title),
      overlap(finding),
      el("span", { class: `finding-price ${finding.state}` }, price(finding)),
    ),
    el("p", {}, finding.why),
    evidence(finding, act),
    saving(report, finding),
    ...fix(finding),
  );
  details.addEventListener("toggle", () => act.outline(details.open ? segments(finding) : []));
  return el("li", {}, details);
}

/** @param {Finding} finding */
const overlap = ({ overlaps }) =>
  overlaps.length
    ? el("span", { class: "muted" }, ` overlaps finding ${overlaps.map((one) => count(one + 1)).join(", ")}`)
    : null;

/** @param {Finding} finding */
const price = (finding) => (finding.saving ? dollars(finding.saving.nusd) : finding.state.replace("_", " "));

/** @param {Finding} finding */
const segments = (finding) => finding.evidence.flatMap((one) => (one.segment === null ? [] : [one.segment]));

/** @param {Finding} finding @param {Actions} act */
function evidence(finding, act) {
  if (!finding.evidence.length) return null;
  const list = el("ul", { class: "evidence" });
  const left = finding.evidence_total - finding.evidence.length;
  /** @param {number} shown */
  const draw = (shown) => {
    const more = finding.evidence.length - shown;
    const all = () => draw(finding.evidence.length);
    fill(
      list,
      ...finding.evidence.slice(0, shown).map((one) => el("li", {}, ...place(finding, one, act))),
      more > 0 ? el("li", {}, el("button", { type: "button", click: all }, `Show ${count(more)} more`)) : null,
      left > 0 ? el("li", { class: "muted" }, `and ${count(left)} more like these`) : null,
    );
  };
  draw(SHOWN_EVIDENCE);
  return list;
}

/** @param {Finding} finding @param {Evidence} one @param {Actions} act */
function place(finding, one, act) {
  const go = () => act.point(one, segments(finding));
  const where = one.file + (one.line ? `:${one.line}` : "");
  return [
    el("button", { type: "button", class: "link", "data-testid": "evidence", click: go }, one.label),
    el("span", { class: "muted" }, ` ${count(one.tokens)} tokens`, one.note ? ` · ${one.note}` : "", ` · ${where}`),
    one.excerpt ? el("code", { class: "excerpt" }, one.excerpt.replace(/\s+/g, " ")) : null,
  ];
}

/** @param {Report} report @param {Finding} finding */
function saving({ reclaimable }, { saving: found, confidence }) {
  if (!found) return null;
  const alone =
    found.alone_nusd > found.nusd
      ? ` Alone it would save ${dollars(found.alone_nusd)}; what several save is counted once.`
      : "";
  const low = found.low_nusd < found.nusd ? ` At least ${dollars(found.low_nusd)}.` : "";
  return el(
    "div",
    { class: `saving ${found.certainty}` },
    el(
      "p",
      {},
      `Saves ${dollars(found.nusd)}, ${percent(found.nusd, reclaimable.billed_nusd)} of the bill ` +
        `(${CERTAINTY[found.certainty]}, ${confidence} confidence).${low}${alone}`,
    ),
    el("ul", { class: "muted" }, ...found.assumptions.map((text) => el("li", {}, text))),
  );
}

/** @param {Finding} finding */
function fix({ fix: found }) {
  if (!found) return [];
  return [
    el("h3", {}, "What to change"),
    el("p", {}, found.text),
    found.snippet ? el("pre", { tabindex: "0", "aria-label": "Example of the change" }, found.snippet) : null,
    found.risk ? el("p", { class: "muted" }, `What could go wrong: ${found.risk}`) : null,
  ];
}

/** @param {Actions} act */
const showFixed = (act) =>
  el("p", {}, el("button", { type: "button", "data-testid": "show-fixed", click: () => fixed(act) }, "Show it fixed"));

/** @param {Report} report */
function month({ reclaimable }) {
  const { low_nusd: low, high_nusd: high, nusd, grade, refusal, per_1000_nusd: each } = reclaimable.monthly;
  const text =
    low === null || high === null || nusd === null
      ? `No monthly figure: ${refusal}. Per 1,000 calls like these: ${dollars(each)}.`
      : `At least ${dollars(low)} a month (${dollars(nusd)}, up to ${dollars(high)}; ${grade} confidence).`;
  return el("p", { class: "muted", "data-testid": "month" }, text);
}

/** @param {Report} report */
function looked({ findings }) {
  const clean = findings.filter((one) => one.state === "ok");
  if (!clean.length) return null;
  return el(
    "details",
    { class: "muted" },
    el("summary", {}, `What the checks look for · ${count(clean.length)} found nothing`),
    el("ul", {}, ...clean.map((one) => el("li", {}, one.title))),
  );
}
