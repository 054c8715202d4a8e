// The baked samples: a real report to click before Python has come. `?trace=id` asks for one of them.

import { el, fill } from "./dom.js";
import { problem } from "./strings.js";

/** @typedef {import("./protocol.js").Report} Report */
/** @typedef {{id: string, title: string, calls: number, report: string, file: string}} Sample */
/** @typedef {(report: Report, id: string) => void} Show */

/**
 * @param {HTMLElement} host
 * @param {string | null} asked
 * @param {Show | null} first what to do with the one that is asked for, else the first; null = nothing
 * @param {{open: Show, fail: (error: import("./protocol.js").ErrorShape) => void}} on
 */
export async function showSamples(host, asked, first, on) {
  try {
    /** @type {Sample[]} */
    const samples = await (await fetch("samples/index.json")).json();
    const buttons = samples.map((sample) =>
      el(
        "button",
        { type: "button", "data-testid": `sample-${sample.id}`, click: () => load(sample, on.open) },
        `${sample.title}, ${sample.calls} calls`,
      ),
    );
    fill(host, document.createTextNode("Example: "), ...buttons);
    const wanted = samples.find((sample) => sample.id === asked) ?? samples[0];
    if (first) await load(wanted, first);
  } catch (error) {
    on.fail(problem("bug", "The example could not be loaded.", String(error)));
  }
}

/** @param {Sample} sample @param {Show} show */
async function load(sample, show) {
  show(await (await fetch(sample.report)).json(), sample.id);
}
