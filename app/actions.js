// What can be done on the page, for keys, buttons and panels alike: over one engine and one store.

import { say } from "./dom.js";
import { Tree } from "./flame/columns.js";
import { count, dollars } from "./format.js";
import { blobOf, png, save, shapeIn } from "./saving.js";
import * as store from "./store.js";
import * as strings from "./strings.js";
import { askFirst } from "./views/export.js";
import { frameMenu } from "./views/menu.js";
import { ownPrices, snapshotFiles } from "./views/rates.js";
import { VIEWS } from "./views/registry.js";
import { asking } from "./views/spend.js";

/** @typedef {import("./protocol.js").Report} Report */
/** @typedef {import("./protocol.js").Request} Request */
/** @typedef {import("./protocol.js").Filter} Filter */

/**
 * What answers requests: Python in its worker, or the data of a saved page.
 * @typedef {{ready: boolean, start: () => Promise<void>, cancel: (id: number) => void,
 *   ask: (request: Omit<Request, "v" | "id">, files?: File[], hear?: import("./load.js").Hear) => {id: number, done: Promise<any>}}} Answerer
 */

export class Actions {
  /** The page's own, for benches and for the console. @type {Actions | null} */
  static latest = null;

  /** @param {(on: import("./load.js").On) => Answerer} engine */
  constructor(engine) {
    Actions.latest = this;
    /** @type {File[]} */
    this.files = [];
    this.running = 0;
    this.engine = engine({
      boot: (done, total) => {
        if (store.get().progress) store.set({ progress: { text: strings.booting(done, total), done, total } });
      },
      ready: () => performance.mark("python-ready"),
      failed: (message) => this.#failed(message),
    });
  }

