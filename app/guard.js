// The security policy governs every fetch, but not WebRTC: no browser
// knows the `webrtc` directive yet (Chromium 156 reports it as unknown). This page has no use for peer connections, so it gives them up before anything runs.
for (const name of ["RTCPeerConnection", "webkitRTCPeerConnection", "RTCDataChannel"]) {
  Reflect.deleteProperty(window, name);
}
