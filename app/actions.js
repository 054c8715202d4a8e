// What can be done on the page, for keys, buttons and panels alike: over one engine and one store.

import { quietly } from "./address.js";
import { reveal, say } from "./dom.js";
import { Tree } from "./flame/columns.js";
import { calls, cost, count } from "./format.js";
import { Framing, viewOf } from "./framing.js";
import * as store from "./store.js";
import * as strings from "./strings.js";
import { openingView, pricedAt, textless } from "./suiting.js";
import { frameMenu } from "./views/menu.js";
import { ownPrices, snapshotFiles } from "./views/rates.js";
import { asking } from "./views/spend.js";

/** @typedef {import("./protocol.js").Report} Report */
/** @typedef {import("./protocol.js").Filter} Filter */

export class Actions extends Framing {
  /** The page's own, for benches and for the console. @type {Actions | null} */
  static latest = null;

  /** The view that was asked for last: one that comes later than the next wish is not shown. */
  #wanted = "";

  /** @param {(on: import("./load.js").On) => import("./asking.js").Answerer} engine */
  constructor(engine) {
    super(engine);
    Actions.latest = this;
    /** @type {File[]} */
    this.files = [];
    /** @type {(asked: Record<string, string>) => Promise<void>} */
    this.retry = () => this.open(this.files);
  }

  /** @param {File[]} chosen @param {Record<string, string>} options what an offer of an error asks for @param {string} shared the link's data they come from */
  async open(chosen, options = {}, shared = "") {
    if (!chosen.length) return;
    this.files = chosen;
    this.retry = (asked) => this.open(chosen, { ...options, ...asked }, shared);
    const name = strings.named(chosen);
    store.set({
      error: null,
      stopped: null,
      progress: { text: strings.waiting(name, this.engine.ready), done: 0, total: 1 },
    });
    await this.told(name, async () =>
      this.show(await this.ask({ op: "open", options, ...ownPrices() }, [...chosen, ...snapshotFiles()]), null, shared),
    );
  }

  /** Prices what is open at the user's rates; false when they are refused. */
  async reprice() {
    let fine = false;
    await this.python();
    if (store.get().example) return fine;
    await this.told("", async () => {
      const report = await this.ask({ op: "prices", ...ownPrices() }, snapshotFiles());
      fine = true;
      this.show(report, null, store.get().shared);
    });
    return fine;
  }

  /** What was opened or compared last, once more. @param {Record<string, string>} options */
  again(options = {}) {
    return this.retry(options);
  }

  dismiss() {
    store.set({ error: null, stopped: null });
  }

  /** A report becomes what the page shows. @param {Report} report @param {string | null} example @param {string} shared */
  show(report, example, shared = "") {
    const tree = treeOf(report);
    const priced = pricedAt(report);
    const before = store.get().whole;
    const first = before === null || before.name === report.name;
    const kept = first ? { ...store.get() } : { ...store.get(), focus: [], query: "", filter: {}, picked: null };
    store.set({
      whole: report,
      report,
      example,
      shared,
      filter: {},
      trees: { merged: tree },
      picked: null,
      life: null,
      other: null,
      comparison: null,
      view: openingView(report, before && textless(before) && !first ? "merged" : kept.view),
      selected: tree.find(kept.focus),
      focus: kept.focus,
      query: kept.query,
      unit: !priced ? "tokens" : before && !pricedAt(before) ? "nusd" : kept.unit,
      outlined: new Set(),
      error: null,
      stopped: null,
    });
    const { input, output, nusd } = report.totals;
    const price = cost(nusd, input + output, tree.unpriced);
    say(`${calls(report.totals.calls)}, ${count(input)} prompt tokens, ${price}`);
    store.set({ spend: null, stale: false });
    quietly(() => this.#restore(kept));
  }

  /** What the address asked for beyond the first picture. @param {Readonly<store.State>} kept */
  async #restore(kept) {
    const { view } = store.get();
    if (Object.keys(kept.filter).length) await this.filter(kept.filter);
    else if (view === "spend") await this.spend();
    else await this.#tree(viewOf(view).layout);
    if (view === "everywhere" && kept.picked) await this.everywhere(kept.picked);
    const tree = this.tree();
    if (tree && kept.focus.length) store.set({ focus: kept.focus, selected: tree.find(kept.focus) });
  }

  /** Where an address leads, from any other place of the same trace. @param {Partial<import("./hash.js").ViewState>} asked */
  follow(asked) {
    return quietly(() => this.#follow(asked));
  }

  /** @param {Partial<import("./hash.js").ViewState>} asked */
  async #follow(asked) {
    const { filter } = store.get();
    const { view = "merged", focus = [], picked = null, ...rest } = asked;
    const wanted = {
      query: "",
      inverted: false,
      filter: {},
      unit: store.get().unit,
      colour: store.get().colour,
      ...rest,
    };
    const { filter: calls, ...look } = wanted;
    store.set(look);
    if (JSON.stringify(calls) !== JSON.stringify(filter)) await this.filter(calls);
    if (view === "everywhere") await this.everywhere(picked);
    else if (view !== store.get().view) await this.view(view);
    const tree = this.tree();
    if (tree) store.set({ focus, selected: tree.find(focus) });
  }

