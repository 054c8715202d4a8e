// The baked samples: a real report to click before Python has come.

import { el, fill } from "./dom.js";
import { problem } from "./strings.js";

/** @typedef {{id: string, title: string, calls: number, report: string, file: string}} Sample */

/**
 * @param {HTMLElement} host
 * @param {(report: import("./protocol.js").Report, id: string) => void} show
 * @param {(error: import("./protocol.js").ErrorShape) => void} fail
 */
export async function showSamples(host, show, fail) {
  try {
    /** @type {Sample[]} */
    const samples = await (await fetch("samples/index.json")).json();
    const buttons = samples.map((sample) =>
      el(
        "button",
        { type: "button", "data-testid": `sample-${sample.id}`, click: () => load(sample, show) },
        `${sample.title}, ${sample.calls} calls`,
      ),
    );
    fill(host, document.createTextNode("Examples: "), ...buttons);
    await load(samples[0], show);
  } catch (error) {
    fail(problem("bug", "The example could not be loaded.", String(error)));
  }
}

/** @param {Sample} sample @param {(report: import("./protocol.js").Report, id: string) => void} show */
async function load(sample, show) {
  const report = await (await fetch(sample.report)).json();
  show(report, sample.id);
}
