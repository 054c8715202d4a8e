// What this browser keeps of the user's choices: theme, shortcuts, own prices where ticked. Never a trace.

/** @param {string} key @returns {string | null} */
export function recall(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null; // Storage is off: nothing was kept.
  }
}

/** @param {string} key @param {string | null} value null forgets it */
export function keep(key, value) {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
    // A browser that keeps nothing still has the choice until it closes.
  }
}
