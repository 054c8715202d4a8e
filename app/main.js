// The page: connects what the user does, the engine, and the views.

import { Actions } from "./actions.js";
import { followAddress } from "./address.js";
import { byId } from "./dom.js";
import * as hash from "./hash.js";
import { listenForKeys } from "./keys.js";
import { fromAddress, fromLink } from "./linked.js";
import { Engine } from "./load.js";
import { localFiles } from "./local.js";
import { keepOffline } from "./offline.js";
import { listenForFiles } from "./opening.js";
import { showSamples } from "./samples.js";
import { stage } from "./stage.js";
import * as store from "./store.js";
import { listenForTools } from "./tools.js";

store.set(hash.read(location.hash));
const act = new Actions((on) => {
  const ready = () => {
    on.ready();
    keepOffline();
  };
  return new Engine({ ...on, ready });
});
store.listen(stage(act));
listenForKeys(act);
listenForFiles(act);
followAddress(act);
const asked = new URLSearchParams(location.search).get("trace");
const address = new URLSearchParams(location.search).get("u");
const linked = location.hash.startsWith("#t=") || address !== null;
if (address !== null) fromAddress(act, address);
else if (linked) fromLink(act, location.hash);
showSamples(byId("samples"), asked, linked ? null : (report, id) => act.show(report, id), {
  open: (report, id) => act.show(report, id),
  fail: (error) => store.set({ error }),
});

listenForTools();
localFiles(new URLSearchParams(location.search).get("local")).then((files) => act.open(files));

// Python starts at the first sign of intent, or when the page has nothing else to do.
const start = () => act.engine.start();
for (const id of ["open", "open-landing"]) byId(id).addEventListener("pointerenter", start, { once: true });
addEventListener("dragenter", start, { once: true });
if ("requestIdleCallback" in window) requestIdleCallback(start, { timeout: 4000 });
else setTimeout(start, 2000);
