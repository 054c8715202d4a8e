// A box to paste a text or a request into: its tokens for a model, as one types, its pieces coloured.

import { el, fill } from "../dom.js";
import { count, finely, percent } from "../format.js";

/** @typedef {import("../protocol.js").CountValue} CountValue */

/** Long enough that a fast typist is not counted at every key, short enough to feel at once. */
const PAUSE_MS = 120;
const COLOURS = 4;
const MODELS = [
  "gpt-5.2",
  "gpt-4o",
  "claude-opus-4-8",
  "claude-sonnet-4-5",
  "gemini-2.5-pro",
  "llama-3.3-70b",
  "qwen3-32b",
  "deepseek-chat",
  "mistral-large-latest",
  "glm-4.6",
  "kimi-k2",
  "grok-4",
  // A vocabulary by name counts the text as it stands.
  "o200k_base",
  "cl100k_base",
];

/** @type {import("./registry.js").Panel} */
export const COUNTER = {
  id: "counter",
  slot: "landing",
  label: "Count a text",
  tag: "section",
  class: "counter",
  draw: (host, { act }) => {
    if (!host.firstChild) build(host, act);
  },
};

/** @param {HTMLElement} host @param {import("./registry.js").Actions} act */
function build(host, act) {
  const text = el("textarea", {
    id: "counter-text",
    "data-testid": "counter-text",
    rows: 2,
    spellcheck: "false",
    autocomplete: "off",
    placeholder: "Type or paste a prompt, or a request's JSON",
  });
  const model = el("input", {
    id: "counter-model",
    "data-testid": "counter-model",
    list: "counter-models",
    value: MODELS[0],
    spellcheck: "false",
    autocomplete: "off",
  });
  const answer = el("output", { "data-testid": "counter-answer", class: "counter-answer", for: "counter-text" });
  const pieces = el("div", { "data-testid": "counter-pieces", class: "counter-pieces", "aria-hidden": "true" });
  const ask = asker(act, () => ({ text: text.value, model: model.value.trim() }), answer, pieces);
  for (const field of [text, model]) {
    field.addEventListener("input", ask);
    field.addEventListener("focus", () => act.engine.start(), { once: true });
  }
  fill(
    host,
    el("h3", {}, el("label", { for: "counter-text" }, "Count a text before you send it")),
    text,
    el("p", { class: "counter-line" }, el("label", { for: "counter-model" }, "Model "), model, answer),
    el("datalist", { id: "counter-models" }, ...MODELS.map((name) => el("option", { value: name }))),
    pieces,
  );
}

/** Asks for the newest text once the last answer has come. @param {import("./registry.js").Actions} act @param {() => {text: string, model: string}} read @param {HTMLElement} answer @param {HTMLElement} pieces */
function asker(act, read, answer, pieces) {
  let timer = 0;
  let busy = false;
  let again = false;
  const now = async () => {
    if (busy) {
      again = true;
      return;
    }
    const { text, model } = read();
    if (!text || !model) {
      fill(answer);
      fill(pieces);
      return;
    }
    busy = true;
    if (!act.engine.ready) fill(answer, "Starting Python…");
    try {
      show(await act.engine.ask({ op: "count", text, model }).done, answer, pieces);
    } catch (error) {
      fill(answer, /** @type {any} */ (error)?.title ?? "Not counted");
      fill(pieces);
    }
    busy = false;
    if (again) {
      again = false;
      now();
    }
  };
  return () => {
    clearTimeout(timer);
    timer = setTimeout(now, PAUSE_MS);
  };
}

/** @param {CountValue} value @param {HTMLElement} answer @param {HTMLElement} pieces */
function show(value, answer, pieces) {
  const about = value.exactness === "exact" ? "" : "≈ ";
  const band = value.band ? ` ± ${percent(value.band, 1000)}` : "";
  const price = value.nusd === null ? "unpriced" : `${about}${finely(value.nusd)} as input`;
  const cost = value.model === value.tokenizer ? "" : `${price} · `; // a vocabulary has no price
  const parts =
    value.parts.length > 1 ? value.parts.map((part) => `${part.name} ${count(part.tokens)}`).join(", ") : "";
  fill(
    answer,
    el("strong", {}, `${about}${count(value.tokens)} tokens${band}`),
    ` · ${cost}`,
    el(
      "span",
      { class: "muted" },
      `${value.kind === "text" ? "" : `${value.kind}, `}${value.tokenizer}, ${value.exactness}`,
    ),
    parts ? el("span", { class: "muted" }, ` · ${parts}`) : null,
  );
  fill(pieces, ...value.pieces.map((piece, at) => span(piece, value.tokens_of[at], at)), value.cut ? "…" : null);
}

/** @param {string} piece @param {number} tokens @param {number} at */
function span(piece, tokens, at) {
  const title = tokens ? `${tokens} ${tokens === 1 ? "token" : "tokens"}` : null;
  return el("span", { class: `piece piece-${at % COLOURS}`, title }, piece);
}
