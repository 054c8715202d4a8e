// open-url.html?u=…: narrows the policy to the one address in the link before anything else runs.

const address = new URLSearchParams(location.search).get("u") ?? "";
let only = "";
try {
  only = new URL(address).origin;
} catch {
  // No address: then nothing may be contacted but this site.
}
const policy = document.createElement("meta");
policy.httpEquiv = "Content-Security-Policy";
policy.content = `connect-src 'self' ${only}`;
document.head.append(policy);
