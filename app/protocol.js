// The JSON that crosses between page and engine; pylib/whytokens/protocol/ says the same.

export const VERSION = 1;

/**
 * @typedef {{name: string, path: string}} FileSlot
 * @typedef {{v: number, id: number, op: "open" | "report" | "prices" | "layout" | "life" | "compare" | "fixed" | "export" | "secrets" | "text" | "count" | "close" | "spend", files?: FileSlot[],
 *   options?: Record<string, string>, own?: string, layout?: string, filter?: Filter, segment?: number, path?: string[],
 *   slot?: "trace" | "other", format?: string, text?: string, model?: string, table?: string,
 *   asked?: Record<string, string>, before?: Filter, names?: string[]}} Request
 * @typedef {{model: string, kind: string, tokenizer: string, exactness: string, tokens: number,
 *   band: number | null, nusd: number | null, parts: {name: string, tokens: number}[],
 *   pieces: string[], tokens_of: number[], cut: boolean}} CountValue
 * @typedef {{sessions?: string[], runs?: string[], models?: string[], tags?: Record<string, string>, first?: number,
 *   last?: number, since?: string, until?: string}} Filter
 * @typedef {{code: string, title: string, message: string, file: string, line: number | null,
 *   column: number | null, pointer: string, excerpt: string | null, hint: string | null,
 *   offer?: {label: string, options: Record<string, string>}}} ErrorShape
 * @typedef {{id: number, type: "progress", stage: string, done: number, total: number, unit: string,
 *   file?: string | null, line?: number | null}} ProgressMessage
 * @typedef {{strings: string[], categories: string[], name: number[], parent: number[],
 *   category: number[], tokens: number[], read: number[], nusd: number[], first: number[],
 *   calls: number[], segment: number[], approx: number[]}} Columns
 * @typedef {{calls: number, sessions: number, input: number, read: number, write_5m: number,
 *   write_1h: number, uncached: number, output: number, overhead: number, nusd: number,
 *   input_nusd: number, approx: boolean, approx_output: boolean, priced_calls: number}} Totals
 * @typedef {{model: string | null, calls: number, reason: string, nearest: string[]}} Unpriced
 * @typedef {{model: string, row: string, how: string, sure: "sure" | "likely" | "low", source: string,
 *   tier: string, calls: number, nusd: number, reported_calls: number, reported_nusd: number,
 *   ours_nusd: number, notes: string[]}} Priced
 * @typedef {{as_of: string, source: string, tiers: string[], rows: Priced[], unpriced: Unpriced[],
 *   newer: number, newest: string | null}} Prices
 * @typedef {{key: string, parent: string | null, title: string | null, calls: number, input: number,
 *   output: number, nusd: number}} SessionRow
 * @typedef {{call: number, lost: number, position: number, label: string, segment: number}} CacheBreak
 * @typedef {{id: number[], session: number[], model: number[], started_ms: number[], input: number[],
 *   read: number[], write: number[], output: number[], nusd: number[], models: string[],
 *   sessions: string[], tags: Record<string, string[]>, breaks: CacheBreak[]}} CallColumns
 * @typedef {{v: number, name: string, importer: string, totals: Totals,
 *   prices: Prices, sessions: SessionRow[],
 *   warnings: ErrorShape[], assumptions: string[], findings: Finding[], reclaimable: Reclaimable,
 *   calls: CallColumns, merged: Columns}} Report
 * @typedef {{call: number, segment: number | null, label: string, tokens: number, note: string,
 *   excerpt: string | null, file: string, line: number | null, pointer: string}} Evidence
 * @typedef {{nusd: number, low_nusd: number, alone_nusd: number,
 *   certainty: "measured" | "simulated" | "estimated", assumptions: string[]}} Saving
 * @typedef {{text: string, snippet: string, language: string, risk: string}} Fix
 * @typedef {{detector: string, title: string, why: string,
 *   state: "waste" | "advice" | "ok" | "not_applicable" | "error", confidence: "high" | "medium" | "low",
 *   saving: Saving | null, evidence: Evidence[], evidence_total: number, overlaps: number[], fix: Fix | null}} Finding
 * @typedef {{nusd: number | null, low_nusd: number | null, high_nusd: number | null,
 *   grade: "high" | "medium" | "low", refusal: string | null, per_1000_nusd: number}} Monthly
 * @typedef {{nusd: number, low_nusd: number, billed_nusd: number,
 *   steps: {step: string, nusd: number}[], monthly: Monthly}} Reclaimable
 * @typedef {{segment: number, category: string, path: string[], text: string | null, file: string,
 *   line: number | null, pointer: string}} TextValue
 * One call that carried what was asked for: `position` is the token offset of its first part.
 * @typedef {{call: number, position: number, tokens: number, read: number, nusd: number, read_nusd: number}} LifeRow
 * @typedef {{path: string[], rows: LifeRow[], tokens: number, read: number, nusd: number,
 *   read_nusd: number, segments: number}} LifeValue
 * `kind`: in both traces 0, new 1, gone 2; `tokens` and `nusd` are widths: what grew plus what shrank.
 * @typedef {Columns & {tokens_before: number[], tokens_after: number[], nusd_before: number[],
 *   nusd_after: number[], kind: number[]}} DiffColumns
 * @typedef {{before: string, after: string, identical: boolean, related: boolean, texts: number,
 *   shared_tokens: number, tokens: number, calls: number[], note: string, tree: DiffColumns}} Comparison
 * A cell of a sheet: a word, an integer in its column's unit, a line of integers, or nothing.
 * @typedef {string | number | number[] | null} SheetCell
 * @typedef {{name: string, kind: string}} SheetColumn
 * @typedef {{kind: string, x: number, y: number[], band: number[] | null, size: number | null,
 *   compare_days: number | null}} Plot
 * @typedef {{key: string, title: string, note: string, columns: SheetColumn[], rows: SheetCell[][],
 *   filters: Array<Filter | null> | null, plot: Plot | null}} Sheet
 * @typedef {{label: string, value: SheetCell, kind: string, note: string}} Fact
 * @typedef {{table: string, facts: Fact[], sheets: Sheet[], notes: string[], chosen: Record<string, string>,
 *   tags: string[]}} SpendValue
 * @typedef {{name: string, mime: string, text: string | null, base64: string | null}} ExportValue
 * @typedef {{kind: string, shown: string, segment: number, path: string[], file: string,
 *   line: number | null, pointer: string}} Secret
 * @typedef {{type: "boot", stage: string, done: number, total: number}} BootMessage
 */
