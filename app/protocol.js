// The JSON that crosses between page and engine; pylib/whytokens/protocol.py says the same.

export const VERSION = 1;

/**
 * @typedef {{name: string, path: string}} FileSlot
 * @typedef {{v: number, id: number, op: "open" | "layout" | "text" | "close", files?: FileSlot[],
 *   layout?: string, session?: string | null, segment?: number}} Request
 * @typedef {{code: string, title: string, message: string, file: string, line: number | null,
 *   column: number | null, pointer: string, excerpt: string | null, hint: string | null}} ErrorShape
 * @typedef {{id: number, type: "progress", stage: string, done: number, total: number, unit: string,
 *   file?: string | null, line?: number | null}} ProgressMessage
 * @typedef {{strings: string[], categories: string[], name: number[], parent: number[],
 *   category: number[], tokens: number[], read: number[], nusd: number[], first: number[],
 *   calls: number[], segment: number[], approx: number[]}} Columns
 * @typedef {{calls: number, sessions: number, input: number, read: number, write_5m: number,
 *   write_1h: number, uncached: number, output: number, overhead: number, nusd: number,
 *   input_nusd: number, approx: boolean, approx_output: boolean, priced_calls: number}} Totals
 * @typedef {{model: string | null, calls: number, reason: string, nearest: string[]}} Unpriced
 * @typedef {{key: string, parent: string | null, title: string | null, calls: number, input: number,
 *   output: number, nusd: number}} SessionRow
 * @typedef {{v: number, name: string, importer: string, totals: Totals,
 *   prices: {as_of: string, source: string, unpriced: Unpriced[]}, sessions: SessionRow[],
 *   warnings: ErrorShape[], assumptions: string[], findings: Finding[], reclaimable: Reclaimable,
 *   merged: Columns}} Report
 * @typedef {{call: number, segment: number | null, label: string, tokens: number, note: string,
 *   excerpt: string | null, file: string, line: number | null, pointer: string}} Evidence
 * @typedef {{nusd: number, low_nusd: number, alone_nusd: number,
 *   certainty: "measured" | "simulated" | "estimated", assumptions: string[]}} Saving
 * @typedef {{text: string, snippet: string, language: string, risk: string}} Fix
 * @typedef {{detector: string, title: string, why: string,
 *   state: "waste" | "advice" | "ok" | "not_applicable" | "error", confidence: "high" | "medium" | "low",
 *   saving: Saving | null, evidence: Evidence[], overlaps: number[], fix: Fix | null}} Finding
 * @typedef {{nusd: number | null, low_nusd: number | null, high_nusd: number | null,
 *   grade: "high" | "medium" | "low", refusal: string | null, per_1000_nusd: number}} Monthly
 * @typedef {{nusd: number, low_nusd: number, billed_nusd: number,
 *   steps: {step: string, nusd: number}[], monthly: Monthly}} Reclaimable
 * @typedef {{segment: number, category: string, path: string[], text: string | null, file: string,
 *   line: number | null, pointer: string}} TextValue
 * @typedef {{type: "boot", stage: string, done: number, total: number}} BootMessage
 */
