// The page: connects what the user does, the engine, and the views.

import { byId, say } from "./dom.js";
import { Chart } from "./flame/chart.js";
import { Tree } from "./flame/columns.js";
import { move, typing } from "./flame/keys.js";
import { count, dollars, percent } from "./format.js";
import * as hash from "./hash.js";
import { Engine } from "./load.js";
import { listenForFiles } from "./opening.js";
import { showSamples } from "./samples.js";
import * as store from "./store.js";
import * as strings from "./strings.js";
import { drawInspector } from "./views/inspector.js";
import { drawCrumbs, drawError, drawLegend, drawNotes, drawProgress, showShortcuts } from "./views/panels.js";
import { drawSummary } from "./views/summary.js";
import { Table } from "./views/table.js";

const NARROW = matchMedia("(max-width: 719px)");
const saved = hash.read(location.hash);
store.set(saved);

/** @type {File[]} */
let files = [];
let running = 0;
const engine = new Engine({
  boot: (done, total) => {
    if (store.get().progress) store.set({ progress: { text: strings.booting(done, total), done, total } });
  },
  ready: () => performance.mark("python-ready"),
  failed: (message) => {
    if (running)
      store.set({
        progress: null,
        error: {
          ...strings.problem(
            "python-failed",
            "Python could not start.",
            "Your browser may block WebAssembly. The example still works.",
          ),
          hint: message,
        },
      });
    running = 0;
  },
});

/** @param {File[]} chosen */
async function open(chosen) {
  if (!chosen.length) return;
  files = chosen;
  const name = files.length === 1 ? files[0].name : `${files.length} files`;
  store.set({
    error: null,
    stopped: null,
    progress: { text: strings.waiting(name, engine.ready), done: 0, total: 1 },
  });
  const asked = engine.ask({ op: "open" }, files, { progress: heard });
  running = asked.id;
  try {
    showReport(await asked.done, false);
    store.set({ progress: null });
  } catch (error) {
    const told = /** @type {any} */ (error);
    if (told?.cancelled) store.set({ progress: null, stopped: name });
    else if (told?.code) store.set({ progress: null, error: told });
  }
  running = 0;
}

/** @param {any} message */
function heard(message) {
  const text = message.type === "fetching" ? strings.fetching(message.asset) : strings.progress(message);
  store.set({ progress: { text, done: message.done ?? 0, total: message.total ?? 1 } });
  say(text);
}

/** @param {import("./protocol.js").Report} report @param {boolean} example */
function showReport(report, example) {
  const tree = new Tree(report.merged);
  const priced = report.totals.priced_calls > 0 && report.totals.nusd > 0;
  const kept = example ? store.get() : { ...store.get(), focus: [], query: "" };
  store.set({
    report,
    example,
    tree,
    order: null,
    session: null,
    selected: tree.find(kept.focus),
    focus: kept.focus,
    query: kept.query,
    unit: priced ? kept.unit : "tokens",
    view: kept.view === "order" && example ? "merged" : kept.view,
    error: null,
    stopped: null,
  });
  say(
    `${count(report.totals.calls)} calls, ${count(report.totals.input)} prompt tokens, ${dollars(report.totals.nusd)}`,
  );
}

/** @param {store.View} view */
async function chooseView(view) {
  if (view === "order" && !store.get().order) {
    if (store.get().example) await openExample();
    const { session } = store.get();
    const columns = await engine.ask({ op: "layout", layout: "in_order", session }).done;
    store.set({ order: new Tree(columns) });
  }
  store.set({ view, focus: [], selected: 0 });
}

/** The example's picture is baked; its views beyond the first need its log and Python. */
async function openExample() {
  const id = byId("trace").dataset.sample;
  const text = await (await fetch(`samples/${id}.jsonl`)).blob();
  await open([new File([text], `${id}.jsonl`)]);
}

/** @param {number} row */
function select(row) {
  store.set({ selected: row });
}

/** @param {number} row */
function zoom(row) {
  const tree = store.shown(store.get());
  if (tree) store.set({ focus: tree.path(row), selected: row });
}

const chart = new Chart(byId("chart"), { select, zoom });
const table = new Table(byId("table"), select);
/** @type {(segment: number) => Promise<any>} */
const textOf = async (segment) => {
  if (store.get().example) await openExample();
  return engine.ask({ op: "text", segment }).done;
};

store.listen((state, changed) => {
  drawProgress(byId("progress"), state.progress, () => engine.cancel(running));
  drawError(byId("error"), state.error ?? stoppedNote(state.stopped), errorActions(state));
  byId("landing").hidden = state.report !== null && !state.example;
  byId("trace").hidden = state.report === null;
  const tree = store.shown(state);
  if (!state.report || !tree) return;
  if (changed.has("report")) drawHead(state);
  const focus = tree.find(state.focus);
  const found = tree.search(state.query, focus);
  const look = { ...state, focus, matches: found.rows, searching: state.query !== "", ordered: state.view === "order" };
  const asTable = state.view === "table" || NARROW.matches;
  byId("chart").hidden = asTable;
  byId("table").hidden = !asTable;
  if (asTable) table.draw(tree, look);
  else chart.draw(tree, look);
  byId("matched").textContent = matched(state, tree, focus, found);
  drawCrumbs(byId("crumbs"), tree, focus, zoom);
  drawLegend(byId("legend"), tree, state.colour);
  drawInspector(byId("inspector"), tree, Math.min(state.selected, tree.size - 1), focus, textOf);
  markButtons(state);
  const address = hash.write(state);
  if (address !== location.hash) history.replaceState(null, "", address || location.pathname + location.search);
  if (changed.has("report")) performance.mark("icicle-ready");
});

