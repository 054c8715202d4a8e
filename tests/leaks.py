"""Every way a page or a worker has to reach another origin, as scripts that try them."""

from __future__ import annotations

PAGE_WAYS = {
    "fetch": "fetch(u)",
    "fetch-no-cors": "fetch(u, {mode: 'no-cors', method: 'POST', body: 'x'})",
    "xhr": "(() => { const x = new XMLHttpRequest(); x.open('GET', u); x.send(); })()",
    "websocket": "new WebSocket(u.replace('http', 'ws'))",
    "eventsource": "new EventSource(u)",
    "beacon": "navigator.sendBeacon(u, 'x')",
    "image": "(new Image()).src = u",
    "script": "add('script', {src: u})",
    "module": "add('script', {src: u, type: 'module'})",
    "stylesheet": "add('link', {rel: 'stylesheet', href: u})",
    "prefetch": "add('link', {rel: 'prefetch', href: u})",
    "modulepreload": "add('link', {rel: 'modulepreload', href: u})",
    "manifest": "add('link', {rel: 'manifest', href: u})",
    "icon": "add('link', {rel: 'icon', href: u})",
    "iframe": "add('iframe', {src: u})",
    "object": "add('object', {data: u})",
    "embed": "add('embed', {src: u})",
    "audio": "add('audio', {src: u, preload: 'auto'})",
    "video-poster": "add('video', {poster: u})",
    "font": "new FontFace('f', `url(${u})`).load()",
    "import": "import(u)",
    "worker": "new Worker(URL.createObjectURL(new Blob([`fetch('${u}')`])))",
    "shared-worker": "new SharedWorker(URL.createObjectURL(new Blob([`fetch('${u}')`])))",
    "form": """(() => { const f = add('form', {action: u, method: 'post', target: 'other'});
        add('iframe', {name: 'other'}); f.submit(); })()""",
    "css-url": "document.body.style.backgroundImage = `url(${u})`",
    "webrtc": """(() => { const p = new RTCPeerConnection({iceServers: [{urls: stun}]});
        p.createDataChannel('x'); p.createOffer().then((o) => p.setLocalDescription(o));
        window.keep = p; })()""",
}
WORKER_WAYS = {
    "worker-fetch": "fetch(u)",
    "worker-websocket": "new WebSocket(u.replace('http', 'ws'))",
    "worker-eventsource": "new EventSource(u)",
    "worker-import": "import(u)",
    "worker-xhr": "(() => { const x = new XMLHttpRequest(); x.open('GET', u); x.send(); })()",
    "worker-nested": "new Worker(URL.createObjectURL(new Blob([`fetch('${u}')`])))",
}
SCRIPT = """(async ({base, stun, ways}) => {
  const add = (tag, fields) => {
    const element = Object.assign(document.createElement(tag), fields);
    document.body.append(element);
    return element;
  };
  for (const [name, run] of ways) {
    try {
      const done = RUN(name);
      if (done && done.catch) done.catch(() => {});
    } catch {}
  }
})"""


def attempt(ways: dict[str, str]) -> str:
    """One script that tries all ways; each is a function in the text, so no eval is needed."""
    table = ", ".join(
        f"{name!r}: (u, add, stun) => {{ return {way}; }}" for name, way in ways.items()
    )
    run = f"({{{table}}})[name](`${{base}}/${{name}}`, add, stun)"
    return SCRIPT.replace("RUN(name)", run)