  /** @param {string} id */
  async view(id) {
    const { layout, offered } = viewOf(id);
    this.#wanted = id;
    if (offered && !offered(store.get())) return;
    if (id === "everywhere" && store.get().view !== "everywhere") {
      const path = await this.merged();
      if (path) {
        await this.everywhere(path);
        return;
      }
    }
    store.set({ awaited: id });
    if (store.get().stale && id !== "spend") await this.#report(store.get().filter);
    await this.told("", () => this.#tree(layout));
    if (this.#wanted !== id) return;
    store.set({ awaited: null });
    if (layout && !store.get().trees[layout]) return;
    store.set({ view: id, focus: [], selected: 0 });
    if (id === "spend") await this.spend();
  }

  /** Only the calls of a filter, in every view. @param {Filter} filter */
  async filter(filter) {
    await this.python();
    if (store.get().view === "spend") {
      const summed = this.#sum(filter); // Python sums while the page draws the filter
      store.set({ filter, stale: true });
      await summed;
    } else await this.#report(filter);
  }

  /** The report, with all that is drawn from it, of a filter's calls. @param {Filter} filter */
  async #report(filter) {
    const empty = Object.keys(filter).length === 0;
    const whole = store.get().whole;
    await this.told("", async () => {
      const report = empty && whole ? whole : await this.ask({ op: "report", filter });
      const { diff } = store.get().trees;
      /** @type {Record<string, Tree>} */
      const trees = { merged: treeOf(report), ...(diff ? { diff } : {}) };
      store.set({ filter, report, trees, stale: false, focus: [], selected: 0 });
      if (store.get().view === "everywhere") await this.everywhere(store.get().picked);
      await this.#tree(viewOf(store.get().view).layout);
    });
  }

  /** The table of spend that is shown, of the filter's calls. */
  async spend() {
    await this.python();
    await this.#sum(store.get().filter);
  }

  /** @param {Filter} filter */
  async #sum(filter) {
    await this.told("", async () => {
      const spend = await this.ask({ op: "spend", ...asking(), filter });
      store.set({ spend });
    });
  }

  /** The flame graph of a row's calls. @param {Filter} row */
  async callsOf(row) {
    const filter = { ...store.get().filter, ...row };
    if (row.tags) filter.tags = { ...store.get().filter.tags, ...row.tags };
    store.set({ view: "merged", spend: null });
    await this.#report(filter);
    reveal("tabs");
  }

  /** Every call that carried a frame; null picks none. @param {string[] | null} path */
  async everywhere(path) {
    if (!path?.length) {
      store.set({ picked: null, life: null, missed: null, view: "everywhere" });
      return;
    }
    this.#wanted = "everywhere";
    store.set({ awaited: "everywhere" });
    await this.python();
    await this.told("", async () => {
      const life = await this.ask({ op: "life", path, filter: store.get().filter });
      if (this.#wanted !== "everywhere") return;
      const missed = life ? null : (path.at(-1) ?? null);
      store.set({ picked: life ? path : null, life, missed, view: "everywhere" });
      if (missed) say(`${missed}: ${strings.FOLDED}`);
    });
    if (this.#wanted === "everywhere") store.set({ awaited: null });
  }

  /** The chosen frame by its labels in the merged tree; null when it has none there. */
  async merged() {
    const { selected, view } = store.get();
    const tree = this.tree();
    if (!tree || selected <= 0 || view === "compare") return null;
    if (!viewOf(view).ordered) return tree.path(selected);
    const segment = tree.columns.segment[selected];
    if (segment < 0) return null;
    await this.#tree("unfolded");
    const all = store.get().trees.unfolded;
    return all.path(Math.max(0, all.columns.segment.indexOf(segment)));
  }

  /** Zooms to a call in order. @param {number} call */
  async toCall(call) {
    await this.view("order");
    const tree = this.tree();
    const row = tree ? tree.children[0].find((child) => tree.columns.first[child] === call) : undefined;
    if (row !== undefined) this.zoom(row);
    reveal("chart", "table");
  }

  /** Selects the frame that a finding points at and outlines all of its frames; a call is zoomed to. @param {import("./protocol.js").Evidence} evidence @param {number[]} segments */
  async point(evidence, segments) {
    if (evidence.segment === null) {
      await this.toCall(evidence.call);
      return;
    }
    if (store.get().view === "compare") await this.view("merged");
    const tree = this.tree();
    const row = tree ? tree.columns.segment.indexOf(evidence.segment) : -1;
    store.set({ outlined: new Set(segments), focus: [], ...(row > 0 ? { selected: row } : {}) });
    say(row > 0 ? `Selected ${evidence.label}` : strings.FOLDED);
    reveal("chart");
  }

  /** The example's picture is baked; what needs its texts needs its log and Python. */
  async python() {
    const { example } = store.get();
    if (!example) return;
    const log = await (await fetch(`samples/${example}.jsonl`)).blob();
    await this.open([new File([log], `${example}.jsonl`)]);
  }

  /** @param {number} segment @returns {Promise<import("./protocol.js").TextValue>} */
  async text(segment) {
    await this.python();
    return this.ask({ op: "text", segment });
  }

  /** The menu of a frame. @param {number} row @param {number} x @param {number} y */
  menu(row, x, y) {
    frameMenu(this, row, x, y);
  }

  /** Fetches a layout that is not there yet. @param {string | null} layout */
  async #tree(layout) {
    const { trees, report, example, filter } = store.get();
    if (!layout || trees[layout]) return;
    const columns = example
      ? await (await fetch(`samples/${example}.${layout}.json`)).json()
      : await this.ask({ op: "layout", layout, filter });
    if (report && store.get().report === report)
      store.set({ trees: { ...store.get().trees, [layout]: treeOf(report, columns) } });
  }
}

/** @param {Report} report @param {import("./protocol.js").Columns} columns */
const treeOf = (report, columns = report.merged) => new Tree(columns, report.prices.unpriced.length > 0);
