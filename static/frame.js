/* The frame's side of the portal's message protocol: one string a message,
   METHOD:[JSON]:[CALLBACK]:SID out and CALLBACK:[JSON] back. Outside a frame nothing is sent. */
(function () {
  "use strict";

  const waiting = Object.create(null);
  const body = document.body;
  const me = identify();
  let lastHeight = 0;
  let refreshing = null;
  let choosing = "";

  /* window.name is set by whoever frames us, so it only counts if it names the portal that the
     server rendered this page for. */
  function identify() {
    const parts = /^([^|/?#@\\\s]+)\|([01])\|([0-9a-f]+)$/i.exec(window.name);
    const origin = body.dataset.portalOrigin;
    if (window.parent === window || !parts || !origin) return null;
    if (parts[3] !== body.dataset.appSid || bare(parts[1]) !== bare(origin)) return null;
    return { origin, sid: parts[3] };
  }

  /* The browser's own spelling of a host: small letters, punycode. */
  function bare(address) {
    try {
      return new URL(address.includes("://") ? address : `https://${address}`).host.replace(/:(80|443)$/, "");
    } catch {
      return "";
    }
  }

  function send(method, params, callback) {
    if (!me) return;
    const json = params === undefined ? "" : JSON.stringify(params);
    window.parent.postMessage(method + ":" + json + ":" + (callback || "") + ":" + me.sid, me.origin);
  }

  function newId() {
    return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  /* The portal never reports an error, so whatever must not wait for ever has a time limit. */
  function ask(method, params, seconds, id = newId()) {
    if (!me) return Promise.reject(new Error("not in a frame"));
    return new Promise((resolve, reject) => {
      waiting[id] = resolve;
      send(method, params, id);
      if (seconds) setTimeout(() => { delete waiting[id]; reject(new Error(method + " was not answered")); }, seconds * 1000);
    });
  }

  window.addEventListener("message", (event) => {
    if (!me || event.source !== window.parent || event.origin !== me.origin || typeof event.data !== "string") return;
    const colon = event.data.indexOf(":");
    const id = event.data.slice(0, colon);
    const answer = colon > 0 ? waiting[id] : undefined;
    if (!answer) return;
    let value;
    try {
      value = event.data.length > colon + 1 ? JSON.parse(event.data.slice(colon + 1)) : undefined;
    } catch {
      return;
    }
    delete waiting[id];
    answer(value);
  });

  function init() {
    return ask("getInitData", undefined, 8).then((data) => {
      if (data && data.FIRST_RUN) send("setInstall", { install: true }, newId());
      return data;
    });
  }

  /* The content's own rectangle: scrollHeight never falls below the frame's height, so a frame
     measured by it could only grow. */
  function fit(element) {
    if (!me) return;
    const content = Math.ceil(element.getBoundingClientRect().height);
    const height = Math.max(content, Number(body.dataset.leastHeight) || 0);
    if (!content || height === lastHeight) return;
    lastHeight = height;
    send("resizeWindow", { width: "100%", height });
    setTimeout(noteFit, 400);
  }

  /* A slider refuses to be resized, so scroll bars are only hidden once the frame is tall enough. */
  function noteFit() {
    document.documentElement.classList.toggle("is-fitted", window.innerHeight + 1 >= lastHeight);
  }

  function keepFitting(element) {
    if (!me) return;
    new ResizeObserver(() => fit(element)).observe(element);
    window.addEventListener("resize", noteFit);
  }

  function refreshAuth() {
    refreshing ??= ask("refreshAuth", {}, 10).finally(() => { refreshing = null; });
    return refreshing;
  }

  function selectUsers(title) {
    delete waiting[choosing];
    choosing = newId();
    return ask("selectUser", { title: title || "", mult: true }, 0, choosing);
  }

  /* Card pages of some object types do not offer reloadData; asking for it would be silence. */
  async function reloadCard() {
    const offered = await ask("getInterface", undefined, 2);
    if (offered && Array.isArray(offered.command) && offered.command.includes("reloadData")) await ask("reloadData", {}, 2);
  }

  window.B24Frame = Object.freeze({
    isFramed: () => me !== null,
    init,
    keepFitting,
    refreshAuth,
    selectUsers,
    reloadCard,
    openPath: (path) => ask("openPath", { path }),
    close: () => send("closeApplication"),
    installFinish: () => send("setInstallFinish", {}),
    reloadWindow: () => send("reloadWindow", {}),
    scrollTo: (top) => send("setScroll", { scroll: top }),
  });
})();
