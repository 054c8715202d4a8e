// Elements by hand. Text reaches the page through textContent only, never as HTML.

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, string | boolean | number | EventListener | null | undefined>} [fields]
 * @param {...(Node | string | null | undefined)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function el(tag, fields = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(fields)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(name, value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** @param {string} id @returns {HTMLElement} */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found;
}

/** New children; where a control that has a name had the focus, the one of that name has it again. @param {Element} parent @param {...(Node | string | null)} children */
export function fill(parent, ...children) {
  const active = document.activeElement;
  const name = active && parent.contains(active) ? active.getAttribute("data-testid") : null;
  parent.replaceChildren(...children.filter((child) => child !== null));
  const again = name ? parent.querySelector(`[data-testid="${CSS.escape(name)}"]`) : null;
  if (again instanceof HTMLElement && document.activeElement !== again) again.focus({ preventScroll: true });
}

/** Brings the first of some parts that is shown into sight, once what was asked for is drawn. @param {...string} ids */
export function reveal(...ids) {
  requestAnimationFrame(() => {
    const part = ids.map(byId).find((one) => one.offsetParent !== null);
    part?.scrollIntoView({ block: "nearest" });
  });
}

let lastSaid = 0;
/** Says something to a screen reader, at most every two seconds. @param {string} text */
export function say(text) {
  const now = Date.now();
  if (now - lastSaid < 2000) return;
  lastSaid = now;
  byId("live").textContent = text;
}

/** An SVG element. @param {string} tag @param {Record<string, string | number>} fields @param {...(Node | string)} children */
export function draw(tag, fields = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(fields)) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}
