// The worker pool that runs inside every page. Everything sits in one function so that scripts of a target, which the
// script and module cases load into the page, find nothing of ours but the
// entry point that the agent calls.
(() => {
  'use strict';
  const send = globalThis.corsproofSend;
  delete globalThis.corsproofSend;

  const LIMIT = 65536; // bytes of a body that are reported
  const running = new Map(); // of requests under way: how to stop them, and [call, repetition]
  let queued = 0, workers = 0, generation = 0;
  let out = [], flushing = 0;

  const flush = () => {
    flushing = 0;
    if (out.length) { send(JSON.stringify({ results: out })); out = []; }
  };
  // Results travel in groups: a message for each would cost more than the
  // request itself. A group never waits longer than the next free moment.
  const report = (r) => {
    out.push(r);
    if (out.length >= 24 || (!queued && workers <= 1)) flush();
    else if (!flushing) flushing = setTimeout(flush, 4);
  };

  const href = (u) => { try { const x = new URL(u, 'http://invalid/'); x.hash = ''; return x.href; } catch { return u; } };

  const body = (b) => {
    if (!b) return undefined;
    const text = b.text;
    const bytes = () => Uint8Array.from(text, (c) => c.charCodeAt(0));
    switch (b.kind) {
      case 'urlsearchparams': return new URLSearchParams(text);
      case 'formdata': { const f = new FormData(); f.append('field', text); return f; }
      case 'blob': return new Blob([text], { type: b.type || '' });
      case 'bytes': return bytes();
      case 'stream': return new ReadableStream({ start(c) { c.enqueue(new TextEncoder().encode(text)); c.close(); } });
      default: return text;
    }
  };

  // text gives the bytes as a string: UTF-8 where they are, else one code
  // point for each byte and the flag b.
  const text = (bytes, r) => {
    try { r.body = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes); } catch {
      let s = '';
      for (const b of bytes) s += String.fromCharCode(b);
      r.body = s; r.binary = true;
    }
  };

  // bodyTimeout is how long to wait for the end of a body, in milliseconds: a
  // stream of events has none. Where several were waited for in vain, those that
  // nobody reads have less time, until one ends for which that is too little.
  const inVain = 4; // silence.InVain
  let endless = 0;
  const ended = (c, since) => { if (performance.now() - since > c.hurry) endless = 0; };
  const bodyTimeout = (c, type) => {
    const events = /^text\/event-stream/i.test(type || '');
    if (c.unread && (events || endless >= inVain)) return Math.min(c.hurry, c.bodyTimeout);
    return events ? Math.min(1000, c.bodyTimeout) : c.bodyTimeout;
  };

  const read = async (stream, r, c, ms) => {
    const since = performance.now();
    const reader = stream.getReader();
    const parts = [];
    let n = 0, timer;
    const late = new Promise((f) => { timer = setTimeout(() => f(null), ms); });
    try {
      for (;;) {
        const part = await Promise.race([reader.read(), late]);
        if (!part) { endless++; r.bodyError = 'the body did not end within ' + ms + ' ms'; reader.cancel().catch(() => {}); break; }
        const { done, value } = part;
        if (done) { ended(c, since); break; }
        parts.push(value); n += value.length;
        if (n >= LIMIT) { reader.cancel().catch(() => {}); break; }
      }
    } catch (e) { r.bodyError = String(e); } finally { clearTimeout(timer); }
    let all = parts[0] || new Uint8Array();
    if (parts.length > 1) {
      all = new Uint8Array(n);
      let at = 0;
      for (const p of parts) { all.set(p, at); at += p.length; }
    }
    text(all.subarray(0, LIMIT), r);
  };

  // What the page's policy has stopped, by the URL that was asked for. The event comes after the failure.
  const violated = new Set();
  addEventListener('securitypolicyviolation', (e) => { if (e.disposition === 'enforce') violated.add(e.blockedURI); });

  const apis = {
    async fetch(c, r, onAbort) {
      const ctl = new AbortController();
      onAbort(() => ctl.abort());
      let req;
      try {
        const init = { ...c.init, method: c.method, headers: c.headers, signal: ctl.signal };
        for (const k of ['mode', 'credentials', 'redirect', 'cache']) if (c[k]) init[k] = c[k];
        if (c.keepalive) init.keepalive = true;
        if (c.body) { init.body = body(c.body); if (c.body.kind === 'stream') init.duplex = 'half'; }
        req = new Request(c.url, init);
      } catch (e) { r.thrown = String(e); return; }
      let res;
      await null; // DevTools reports the stack of each request: keep it short
      try { res = await fetch(req, c.init); } catch (e) { r.error = String(e); return; }
      r.ok = true; r.type = res.type; r.status = res.status; r.redirected = res.redirected;
      r.headers = [...res.headers];
      if (res.body) await read(res.body, r, c, bodyTimeout(c, res.headers.get('content-type')));
      // What no script can read loads on, and keeps one of the few connections to the host.
      else if (res.type === 'opaque') setTimeout(() => ctl.abort(), bodyTimeout(c));
    },

    xhr(c, r, onAbort) {
      return new Promise((done) => {
        const x = new XMLHttpRequest();
        try {
          x.open(c.method, c.url);
          for (const [n, v] of c.headers) x.setRequestHeader(n, v);
          x.withCredentials = c.credentials === 'include';
        } catch (e) { r.thrown = String(e); return done(); }
        x.responseType = 'arraybuffer';
        if (c.uploadListener) x.upload.onprogress = () => {};
        onAbort(() => { x.abort(); });
        let since = 0;
        const head = () => {
          r.ok = true; r.status = x.status; r.responseURL = href(x.responseURL);
          r.headers = x.getAllResponseHeaders().split('\r\n').filter(Boolean).map((l) => {
            const i = l.indexOf(':'); return [l.slice(0, i), l.slice(i + 2)]; // not trimmed: a value may end in a space
          });
        };
        x.onreadystatechange = () => {
          if (x.readyState !== 2) return;
          since = performance.now();
          head(); // what a script can read from now on, whatever becomes of the content
          const ms = bodyTimeout(c, x.getResponseHeader('content-type'));
          setTimeout(() => {
            if (x.readyState === 4) return;
            endless++;
            r.bodyError = 'the body did not end within ' + ms + ' ms';
            x.onloadend = null; x.abort(); done();
          }, ms);
        };
        x.onloadend = () => {
          // An XMLHttpRequest that failed has status 0 and no URL.
          if (!x.responseURL) {
            if (r.ok) r.bodyError = 'the content was cut short'; else r.error = 'network error';
            return done();
          }
          head();
          ended(c, since);
          text(new Uint8Array(x.response || []).subarray(0, LIMIT), r);
          done();
        };
        try { x.send(body(c.body)); } catch (e) { r.thrown = String(e); done(); }
      });
    },

    // element loads what markup loads; onload and onerror say what script sees.
    element(c, r, onAbort, el, attr) {
      return new Promise((done) => {
        if (c.crossorigin) el.crossOrigin = c.crossorigin;
        Object.assign(el, c.init);
        el.onload = () => { r.ok = true; done(); };
        el.onerror = () => { r.error = 'error event'; done(); };
        onAbort(() => { el.remove(); done(); });
        el[attr] = c.url;
        if (!(el instanceof HTMLImageElement)) document.documentElement.append(el);
      }).finally(() => el.remove());
    },
    img: (c, r, a) => apis.element(c, r, a, new Image(), 'src'),
    script: (c, r, a) => apis.element(c, r, a, document.createElement('script'), 'src'),
    module(c, r, a) { const s = document.createElement('script'); s.type = 'module'; return apis.element(c, r, a, s, 'src'); },
    stylesheet(c, r, a) { const l = document.createElement('link'); l.rel = 'stylesheet'; return apis.element(c, r, a, l, 'href'); },

    // A player has loaded what it needs as soon as it knows how long it is.
    media(c, r, onAbort, el) {
      return new Promise((done) => {
        if (c.crossorigin) el.crossOrigin = c.crossorigin;
        el.muted = true; el.preload = 'auto';
        el.onloadeddata = () => { r.ok = true; done(); };
        el.onerror = () => { r.error = 'error event'; done(); };
        onAbort(done);
        el.src = c.url;
      }).finally(() => { el.onerror = null; el.removeAttribute('src'); el.load(); });
    },
    video: (c, r, a) => apis.media(c, r, a, document.createElement('video')),
    audio: (c, r, a) => apis.media(c, r, a, document.createElement('audio')),

    // A track takes the crossorigin attribute of its video.
    track(c, r, onAbort) {
      return new Promise((done) => {
        const v = document.createElement('video'), t = document.createElement('track');
        if (c.crossorigin) v.crossOrigin = c.crossorigin;
        t.onload = () => { r.ok = true; done(); };
        t.onerror = () => { r.error = 'error event'; done(); };
        onAbort(done);
        v.append(t);
        t.src = c.url; t.track.mode = 'hidden';
      });
    },

    // styled has a property of CSS load an image. There is no event for it; the agent ends the call.
    styled(c, r, onAbort, property) {
      return new Promise((done) => {
        const el = document.createElement('div');
        onAbort(() => { el.remove(); done(); });
        el.style.cssText = 'float: left; width: 9px; height: 9px; ' + property + ': url(' + JSON.stringify(c.url) + ')';
        document.documentElement.append(el);
        el.getBoundingClientRect();
      });
    },
    mask: (c, r, a) => apis.styled(c, r, a, 'mask-image'),
    shape: (c, r, a) => apis.styled(c, r, a, 'shape-outside'),

    async canvas(c, r, onAbort) {
      const img = new Image();
      await apis.element(c, r, onAbort, img, 'src');
      if (!r.ok) return;
      const cv = document.createElement('canvas');
      cv.width = cv.height = 1;
      const g = cv.getContext('2d');
      g.drawImage(img, 0, 0, 1, 1);
      try { g.getImageData(0, 0, 1, 1); } catch (e) { r.ok = false; r.error = String(e); r.tainted = e.name === 'SecurityError'; }
    },

    async font(c, r) {
      try { await new FontFace('f' + c.i + 'x' + r.rep, 'url(' + JSON.stringify(c.url) + ')').load(); r.ok = true; } catch (e) { r.error = String(e); }
    },

    eventsource(c, r, onAbort) {
      return new Promise((done) => {
        const es = new EventSource(c.url, { withCredentials: c.crossorigin === 'use-credentials' || c.credentials === 'include' });
        const end = () => { es.close(); done(); };
        es.onopen = () => { r.ok = true; end(); };
        es.onerror = () => { r.error = 'error event'; end(); };
        onAbort(end);
      });
    },

    // A deferred fetch reports nothing: the agent ends the call.
    fetchlater(c, r, onAbort) {
      return new Promise((done) => {
        onAbort(done);
        const init = { method: c.method, headers: c.headers, activateAfter: 0 };
        if (c.credentials) init.credentials = c.credentials;
        if (c.body) init.body = body(c.body);
        try { fetchLater(c.url, init); } catch (e) { r.thrown = String(e); done(); }
      });
    },

    websocket(c, r, onAbort) {
      return new Promise((done) => {
        const ws = new WebSocket(c.url.replace(/^http/, 'ws'));
        ws.onopen = () => { r.ok = true; ws.close(); done(); };
        ws.onerror = () => { r.error = 'error event'; done(); };
        onAbort(() => { ws.close(); done(); });
      });
    },

    async beacon(c, r) {
      try { r.ok = navigator.sendBeacon(c.url, body(c.body)); if (!r.ok) r.error = 'sendBeacon returned false'; } catch (e) { r.thrown = String(e); }
    },

    // navigate opens the URL in a frame, as a link or (with a body or a method
    // other than GET) as a form does.
    navigate(c, r, onAbort) {
      return new Promise((done) => {
        const f = document.createElement('iframe');
        f.name = 'n' + c.i + 'x' + r.rep;
        onAbort(() => { f.remove(); done(); });
        const go = () => { f.onload = () => { r.ok = true; f.remove(); done(); }; };
        if (c.method.toUpperCase() === 'POST') {
          document.documentElement.append(f);
          const form = document.createElement('form');
          form.method = 'POST'; form.action = c.url; form.target = f.name;
          if (c.body) {
            form.enctype = c.body.kind === 'formdata' ? 'multipart/form-data' : c.body.kind === 'urlsearchparams' ? 'application/x-www-form-urlencoded' : 'text/plain';
            const i = document.createElement('input'); i.name = 'field'; i.value = c.body.text; form.append(i);
          }
          document.documentElement.append(form);
          go(); form.submit(); form.remove();
        } else { go(); f.src = c.url; document.documentElement.append(f); }
      });
    },
  };

  // timed waits for the entry that the page gets of a load, and says whether it has the times. An observer sees the entry
  // although the page's own list of them is full.
  const timed = (c, r) => {
    let observer, timer;
    const entry = new Promise((done) => {
      observer = new PerformanceObserver((list) => { for (const e of list.getEntriesByName(r.url)) done(e); });
      observer.observe({ type: 'resource' });
    });
    return async () => {
      const late = new Promise((f) => { timer = setTimeout(f, 2000); });
      const e = await Promise.race([entry, late]);
      clearTimeout(timer); observer.disconnect();
      if (e) r.timing = e.requestStart > 0 && e.responseStart > 0;
    };
  };

  const one = async (c, rep) => {
    const t0 = performance.now();
    const r = { i: c.i, rep, url: href(c.url), began: performance.timeOrigin + t0 };
    let abort = () => {}, timer, late;
    const given = new Promise((f) => { late = f; });
    // The abort ends most waits by itself, and what ends with it says more; the race ends the others.
    const stop = (cut) => { if (cut) r.error = 'the content did not end'; else r.timeout = true; abort(); setTimeout(late, 100); };
    try {
      const times = c.timing && timed(c, r);
      const work = Promise.resolve(apis[c.api](c, r, (f) => { abort = f; })).then(() => times && times());
      running.set(stop, [c.i, rep]);
      if (c.timeout > 0) timer = setTimeout(stop, c.timeout);
      await Promise.race([work, given]);
    } catch (e) { r.bug = String(e && e.stack || e); } finally { running.delete(stop); clearTimeout(timer); }
    r.ms = performance.now() - t0;
    if (c.layers && !r.ok) {
      const forms = [r.url, r.url.replace(/^http:/, 'https:')]; // what is upgraded is reported as that
      for (let n = 0; n < 4 && !forms.some((u) => violated.has(u)); n++) await new Promise((f) => setTimeout(f, 4));
      r.violated = forms.map((u) => violated.delete(u)).includes(true);
    }
    return r;
  };

  // A call is one step: so many repetitions, so many at once, each started in order.
  const call = async (c) => {
    let next = 0;
    const lane = async () => { const g = generation; while (next < c.times && g === generation) report(await one(c, next++)); };
    if (c.parallel <= 1) return lane();
    await Promise.all(Array.from({ length: Math.min(c.parallel, c.times) }, lane));
  };

  const worker = async (queue) => {
    const g = generation;
    workers++;
    while (queue.length && g === generation) { queued--; await call(queue.shift()); }
    workers--;
    if (!workers) flush();
  };

  globalThis.corsproof = {
    // run performs the calls, so many at once. Each has workers of its own: the
    // steps of a job do not wait for thousands of others.
    run(width, calls) {
      queued += calls.length;
      for (let n = Math.min(width, calls.length); n > 0; n--) worker(calls);
    },
    abort() { queued = 0; generation++; for (const f of [...running.keys()]) f(); },
    ping() {},
    frame(list) {
      for (const [name, url] of list) {
        const f = document.createElement('iframe');
        f.name = name; f.src = url;
        document.documentElement.append(f);
      }
    },
    // end stops the rest of a call whose outcome is known.
    end(i) { for (const [f, [id]] of [...running]) if (id === i) f(); },
    // expire gives up one repetition of a call: its answer did not come in time or, if cut, its content does not end.
    expire(i, n, cut) { for (const [f, [id, rep]] of [...running]) if (id === i && rep === n) f(cut); },
    // marker makes a preflight that no server gets: the browser refuses the port.
    marker(url) { fetch(url, { method: 'PUT' }).catch(() => {}); },
  };
  send(JSON.stringify({ ready: NAME, origin: self.origin }));
})();
//# sourceURL=corsproof
