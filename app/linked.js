// Traces that come by a link: a shape after the "#", or the address of a log.

import { shapeIn } from "./saving.js";
import * as store from "./store.js";
import * as strings from "./strings.js";

/** @typedef {import("./actions.js").Actions} Actions */

/** Opens the trace in a link, if it holds one. @param {Actions} act @param {string} hash */
export async function fromLink(act, hash) {
  try {
    const file = await shapeIn(hash);
    if (file) {
      await act.open([file], {}, hash.split("&")[0]);
    }
    return file !== null;
  } catch {
    store.set({ error: strings.LINK_UNREADABLE });
    return false;
  }
}

/** Opens what lies at an address; only open-url.html may reach another site. @param {Actions} act @param {string} address */
export async function fromAddress(act, address) {
  try {
    const url = new URL(address, location.href);
    const response = await fetch(url, { credentials: "omit", referrerPolicy: "no-referrer" });
    if (!response.ok) throw new Error(String(response.status));
    await act.open([new File([await response.blob()], url.pathname.split("/").pop() || url.hostname)]);
  } catch {
    store.set({ error: strings.URL_BLOCKED, progress: null });
  }
}
