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
 *   warnings: ErrorShape[], assumptions: string[], merged: Columns}} Report
 * @typedef {{segment: number, category: string, path: string[], text: string | null, file: string,
 *   line: number | null, pointer: string}} TextValue
 * @typedef {{type: "boot", stage: string, done: number, total: number}} BootMessage
 */