/** @param {string | null} name */
function stoppedNote(name) {
  return name ? strings.problem("stopped", "Stopped.", `${name} is still here.`) : null;
}

/** @param {store.State} state @returns {Array<[string, () => void]>} */
function errorActions(state) {
  /** @type {Array<[string, () => void]>} */
  const actions = [];
  if (state.stopped) actions.push(["Continue", () => open(files)]);
  if (state.error?.code === "python-failed") actions.push(["Try again", () => open(files)]);
  actions.push(["Open another", () => byId("open").click()]);
  actions.push(["Close", () => store.set({ error: null, stopped: null })]);
  return actions;
}

/** @param {store.State} state */
function drawHead(state) {
  const report = /** @type {import("./protocol.js").Report} */ (state.report);
  byId("title").textContent = `${report.name} · ${count(report.totals.calls)} calls · ${report.importer}`;
  const example = byId("example");
  example.hidden = !state.example;
  example.textContent = `Example: ${report.name}, ${count(report.totals.calls)} calls`;
  drawSummary(byId("summary"), report);
  drawNotes(byId("notes"), report);
  const chooser = /** @type {HTMLSelectElement} */ (byId("session"));
  const label = /** @type {HTMLElement} */ (chooser.parentElement);
  label.hidden = report.sessions.length < 2 || state.example;
  chooser.replaceChildren(new Option("all", ""));
  for (const row of report.sessions) {
    chooser.append(new Option(`${row.title ?? row.key} · ${count(row.calls)} calls · ${dollars(row.nusd)}`, row.key));
  }
}

/** @param {store.State} state @param {Tree} tree @param {number} focus @param {{rows: Set<number>, tokens: number, nusd: number}} found */
function matched(state, tree, focus, found) {
  if (!state.query) return "";
  if (!found.rows.size) return `Nothing matches “${state.query}”`;
  const share = percent(found[state.unit], tree.value(state.unit, focus));
  return `matched ${share} · ${count(found.tokens)} tokens · ${dollars(found.nusd)}`;
}

/** @param {store.State} state */
function markButtons(state) {
  for (const [name, value] of [
    ["view", state.view],
    ["unit", state.unit],
    ["colour", state.colour],
  ]) {
    for (const button of document.querySelectorAll(`button[data-${name}]`)) {
      button.setAttribute("aria-pressed", String(button.getAttribute(`data-${name}`) === value));
    }
  }
  const search = /** @type {HTMLInputElement} */ (byId("search"));
  if (search.value !== state.query) search.value = state.query;
}

/** @returns {void} */
function toggleTheme() {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  try {
    localStorage.setItem("theme", root.dataset.theme);
  } catch {
    // A browser that keeps nothing still has the theme until it closes.
  }
}

/** @type {Record<string, () => void>} */
const SHORTCUT = {
  1: () => chooseView("merged"),
  2: () => chooseView("order"),
  3: () => chooseView("table"),
  "/": () => byId("search").focus(),
  u: () => store.set({ unit: store.get().unit === "nusd" ? "tokens" : "nusd" }),
  c: () => store.set({ colour: store.get().colour === "category" ? "billing" : "category" }),
  i: () => store.set({ inverted: !store.get().inverted }),
  o: () => byId("open").click(),
  t: toggleTheme,
  "?": () => showShortcuts(/** @type {HTMLDialogElement} */ (byId("shortcuts"))),
  0: () => zoom(0),
  Escape: () => {
    const tree = store.shown(store.get());
    if (tree) zoom(Math.max(0, tree.columns.parent[tree.find(store.get().focus)]));
  },
};

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (typing(event.target)) {
    if (event.key === "Escape") /** @type {HTMLElement} */ (event.target).blur();
    return;
  }
  const state = store.get();
  const tree = store.shown(state);
  if (tree && event.key.startsWith("Arrow") && event.target === byId("chart")) {
    event.preventDefault();
    select(move(tree, state.selected, event.key, state.unit, state.view === "order"));
  } else if (tree && event.key === "Enter" && event.target === byId("chart")) {
    zoom(state.selected);
  } else if (SHORTCUT[event.key] && event.key !== " ") {
    event.preventDefault();
    SHORTCUT[event.key]();
  }
});

for (const button of document.querySelectorAll("button[data-view]")) {
  button.addEventListener("click", () => chooseView(/** @type {store.View} */ (button.getAttribute("data-view"))));
}
for (const button of document.querySelectorAll("button[data-unit]")) {
  button.addEventListener("click", () => store.set({ unit: /** @type {any} */ (button.getAttribute("data-unit")) }));
}
for (const button of document.querySelectorAll("button[data-colour]")) {
  button.addEventListener("click", () =>
    store.set({ colour: /** @type {any} */ (button.getAttribute("data-colour")) }),
  );
}
byId("search").addEventListener("input", (event) => {
  store.set({ query: /** @type {HTMLInputElement} */ (event.target).value });
});
byId("session").addEventListener("change", async (event) => {
  store.set({ session: /** @type {HTMLSelectElement} */ (event.target).value || null, order: null });
  await chooseView("order");
});
byId("theme").addEventListener("click", toggleTheme);
byId("help").addEventListener("click", SHORTCUT["?"]);
addEventListener("resize", () => store.set({ selected: store.get().selected }));
listenForFiles(open);
showSamples(byId("samples"), showReport, (error) => store.set({ error }));

// Python starts at the first sign of intent, or when the page has nothing else to do.
const start = () => engine.start();
for (const id of ["open", "open-landing"]) byId(id).addEventListener("pointerenter", start, { once: true });
addEventListener("dragenter", start, { once: true });
if ("requestIdleCallback" in window) requestIdleCallback(start, { timeout: 4000 });
else setTimeout(start, 2000);
