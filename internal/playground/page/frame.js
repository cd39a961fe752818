"use strict";
// The request is made here, in a document of the origin that was chosen. It takes
// orders from pages on this machine only.
const local = /^http:\/\/(localhost|([a-z0-9-]+\.)*localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/;
addEventListener("message", async e => {
  if (e.source !== parent || parent === self || !local.test(e.origin)) return;
  const {url, init} = e.data;
  const saw = {error: "", type: "", status: 0, headers: [], body: ""};
  try {
    const r = await fetch(url, init);
    saw.type = r.type;
    saw.status = r.status;
    saw.headers = [...r.headers];
    saw.body = (await r.text()).slice(0, 2000);
  } catch (err) {
    saw.error = `${err.name}: ${err.message}`;
  }
  parent.postMessage({saw}, e.origin);
});
if (parent !== self) parent.postMessage({ready: self.origin}, "*");
