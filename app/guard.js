// The security policy governs every fetch, but not WebRTC in browsers that lack its `webrtc`
// directive. This page has no use for peer connections, so it gives them up before anything runs.
for (const name of ["RTCPeerConnection", "webkitRTCPeerConnection", "RTCDataChannel"]) {
  Reflect.deleteProperty(window, name);
}
