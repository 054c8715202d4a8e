// Counting by pieces, the part that is the same for every vocabulary: splits a text by a pattern and remembers what
// each piece costs. What a piece costs is Python's to say (pylib/whytokens/tokenizers/pieces.py, whose twin this is):
// both give the same numbers, and tests/pyodide holds them to it.

/** Joins pieces in a question: a lone surrogate, which no well-formed text holds. */
const SEPARATOR = "\udc00";
const CODE_POINTS = 0x110000;
/** V8 keeps strings from this length on as views of the text they were cut from, and the text with them. */
const VIEW_LENGTH = 13;
const BEYOND_ASCII = /[\u0080-\uffff]/;
const decoder = new TextDecoder("utf-16le", { ignoreBOM: true });

/**
 * @param {string} pattern what a piece is
 * @param {any} costs Python's answer: joined pieces in, tokens of each out, joined by commas
 * @param {any} spans first, last and stand-in of each span of a shadow, or null where the pattern reads the text itself
 * @param {number} limit how many pieces are remembered
 * @returns {(text: string) => number} tokens of a well-formed text; -1 where the pattern is too much for this engine
 */
export function twin(pattern, costs, spans, limit) {
  const ask = costs.copy();
  const table = spans ? standIns(spans.toJs()) : null;
  const find = new RegExp(pattern, "g");
  /** @type {Map<string, number>} */
  const known = new Map();
  return (text) => {
    let pieces;
    try {
      pieces = table && BEYOND_ASCII.test(text) ? inShadow(text, find, table) : (text.match(find) ?? []);
    } catch {
      return -1; // a run of tens of millions of characters is more than its stack holds
    }
    let total = 0;
    /** @type {Map<string, number>} */
    const fresh = new Map();
    for (const piece of pieces) {
      const cost = known.get(piece);
      if (cost === undefined) fresh.set(piece, (fresh.get(piece) ?? 0) + 1);
      else total += cost;
    }
    return fresh.size ? total + learn(fresh, known, ask, limit) : total;
  };
}

/** @param {Map<string, number>} fresh @param {Map<string, number>} known @param {(joined: string) => string} ask @param {number} limit */
function learn(fresh, known, ask, limit) {
  if (known.size + fresh.size > limit) known.clear();
  const answers = ask([...fresh.keys()].join(SEPARATOR)).split(",");
  let total = 0;
  let at = 0;
  for (const [piece, times] of fresh) {
    const cost = Number(answers[at]);
    at += 1;
    total += cost * times;
    known.set(piece.length < VIEW_LENGTH ? piece : `${piece} `.slice(0, -1), cost);
  }
  return total;
}

/** @param {number[]} spans later ones over earlier ones; ASCII stands for itself */
function standIns(spans) {
  const table = new Uint16Array(CODE_POINTS);
  for (let at = 0; at < spans.length; at += 3) table.fill(spans[at + 2], spans[at], spans[at + 1] + 1);
  for (let code = 0; code < 0x80; code++) table[code] = code;
  return table;
}

/** Pieces of a text, found in its shadow: one stand-in for each of its characters. @param {string} text @param {RegExp} find @param {Uint16Array} table */
function inShadow(text, find, table) {
  const units = new Uint16Array(text.length);
  const starts = new Uint32Array(text.length + 1);
  let size = 0;
  for (let at = 0; at < text.length; at++) {
    let code = text.charCodeAt(at);
    starts[size] = at;
    if ((code & 0xfc00) === 0xd800) {
      code = text.codePointAt(at) ?? 0;
      at += 1;
    }
    units[size] = table[code];
    size += 1;
  }
  starts[size] = text.length;
  const pieces = decoder.decode(units.subarray(0, size)).match(find) ?? [];
  let from = 0;
  return pieces.map((piece) => {
    const start = starts[from];
    from += piece.length;
    return text.slice(start, starts[from]);
  });
}
