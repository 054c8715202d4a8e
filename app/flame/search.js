// What a search means: a text, case ignored, or a regular expression between slashes; never throws.

/** Longer labels are cut before a pattern sees them, so that no pattern can run away for long. */
const PATTERN_CHARS = 200;
const GRAM = 2;
/** Labels that are compared with a query nothing matches; the first are those of the largest frames. */
const COMPARED = 2000;

/** A test of lower-case labels. @param {string} query @returns {(label: string) => boolean} */
export function matcher(query) {
  const pattern = /^\/(.+)\/$/.exec(query);
  if (pattern && calm(pattern[1])) {
    try {
      const compiled = new RegExp(pattern[1], "iu");
      return (label) => compiled.test(label.slice(0, PATTERN_CHARS));
    } catch {
      // Not a pattern after all: looked for as it stands.
    }
  }
  const wanted = query.toLowerCase();
  return (label) => label.includes(wanted);
}

/** False where a repeated group itself repeats, such as `(a+)+`: it could take for ever. @param {string} pattern */
function calm(pattern) {
  return !/[+*}][^()]*\)\s*[+*{]/.test(pattern) && !/\|[^()]*\)\s*[+*{]/.test(pattern);
}

/** The label that shares most pairs of characters with the query, "" when none does. @param {string} query @param {string[]} labels */
export function nearest(query, labels) {
  const wanted = grams(query);
  let [best, score] = ["", 0];
  for (const label of labels.slice(0, COMPARED)) {
    const has = grams(label.toLowerCase().slice(0, PATTERN_CHARS));
    let both = 0;
    for (const gram of wanted) if (has.has(gram)) both += 1;
    const share = (2 * both) / (wanted.size + has.size || 1);
    if (share > score) [best, score] = [label, share];
  }
  return best;
}

/** @param {string} text @returns {Set<string>} */
function grams(text) {
  /** @type {Set<string>} */
  const found = new Set();
  for (let at = 0; at + GRAM <= text.length; at++) found.add(text.slice(at, at + GRAM));
  return found;
}
