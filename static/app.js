/* Behaviour of the pages around htmx: keys and tokens of requests, dialogs, popovers, toasts,
   copying, quantities. It holds no words: everything said comes from templates. */
(function () {
  "use strict";

  const frame = window.B24Frame;
  const html = document.documentElement;
  const body = document.body;
  const page = document.getElementById("page");
  const byId = (id) => document.getElementById(id);
  const on = (name, handle, capture) => document.addEventListener(name, handle, capture);
  const copyOf = (id) => byId(id).content.cloneNode(true);
  const isWrite = (config) => config.verb !== "get";

  /* ---- Requests: one key an intent, one renewal a 401, the truth about a lost answer ---- */

  const keys = new Map();
  const sure = new WeakSet();
  const repeated = new WeakSet();
  let answered = null;
  let renewing = null;
  let shownAt = Date.now();

  function newKey() {
    return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  on("htmx:configRequest", ({ detail: config }) => {
    if (!isWrite(config)) return;
    config.intent = [config.verb, config.path, new URLSearchParams(config.formData)].join(" ");
    if (!keys.has(config.intent)) keys.set(config.intent, newKey());
    config.headers["Idempotency-Key"] = keys.get(config.intent);
  });

  on("htmx:beforeRequest", ({ detail }) => {
    const config = detail.requestConfig;
    /* The same object goes on to htmx's failure events, which would print its error. */
    detail.error = "";
    if (config.elt.dataset.opens) openForm(config.elt);
    if (isWrite(config)) config.target.closest(".pay")?.setAttribute("aria-busy", "true");
    if (config.target.id === "tab") {
      byId("payments")?.setAttribute("aria-busy", "true");
      shownAt = Date.now();
    }
  });

  on("htmx:beforeSwap", (event) => {
    const { xhr, requestConfig: config } = event.detail;
    answered = config;
    const isOurs = xhr.getResponseHeader("X-Request-ID") !== null;
    if (xhr.status === 401 && !repeated.has(config.elt)) {
      event.detail.shouldSwap = false;
      renewAndRepeat(config, xhr.response);
    } else if (xhr.status >= 400 && (isQuiet(config) || !isOurs)) {
      event.detail.shouldSwap = false;
      if (!isOurs) lost(config, true);
    } else {
      settleIntent(config, xhr);
      prepareSwap(event.detail, config, xhr.status < 400);
    }
  });

  /* A definite answer ends an intent. While the first request still runs, its key is kept. */
  function settleIntent(config, xhr) {
    repeated.delete(config.elt);
    if (!(xhr.status === 409 && xhr.getResponseHeader("Retry-After"))) keys.delete(config.intent);
    if (config.target.id === "tab" && xhr.status < 400) keys.clear();
  }

  function renewAndRepeat(config, words) {
    renewing ??= newToken().finally(() => { renewing = null; });
    renewing.then(() => repeat(config), () => expired(config, words));
  }

  const tokenHeader = () => JSON.parse(body.getAttribute("hx-headers"));

  async function newToken() {
    const auth = await frame.refreshAuth();
    const answer = await fetch("/session", {
      method: "POST",
      headers: tokenHeader(),
      body: new URLSearchParams({ AUTH_ID: auth.AUTH_ID, AUTH_EXPIRES: auth.AUTH_EXPIRES, REFRESH_ID: auth.REFRESH_ID }),
    });
    if (!answer.ok) throw new Error("the session was not renewed");
    const { token } = await answer.json();
    body.setAttribute("hx-headers", JSON.stringify({ Authorization: "Bearer " + token }));
  }

  /* For what is no swap: a file. */
  async function fetchWithToken(url) {
    const answer = await fetch(url, { headers: tokenHeader() });
    if (answer.status !== 401) return answer;
    await newToken();
    return fetch(url, { headers: tokenHeader() });
  }

  /* On a card with several objects each has a token of its own: they come anew with the tab. */
  function repeat(config) {
    if (config.elt.closest("[hx-headers]") !== body) {
      finish(config, false);
      say("say-renewed");
      return htmx.ajax("GET", "/payments", { source: byId("tab"), target: "#tab", swap: "outerHTML" });
    }
    sure.add(config.elt);
    repeated.add(config.elt);
    htmx.ajax(config.verb.toUpperCase(), config.path, { source: config.elt, target: config.target });
  }

  /* On the first load in a frame the server's own words say more than "open for too long". */
  function expired(config, words) {
    finish(config, false);
    const isFresh = isFirst(config) && frame.isFramed();
    const swapStyle = isFresh ? "outerHTML" : "none";
    if (isFresh || !root()) htmx.swap(config.target, words, { swapStyle, swapDelay: 0, settleDelay: 0 });
    else showInstead("empty-expired");
  }

  const root = () => byId("tab") || byId("settings");

  const isFirst = (config) => "firstLoad" in config.target.dataset;

  /* Reading ahead is nobody's wish yet, so its failure is nobody's news. */
  const isQuiet = (config) => config.elt.hasAttribute("data-quiet") || (config.elt.matches(".pop[hx-get]") && !config.elt.dataset.wanted);

  on("htmx:sendError", ({ detail }) => lost(detail.requestConfig, false));
  on("htmx:timeout", ({ detail }) => lost(detail.requestConfig, true));

  function lost(config, isSilent) {
    answered = config;
    finish(config, false);
    if (config.target.id === "dlg-form") byId("dlg-box").close();
    if (isWrite(config)) say("say-write-lost");
    else if (isFirst(config) && root()) showInstead(isSilent ? "empty-silent" : "empty-no-connection");
    else if (!isQuiet(config)) say(isSilent ? "say-silent" : "say-no-connection");
  }

  function showInstead(id) {
    const list = byId("payments");
    const place = root();
    if ("firstLoad" in place.dataset) place.replaceChildren(...[place.querySelector("h1"), list].filter(Boolean));
    if (list) list.replaceChildren(copyOf(id));
    else place.firstElementChild.after(copyOf(id));
    place.querySelector(".empty")?.scrollIntoView({ block: "nearest" });
    for (const busy of [place, list]) busy?.removeAttribute("aria-busy");
    htmx.process(place);
  }

  on("htmx:afterRequest", ({ detail }) => finish(detail.requestConfig, detail.xhr.status >= 200 && detail.xhr.status < 400));

  function finish(config, isDone) {
    const pay = config.target.closest(".pay");
    pay?.removeAttribute("aria-busy");
    if (!isDone) pay?.querySelectorAll("input[data-saves]").forEach(changed);
    byId("payments")?.removeAttribute("aria-busy");
    document.querySelector(`.btn.is-busy[data-copies="${config.target.id}"]`)?.classList.remove("is-busy");
    if (!isDone && config.target.matches(".pop[hx-get]")) linkFailed(config.target);
    if (!isDone && "saves" in config.elt.dataset) takeBack(config.elt);
    if (isDone && isWrite(config)) {
      config.elt.closest(".toast")?.remove();
      frame.reloadCard().catch(() => {});
    }
    if (isDone && config.target.id === "tab") announce(config);
    restoreFocus();
  }

  function announce(config) {
    if (config.elt.id !== "tab" && config.elt.id !== "refresh") byId("live").textContent = byId("payments").dataset.shown || "";
  }

  /* ---- Swaps: focus, open details and half-typed quantities survive them ---- */

  const opened = new Map();
  const kept = new Map();
  const unsaved = new Map();
  let home = "";
  let control = "";

  function prepareSwap(detail, config, isDone) {
    const dialog = config.elt.closest("dialog") || config.target.closest("dialog");
    if (isDone && "adds" in config.elt.dataset) opened.set(config.target.querySelector(".pay__more")?.id, true);
    const stays = config.elt.closest("[data-stays]");
    if (dialog && !stays && (isWrite(config) ? isDone : !isDone)) dialog.close();
    if (dialog && !isWrite(config) && !dialog.open && !("opening" in dialog.dataset)) detail.shouldSwap = !isDone;
    home = document.activeElement.closest(".pay")?.id || "";
    control = document.activeElement.id;
    for (const input of config.target.querySelectorAll("input[data-saves]")) {
      const known = input === config.elt ? config.formData.get("quantity") : input.defaultValue;
      if (isDone && input.value !== known) unsaved.set(input.id, input.value);
    }
    kept.clear();
    if (config.target.id !== "tab") return;
    for (const details of config.target.querySelectorAll(".pay__more:not([data-waits])")) {
      kept.set(details.id + details.closest(".pay").dataset.paid, details.cloneNode(true));
    }
  }

  on("htmx:load", ({ detail: { elt } }) => {
    const found = (selector) => [...(elt.matches(selector) ? [elt] : []), ...elt.querySelectorAll(selector)];
    if (found("[data-install-done]").length) frame.installFinish();
    for (const waiting of found(".pay__more[data-waits]")) showKept(waiting);
    for (const details of found("details[id]")) {
      if ("openLater" in details.dataset && !opened.has(details.id)) opened.set(details.id, true);
      else if (opened.has(details.id) && !("waits" in details.dataset && !details.open)) details.open = opened.get(details.id);
    }
    for (const input of found("input[data-saves]")) {
      if (!unsaved.has(input.id)) continue;
      input.value = unsaved.get(input.id);
      unsaved.delete(input.id);
      changed(input);
    }
    for (const form of found("form[data-currency]")) addUp(form);
    const pop = elt.closest?.(".pop[hx-get]");
    if (pop && elt.matches("[data-loaded]")) linkCame(pop, elt);
    const dialog = elt.closest?.("dialog[open]");
    if (dialog) {
      if (!dialog.contains(document.activeElement) || document.activeElement === dialog) focusIn(dialog);
      makeRoom(dialog);
    }
  });

  /* What was already read stays visible until the new reading comes. */
  function showKept(waiting) {
    const before = kept.get(waiting.id + waiting.closest(".pay").dataset.paid);
    if (!before) return;
    waiting.replaceWith(before);
    htmx.process(before);
    if (opened.has(before.id)) before.open = opened.get(before.id);
  }

  function restoreFocus() {
    const fresh = document.querySelector(".pay.is-new:not([data-greeted])");
    if (fresh) {
      fresh.dataset.greeted = "";
      fresh.querySelector(".pay__title").focus();
    } else if (home && document.activeElement === body) {
      /* A payment that was open comes closed and is opened again, so its controls are there only now. */
      const same = control && byId(control)?.checkVisibility() && byId(control);
      const next = same || byId(home)?.querySelector(".pay__title") || document.querySelector(".pay__title") || byId("refresh");
      next?.focus({ preventScroll: true });
    }
    home = "";
  }

  on("toggle", ({ target }) => {
    if (target.matches("details[id]")) {
      opened.set(target.id, target.open);
      if (target.open && "waits" in target.dataset) htmx.trigger(target, "need");
    } else if (target.matches(".pop")) {
      if (target.matches(":popover-open")) popOpened(target);
      else {
        page.style.minHeight = "";
        target.classList.remove("pop--up");
      }
    }
  }, true);

  /* Details that come later push the payments below them down: moved by a transform, nothing jumps.
     Who wants no motion sees them fade in where they stand now. */
  let tops = null;
  on("htmx:oobBeforeSwap", ({ detail }) => {
    if (tops || !detail.target.matches(".pay__more")) return;
    tops = [...document.querySelectorAll(".pay")].slice(0, 40).map((pay) => [pay, pay.getBoundingClientRect().top]);
    queueMicrotask(slide);
  });

  function slide() {
    const moved = tops;
    tops = null;
    const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
    for (const [pay, top] of moved) {
      const by = top - pay.getBoundingClientRect().top;
      const from = isStill ? { opacity: 0 } : { transform: `translateY(${by}px)` };
      if (by) pay.animate([from, isStill ? { opacity: 1 } : { transform: "none" }], { duration: 200, easing: "ease-out" });
    }
  }

  /* ---- Dialogs ---- */

  let opener = null;
  const places = new WeakMap();

  on("htmx:confirm", (event) => {
    const { elt, issueRequest } = event.detail;
    if (!elt.dataset.confirm || sure.delete(elt)) return;
    event.preventDefault();
    if (elt.closest(".pay")?.getAttribute("aria-busy") !== "true") ask(elt.dataset.confirm, elt, () => issueRequest(true));
  });

  function ask(id, elt, then) {
    const dialog = byId(id);
    fill(dialog, elt);
    dialog.onclose = () => {
      closed(dialog);
      if (dialog.returnValue === "ok") then();
    };
    /* The second click of a double click must not close what the first one has opened. */
    dialog.setAttribute("closedby", "closerequest");
    setTimeout(() => dialog.setAttribute("closedby", "any"), 500);
    open(dialog, elt);
  }

  function openForm(elt) {
    const dialog = byId("dlg-box");
    dialog.classList.toggle("dialog--wide", "wide" in elt.dataset);
    byId("dlg-form").replaceChildren(copyOf("dialog-waiting"));
    fill(dialog, elt);
    dialog.onclose = () => closed(dialog);
    open(dialog, elt);
  }

  function fill(dialog, elt) {
    const pay = elt.closest(".pay");
    const values = {
      number: pay?.dataset.number,
      system: pay?.dataset.system,
      amount: pay?.querySelector(".pay__amount").firstElementChild.cloneNode(true),
      name: elt.dataset.name || byId(elt.getAttribute("aria-describedby"))?.textContent,
      verb: elt.getAttribute("aria-label") || elt.textContent.trim(),
      text: elt.dataset.text,
    };
    for (const slot of dialog.querySelectorAll("[data-fill]")) {
      const value = values[slot.dataset.fill] || "";
      slot.replaceChildren(value.cloneNode ? value.cloneNode(true) : value);
    }
    for (const part of dialog.querySelectorAll("[data-with]")) part.hidden = !values[part.dataset.with];
    for (const part of dialog.querySelectorAll("[data-without]")) part.hidden = Boolean(values[part.dataset.without]);
  }

  /* Shown where the person looks: focus in a dialog somewhere else would scroll the card away. */
  async function open(dialog, elt) {
    elt.closest("[popover]")?.hidePopover?.();
    opener = elt;
    dialog.returnValue = "";
    dialog.dataset.opening = "";
    await readBand();
    delete dialog.dataset.opening;
    if (dialog.open) return;
    places.set(dialog, band);
    dialog.style.setProperty("--vis-top", `${band.top}px`);
    dialog.showModal();
    focusIn(dialog);
    makeRoom(dialog);
  }

  /* The browser gives focus back to the opener, but not into a menu that is closed by now. */
  function closed(dialog) {
    page.style.minHeight = "";
    dialog.querySelectorAll(".toasts .toast").forEach((toast) => toast.remove());
    if (document.activeElement !== body || !opener) return;
    const menu = opener.closest("[popover]");
    (menu ? document.querySelector(`[popovertarget="${menu.id}"]`) : opener)?.focus();
  }

  /* Not by the autofocus attribute: Chromium refuses it in a frame and says so in the console. */
  function focusIn(dialog) {
    const first = dialog.querySelector("[data-first]") || dialog.querySelector(".dialog__body :is(select, input:not([type=hidden]))") || dialog.querySelector("button");
    first?.focus();
  }

  /* An overlay at the foot of a frame that is as tall as its content would be cut off. A dialog
     moves up as far as it has to for being seen whole. */
  function makeRoom(overlay) {
    if (!frame.isFramed()) return;
    const seen = places.get(overlay);
    if (seen) overlay.style.setProperty("--drop", `${Math.max(12, Math.min(72, seen.bottom - seen.top - overlay.offsetHeight - 16))}px`);
    const bottom = overlay.getBoundingClientRect().top + overlay.scrollHeight + 24;
    page.style.minHeight = bottom > page.getBoundingClientRect().bottom ? `${bottom - page.getBoundingClientRect().top}px` : page.style.minHeight;
  }

  /* A fitted frame is taller than the screen: which part of it is seen. The browser tells with the
     next picture it draws, and of a hidden page it draws none. */
  let band = { top: 0, bottom: innerHeight };

  function readBand() {
    return new Promise((resolve) => {
      const observer = new IntersectionObserver(([{ isIntersecting, intersectionRect }]) => {
        observer.disconnect();
        if (isIntersecting) band = { top: Math.max(0, intersectionRect.top), bottom: intersectionRect.bottom };
        html.style.setProperty("--vis-top", `${band.top}px`);
        resolve();
      });
      observer.observe(html);
      setTimeout(resolve, 150);
    });
  }

  on("pointerdown", readBand, true);
  on("keydown", (event) => {
    if (event.key === "Enter" && event.repeat) event.preventDefault();
    else if (event.key === "Enter" && event.target.matches("input[data-saves]")) save(event.target);
    else if (!event.repeat) readBand();
  }, true);

  /* ---- Popovers and the public link ---- */

  const links = new Map();
  let dwelling = 0;

  function popOpened(pop) {
    const source = document.querySelector(`[popovertarget="${pop.id}"]`);
    if (source && !CSS.supports("position-area", "block-end")) {
      const box = source.getBoundingClientRect();
      pop.style.top = `${box.bottom}px`;
      pop.style.left = `${Math.max(12, Math.min(box.right - pop.offsetWidth, innerWidth - pop.offsetWidth - 12))}px`;
    }
    if (pop.hasAttribute("hx-get")) {
      pop.dataset.wanted ||= "show";
      need(pop);
    }
    readBand().then(() => stayInSight(pop, source));
  }

  /* Above its button, where there is more to see of it. */
  function stayInSight(pop, source) {
    if (source && !pop.matches(".pop--up")) {
      const above = source.getBoundingClientRect().top - band.top;
      const box = pop.getBoundingClientRect();
      pop.classList.toggle("pop--up", box.bottom > band.bottom && above > box.height + 12);
    }
    makeRoom(pop);
  }

  function need(pop) {
    if (pop.querySelector("[data-loaded]")) return;
    if (!links.has(pop.id)) return htmx.trigger(pop, "need");
    pop.replaceChildren(links.get(pop.id).cloneNode(true));
  }

  /* Said once: only who presses again asks again, not who still points at the button. */
  function linkFailed(pop) {
    pop.dataset.failed = pop.dataset.wanted === "copy" ? `[data-copies="${pop.id}"]` : `[popovertarget="${pop.id}"]`;
    delete pop.dataset.wanted;
    pop.hidePopover();
  }

  function pointedAt({ target }) {
    const group = target.closest?.("[data-link-of]");
    clearTimeout(dwelling);
    if (group && !("failed" in byId(group.dataset.linkOf).dataset)) dwelling = setTimeout(() => group.isConnected && need(byId(group.dataset.linkOf)), 80);
  }

  on("pointerover", pointedAt);
  on("focusin", pointedAt);

  function linkCame(pop, share) {
    delete pop.dataset.failed;
    links.set(pop.id, share.cloneNode(true));
    if (pop.dataset.wanted === "copy") copy(pop);
    else if (pop.matches(":popover-open")) makeRoom(pop);
  }

  function copyLink(button) {
    const pop = byId(button.dataset.copies);
    pop.dataset.wanted = "copy";
    need(pop);
    if (pop.querySelector("[data-loaded]")) copy(pop);
    else button.classList.add("is-busy");
  }

  /* execCommand first: a frame is not given the clipboard, and asking for it logs a violation. */
  async function copy(pop) {
    pop.dataset.wanted = "show";
    const source = document.querySelector(`[popovertarget="${pop.id}"]`);
    if (!pop.matches(":popover-open")) pop.showPopover({ source });
    const field = pop.querySelector("input");
    field.focus({ preventScroll: true });
    field.select();
    const policy = document.permissionsPolicy || document.featurePolicy;
    let isCopied = document.execCommand("copy");
    if (!isCopied && policy?.allowsFeature("clipboard-write")) isCopied = await navigator.clipboard.writeText(field.value).then(() => true, () => false);
    pop.querySelector(".tip").hidden = !isCopied;
    say(isCopied ? "say-copied" : "say-copy-yourself");
  }

  /* ---- Toasts ---- */

  const causes = new WeakMap();
  const toasts = byId("toasts");

  function say(id, values = {}) {
    if (!byId(id)) return;
    const words = copyOf(id);
    for (const slot of words.querySelectorAll("[data-fill]")) slot.textContent = values[slot.dataset.fill];
    shelfOf(words.querySelector(".toast--err")).append(words);
  }

  new MutationObserver((records) => {
    for (const toast of records.flatMap((record) => [...record.addedNodes])) {
      if (toast.nodeType === Node.ELEMENT_NODE && [toasts, byId("alerts")].includes(toast.parentNode)) toastCame(toast);
    }
  }).observe(toasts.parentNode, { childList: true, subtree: true });

  /* Said once: a failure speaks for itself, so it never stands in the region that announces what was
     done, and behind an open dialog nothing is read or seen. */
  function shelfOf(isError) {
    const shelf = document.querySelector("dialog[open] > .toasts") || toasts.parentNode;
    return shelf.children[isError ? 1 : 0];
  }

  function toastCame(toast) {
    const isError = toast.matches(".toast--err");
    if (!causes.has(toast)) causes.set(toast, answered);
    const form = document.querySelector("dialog[open] form[hx-post]");
    if (!(isError && form) && toast.parentNode !== shelfOf(isError)) {
      shelfOf(isError).append(toast);
      if (toasts.parentNode.contains(toast)) return;
    }
    readBand().then(follow);
    if (isError && form) {
      form.querySelector(".toast")?.remove();
      markField(form, toast.dataset.field);
      form.querySelector(".dialog__head").after(toast);
      return;
    }
    const older = [...toast.closest(".toasts").querySelectorAll(".toast")].slice(0, -3);
    older[0]?.remove();
    if (!isError && toast.querySelectorAll("button").length === 1) leaveLater(toast, 6000);
  }

  /* Who scrolls the card meanwhile takes the toasts along. */
  let following = 0;
  function follow() {
    if (following || !toasts.parentNode.querySelector(".toast")) return;
    following = setTimeout(() => {
      following = 0;
      readBand().then(follow);
    }, 400);
  }

  function markField(form, name) {
    const field = name && form.elements[name];
    if (!field?.focus) return;
    field.setAttribute("aria-invalid", "true");
    field.focus();
  }

  function leaveLater(toast, delay) {
    setTimeout(() => (isAttended(toast) ? leaveLater(toast, 2000) : toast.remove()), delay);
  }

  /* Whose focus was in a toast goes on where they came from. */
  let cameFrom = null;
  on("focusin", ({ target, relatedTarget }) => {
    if (target.closest(".toast") && !relatedTarget?.closest(".toast")) cameFrom = relatedTarget;
  });

  function leave(toast) {
    if (toast?.contains(document.activeElement)) (cameFrom?.isConnected ? cameFrom : byId("refresh"))?.focus({ preventScroll: true });
    toast?.remove();
  }

  /* The pointer goes through a toast, so hovering is told by where the pointer is. */
  let pointer = { clientX: -1, clientY: -1 };
  on("pointermove", (event) => { pointer = event; });

  function isAttended(toast) {
    const box = toast.getBoundingClientRect();
    const isHovered = pointer.clientX >= box.left && pointer.clientX <= box.right && pointer.clientY >= box.top && pointer.clientY <= box.bottom;
    return isHovered || toast.matches(":focus-within");
  }

  /* ---- Quantities: whole numbers, sent half a second after the last change ---- */

  const timers = new WeakMap();

  function step(button) {
    const input = button.parentNode.querySelector("input");
    const most = Number(input.max) || Infinity;
    const value = Math.min(most, Math.max(1, (Math.trunc(Number(input.value)) || 0) + Number(button.dataset.step)));
    if (String(value) === input.value) return;
    input.value = value;
    changed(input);
  }

  function changed(input) {
    const [less, more] = input.parentNode.querySelectorAll("[data-step]");
    less.setAttribute("aria-disabled", String(Number(input.value) <= 1));
    more.setAttribute("aria-disabled", String(input.max !== "" && Number(input.value) >= Number(input.max)));
    clearTimeout(timers.get(input));
    if ("saves" in input.dataset) timers.set(input, setTimeout(() => save(input), 500));
    else if (input.form) addUp(input.form);
  }

  function save(input) {
    clearTimeout(timers.get(input));
    if (!input.isConnected || input.value === input.defaultValue) return;
    input.setAttribute("aria-invalid", String(!input.validity.valid));
    if (!input.validity.valid) return refuse(input);
    /* In the allocation view the field stands outside of the payment that it changes. */
    const pay = input.closest(".pay") || document.querySelector(input.getAttribute("hx-target"));
    if (pay?.getAttribute("aria-busy") === "true") return;
    input.closest("tr").classList.add("is-saving");
    htmx.trigger(input, "save");
  }

  /* The browser's own bubble speaks its own language and is gone at the next click. */
  function refuse(input) {
    const { validity } = input;
    const isEmptied = validity.valueMissing && !validity.badInput;
    if (validity.valid || isEmptied || input.dataset.refused === input.value) return;
    input.dataset.refused = input.value;
    say(validity.stepMismatch ? "say-fraction" : validity.rangeOverflow ? "say-too-many" : "say-quantity", { most: input.max });
  }

  function takeBack(input) {
    delete input.dataset.refused;
    input.value = input.defaultValue;
    input.closest("tr")?.classList.remove("is-saving");
    if (input.isConnected) changed(input);
  }

  on("input", ({ target }) => {
    if (target.matches(".stepper > input")) changed(target);
  });
  on("focusout", ({ target }) => {
    if (!target.matches("input[data-saves]")) return;
    if (target.validity.valid) save(target);
    else {
      refuse(target);
      takeBack(target);
    }
  });
  on("change", ({ target }) => {
    if (target.form?.dataset.currency) addUp(target.form);
  });

  /* A preview of sums before anything is sent: whole millionths, so nothing is rounded on the way. */
  function addUp(form) {
    const money = new Intl.NumberFormat(html.lang, { style: "currency", currency: form.dataset.currency });
    const text = (units) => money.format(units / 1000000n + "." + String(units % 1000000n).padStart(6, "0"));
    let sum = 0n;
    for (const row of form.querySelectorAll("[data-price]")) {
      const [whole, part = ""] = row.dataset.price.split(".");
      const quantity = BigInt(Math.max(0, Math.trunc(Number(row.querySelector("[type=number]").value)) || 0));
      const line = BigInt(whole + part.padEnd(6, "0").slice(0, 6)) * quantity;
      put(row.querySelector("[data-line]"), text(line));
      if (row.querySelector("[type=checkbox]").checked) sum += line;
    }
    put(form.querySelector("[data-sum]"), text(sum));
  }

  /* What stays as it is, is not announced again. */
  function put(place, text) {
    if (place.textContent !== text) place.textContent = text;
  }

  /* ---- Clicks ---- */

  const clicks = {
    "[data-step]": step,
    "[data-copies]": copyLink,
    "[data-dismiss]": (button) => leave(button.closest(".toast")),
    "[data-close]": (button) => button.closest("dialog").close(),
    "[data-press]": (button) => {
      button.closest("dialog")?.close();
      byId(button.dataset.press)?.click();
      leave(button.closest(".toast"));
    },
    "[data-retry]": (button) => {
      const toast = button.closest(".toast");
      const cause = causes.get(toast);
      leave(toast);
      if (!cause) return;
      if (cause.target.dataset.failed) document.querySelector(cause.target.dataset.failed)?.click();
      else if (cause.elt.isConnected) repeat(cause);
      else byId("refresh")?.click();
    },
    "[data-reopen]": (button) => {
      button.classList.add("is-busy");
      const place = root();
      newToken().then(() => htmx.ajax("GET", place.id === "tab" ? "/payments" : "/settings", { target: place, swap: "outerHTML" }), () => {
        button.classList.remove("is-busy");
        frame.reloadWindow();
      });
    },
    "[data-unlocks]": (button) => ask(button.dataset.unlocks, button, () => {
      const text = button.closest("[data-fraction]");
      text.hidden = true;
      text.nextElementSibling.hidden = false;
      text.nextElementSibling.querySelector("input").focus();
    }),
    "a[data-portal-path]": (link, event) => {
      if (!frame.isFramed()) return;
      event.preventDefault();
      frame.openPath(link.dataset.portalPath).then((answer) => {
        if (answer?.result === "error") window.open(link.href, "_blank", "noopener");
      });
    },
    "dialog[closedby=any]": (dialog, event) => {
      if (event.target === dialog && !("closedBy" in dialog)) dialog.close();
    },
  };

  on("click", (event) => {
    for (const [selector, act] of Object.entries(clicks)) {
      const found = event.target.closest?.(selector);
      if (found) return act(found, event);
    }
  });

  on("visibilitychange", () => {
    const isBusy = document.querySelector("dialog[open], .pay[aria-busy]");
    if (!document.hidden && !isBusy && Date.now() - shownAt > 30000 && byId("toolbar")) htmx.trigger("#toolbar", "change");
  });

  window.B24App = Object.freeze({ say, fetchWithToken });
  frame.keepFitting(page);
  frame.init().catch(() => {});
})();