  /** Asks the engine anything; progress shows on the page. @param {Omit<Request, "v" | "id">} request @param {File[]} files @returns {Promise<any>} */
  async ask(request, files = []) {
    const asked = this.engine.ask(request, files, { progress: (message) => this.#heard(message) });
    this.running = asked.id;
    try {
      return await asked.done;
    } finally {
      if (this.running === asked.id) {
        this.running = 0;
        store.set({ progress: null });
      }
    }
  }

  /** @param {File[]} chosen */
  async open(chosen) {
    if (!chosen.length) return;
    this.files = chosen;
    const name = named(chosen);
    store.set({
      error: null,
      stopped: null,
      progress: { text: strings.waiting(name, this.engine.ready), done: 0, total: 1 },
    });
    await this.#told(name, async () =>
      this.show(await this.ask({ op: "open", ...ownPrices() }, [...chosen, ...snapshotFiles()]), null),
    );
  }

  /** Prices what is open at the user's rates; false when they are refused. */
  async reprice() {
    let fine = false;
    await this.python();
    if (store.get().example) return fine;
    await this.#told("", async () => {
      const report = await this.ask({ op: "prices", ...ownPrices() }, snapshotFiles());
      fine = true;
      this.show(report, null);
    });
    return fine;
  }

  again() {
    return this.open(this.files);
  }

  dismiss() {
    store.set({ error: null, stopped: null });
  }

  cancel() {
    this.engine.cancel(this.running);
  }

  /** A report becomes what the page shows. @param {Report} report @param {string | null} example */
  show(report, example) {
    const tree = new Tree(report.merged);
    const priced = report.totals.priced_calls > 0 && report.totals.nusd > 0;
    const first = store.get().whole === null || store.get().whole?.name === report.name;
    const kept = first ? store.get() : { ...store.get(), focus: [], query: "", filter: {}, picked: null };
    store.set({
      whole: report,
      report,
      example,
      filter: {},
      trees: { merged: tree },
      picked: null,
      life: null,
      other: null,
      comparison: null,
      view: kept.view === "compare" ? "merged" : kept.view,
      selected: tree.find(kept.focus),
      focus: kept.focus,
      query: kept.query,
      unit: priced ? kept.unit : "tokens",
      outlined: new Set(),
      error: null,
      stopped: null,
    });
    say(
      `${count(report.totals.calls)} calls, ${count(report.totals.input)} prompt tokens, ${dollars(report.totals.nusd)}`,
    );
    store.set({ spend: null, stale: false });
    this.#restore(kept);
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

  /** @param {string} id */
  async view(id) {
    const { layout, offered } = viewOf(id);
    if (offered && !offered(store.get())) return;
    if (id === "everywhere" && store.get().view !== "everywhere") {
      const path = await this.merged();
      if (path) {
        await this.everywhere(path);
        return;
      }
    }
    if (store.get().stale && id !== "spend") await this.#report(store.get().filter);
    await this.#tree(layout);
    store.set({ view: id, focus: [], selected: 0 });
    if (id === "spend") await this.spend();
  }

  /** Only the calls of a filter, in every view. @param {Filter} filter */
  async filter(filter) {
    await this.python();
    if (store.get().view === "spend") {
      store.set({ filter, stale: true });
      await this.spend();
    } else await this.#report(filter);
  }

  /** The report, with all that is drawn from it, of a filter's calls. @param {Filter} filter */
  async #report(filter) {
    const empty = Object.keys(filter).length === 0;
    const whole = store.get().whole;
    await this.#told("", async () => {
      const report = empty && whole ? whole : await this.ask({ op: "report", filter });
      const { diff } = store.get().trees;
      /** @type {Record<string, Tree>} */
      const trees = { merged: new Tree(report.merged), ...(diff ? { diff } : {}) };
      store.set({ filter, report, trees, stale: false, focus: [], selected: 0 });
      if (store.get().view === "everywhere") await this.everywhere(store.get().picked);
      await this.#tree(viewOf(store.get().view).layout);
    });
  }

  /** The table of spend that is shown, of the filter's calls. */
  async spend() {
    await this.python();
    await this.#told("", async () => {
      const spend = await this.ask({ op: "spend", ...asking(), filter: store.get().filter });
      store.set({ spend });
    });
  }

  /** The flame graph of a row's calls. @param {Filter} row */
  async callsOf(row) {
    const filter = { ...store.get().filter, ...row };
    if (row.tags) filter.tags = { ...store.get().filter.tags, ...row.tags };
    store.set({ view: "merged", spend: null });
    await this.#report(filter);
  }

  /** Two parts of the trace as a differential flame graph. @param {Filter} before @param {Filter} after @param {string[]} names */
  compareParts(before, after, names) {
    return this.#compared({ before, filter: after, names });
  }

  /** The trace beside itself with changes made. @param {Record<string, string>} asked */
  asIf(asked) {
    return this.#compared({ asked, filter: store.get().filter, names: ["as billed", "as it would be"] });
  }

  /** @param {Omit<Request, "v" | "id" | "op">} request */
  async #compared(request) {
    await this.python();
    await this.#told("", async () => {
      const comparison = await this.ask({ op: "compare", ...request });
      const trees = { ...store.get().trees, diff: new Tree(comparison.tree) };
      store.set({ comparison, trees, view: "compare", focus: [], selected: 0, query: "" });
    });
  }

  /** A sheet of the shown table as a file. @param {string} key */
  async saveSheet(key) {
    await this.#told("", async () => {
      this.saveFile(await this.ask({ op: "spend", ...asking(), filter: store.get().filter, path: [key] }));
    });
  }

  /** @param {import("./protocol.js").ExportValue} file */
  saveFile(file) {
    save(file.name, blobOf(file));
  }

  /** Every call that carried a frame; null picks none. @param {string[] | null} path */
  async everywhere(path) {
    if (!path?.length) {
      store.set({ picked: null, life: null, view: "everywhere" });
      return;
    }
    await this.python();
    await this.#told("", async () => {
      const life = await this.ask({ op: "life", path, filter: store.get().filter });
      store.set({ picked: life ? path : null, life, view: "everywhere" });
      if (!life) say(strings.FOLDED);
    });
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
  }

  /** Opens a second trace and shows what changed. @param {File[]} chosen */
  async compare(chosen) {
    if (!chosen.length) return;
    await this.python();
    const name = named(chosen);
    store.set({ error: null, progress: { text: strings.waiting(name, this.engine.ready), done: 0, total: 1 } });
    await this.#told(name, async () => {
      const other = await this.ask({ op: "open", slot: "other", ...ownPrices() }, [...chosen, ...snapshotFiles()]);
      const comparison = await this.ask({ op: "compare" });
      const trees = { ...store.get().trees, diff: new Tree(comparison.tree) };
      store.set({ other, comparison, trees, view: "compare", focus: [], selected: 0, query: "" });
    });
  }

  /** The trace beside itself with every counted change made. */
  async fixed() {
    await this.python();
    await this.#told("", async () => {
      const comparison = await this.ask({ op: "fixed" });
      const trees = { ...store.get().trees, diff: new Tree(comparison.tree) };
      store.set({ comparison, trees, view: "compare", focus: [], selected: 0, query: "" });
    });
  }

  /** Outlines the frames of segments. @param {number[]} segments */
  outline(segments) {
    store.set({ outlined: new Set(segments) });
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
  }

  endCompare() {
    store.set({ other: null, comparison: null, view: "merged", focus: [], selected: 0 });
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

  /** @param {number} row */
  select(row) {
    store.set({ selected: row });
  }

  /** @param {number} row */
  zoom(row) {
    const tree = this.tree();
    if (tree) store.set({ focus: tree.path(row), selected: row });
  }

  /** Saves a file, once nothing secret is in it or the user said so. @param {string} format */
  async export(format) {
    await this.python();
    await this.#told("", async () => {
      const file = await this.ask({
        op: "export",
        format: format === "png" ? "svg" : format,
        filter: store.get().filter,
      });
      askFirst(await this.ask({ op: "secrets" }), async () => {
        const blob = blobOf(file);
        if (format === "png") save(file.name.replace(/svg$/, "png"), await png(blob));
        else save(file.name, blob);
      });
    });
  }

  /** Opens the trace in a link, if it holds one. @param {string} hash */
  async fromLink(hash) {
    try {
      const file = await shapeIn(hash);
      if (file) {
        store.set({ shared: true });
        await this.open([file]);
      }
      return file !== null;
    } catch {
      store.set({ error: strings.LINK_UNREADABLE });
      return false;
    }
  }

  /** Opens what lies at an address; only open-url.html may reach another site. @param {string} address */
  async fromAddress(address) {
    try {
      const url = new URL(address, location.href);
      const response = await fetch(url, { credentials: "omit", referrerPolicy: "no-referrer" });
      if (!response.ok) throw new Error(String(response.status));
      await this.open([new File([await response.blob()], url.pathname.split("/").pop() || url.hostname)]);
    } catch {
      store.set({ error: strings.URL_BLOCKED, progress: null });
    }
  }

  /** The menu of a frame. @param {number} row @param {number} x @param {number} y */
  menu(row, x, y) {
    frameMenu(this, row, x, y);
  }

  /** @param {string} query */
  search(query) {
    store.set({ query });
  }

  /** Selects the next match, or the one before. @param {number} step */
  match(step) {
    const tree = this.tree();
    const { query, focus, selected } = store.get();
    if (!tree || !query) return;
    const rows = [...tree.search(query, tree.find(focus)).rows].sort((a, b) => a - b);
    if (!rows.length) return;
    const at = rows.indexOf(selected);
    const next = rows[(at + step + rows.length) % rows.length] ?? rows[0];
    store.set({ selected: at < 0 ? rows[step > 0 ? 0 : rows.length - 1] : next });
    say(tree.path(store.get().selected).join(", "));
  }

  out() {
    const tree = this.tree();
    if (tree) this.zoom(Math.max(0, tree.columns.parent[tree.find(store.get().focus)]));
  }

  /** The tree that the chosen view draws. @returns {Tree | null} */
  tree() {
    const { layout } = viewOf(store.get().view);
    return layout ? (store.get().trees[layout] ?? null) : null;
  }

  /** Fetches a layout that is not there yet. @param {string | null} layout */
  async #tree(layout) {
    const { trees, example, filter } = store.get();
    if (!layout || trees[layout]) return;
    const columns = example
      ? await (await fetch(`samples/${example}.${layout}.json`)).json()
      : await this.ask({ op: "layout", layout, filter });
    if (store.get().trees === trees) store.set({ trees: { ...trees, [layout]: new Tree(columns) } });
  }

  /** Runs work whose failure belongs on the page. @param {string} name @param {() => Promise<void>} work */
  async #told(name, work) {
    try {
      await work();
    } catch (error) {
      const told = /** @type {any} */ (error);
      if (told?.cancelled) store.set({ progress: null, stopped: name || null });
      else if (told?.code) store.set({ progress: null, error: told });
      else if (!told?.failed) throw error;
    }
  }

  /** @param {any} message */
  #heard(message) {
    const text = message.type === "fetching" ? strings.fetching(message.asset) : strings.progress(message);
    store.set({ progress: { text, done: message.done ?? 0, total: message.total ?? 1 } });
    say(text);
  }

  /** @param {string} message */
  #failed(message) {
    if (!this.running) return;
    this.running = 0;
    const { title, text } = strings.PYTHON_FAILED;
    store.set({ progress: null, error: { ...strings.problem("python-failed", title, text), hint: message } });
  }
}

/** @param {string} id */
export const viewOf = (id) => VIEWS.find((view) => view.id === id) ?? VIEWS[0];

/** @param {File[]} files */
const named = (files) => (files.length === 1 ? files[0].name : `${files.length} files`);
