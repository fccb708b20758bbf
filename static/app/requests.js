/* Requests: one key an intent, one renewal a 401, the truth about a lost answer. */

const keys = new Map();
const sure = new WeakSet();
const repeated = new WeakSet();
let answered = null;
let renewing = null;
let shownAt = Date.now();

/* htmx.trigger would name what it is sent to in place of the element, which may be off the page by now. */
function abort(elt) {
  body.dispatchEvent(new CustomEvent("htmx:abort", { detail: { elt } }));
}

/* htmx's own events tell of a missing answer, so its promise needs no handler. */
function request(...what) {
  return htmx.ajax(...what)?.catch(() => {});
}

function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/* For people whose profile names none. */
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

on("htmx:configRequest", ({ detail: config }) => {
  config.headers["Time-Zone"] = zone;
  if (!isWrite(config)) return;
  const note = notes.get(config.path);
  if (note) config.formData.set("note", note);
  config.intent = [config.verb, config.path, new URLSearchParams(config.formData)].join(" ");
  if (keys.has(config.intent)) config.headers["Idempotency-Repeat"] = "1";
  else keys.set(config.intent, newKey());
  config.headers["Idempotency-Key"] = keys.get(config.intent);
});

/* A list that is read while something is written may be older than that, and would show it as taken back by
   somebody else: it is read when the last write has ended. What is read first of all has no id. */
const writing = new Set();
let writesEnded = 0;
let listRead = null;
let listXhr = null;
let toRead = null;

const readsList = ({ verb, target, elt }) => verb === "get" && target.id === "tab" && elt.id !== "";

on("htmx:confirm", (event) => {
  if (!writing.size || !readsList(event.detail)) return;
  event.preventDefault();
  readLater(event.detail);
});

function readLater({ elt, path }) {
  if (toRead?.id !== "refresh") toRead = { id: elt.id, path };
}

/* What an answer asks for itself comes after it. */
on("htmx:beforeSwap", ({ detail }) => writing.delete(detail.requestConfig));

on("htmx:beforeSend", ({ detail: { requestConfig: config, xhr } }) => {
  if (readsList(config)) [listRead, listXhr] = [config, xhr];
  /* Not an event of htmx: what asked may have been drawn again, and then none of them gets here. */
  if (readsList(config) || isWrite(config)) xhr.addEventListener("loadend", () => ended(config));
  if (!isWrite(config)) return;
  writing.add(config);
  if (!listRead) return;
  readLater(listRead);
  /* That request itself: what an element sends in turn may be a write by now, and is never broken off. */
  listXhr.abort();
});

function ended(config) {
  if (isWrite(config)) writesEnded += 1;
  writing.delete(config);
  if (listRead === config) listRead = null;
  if (!toRead || writing.size) return;
  const { id, path } = toRead;
  const reader = byId(id);
  toRead = null;
  if (reader?.matches("[hx-get]")) htmx.trigger(reader, reader.getAttribute("hx-trigger") || "click");
  else if (reader) request("GET", path, { source: reader, target: "#tab", swap: "outerHTML" });
}

on("htmx:beforeRequest", ({ detail }) => {
  const config = detail.requestConfig;
  /* The same object goes on to htmx's failure events, which would print its error. */
  detail.error = "";
  config.swap = detail.etc.swapOverride;
  if (config.elt.dataset.opens) openForm(config);
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

/* A definite answer ends an intent. While the first request still runs, or nobody knows how it ended, its key
   is kept: pressed again, the server finds the first one by it, and nothing is done twice. */
function settleIntent(config, xhr) {
  if (xhr.status < 400) notes.delete(config.path);
  const isRunning = xhr.status === 409 && xhr.getResponseHeader("Retry-After");
  if (!isRunning && !xhr.getResponseHeader("Idempotency-Key-Kept")) keys.delete(config.intent);
  if (config.target.id === "tab" && !isWrite(config) && xhr.status < 400) keys.clear();
}

function renewAndRepeat(config, words) {
  config.isRenewed = true;
  renewing ??= newToken().finally(() => { renewing = null; });
  renewing.finally(() => { config.isRenewed = false; }).then(() => repeat(config), () => expired(config, words));
}

const tokenHeader = () => ({ ...JSON.parse(body.getAttribute("hx-headers")), "Time-Zone": zone });

async function newToken() {
  const auth = await frame.refreshAuth();
  const answer = await fetch("/session", {
    method: "POST",
    headers: tokenHeader(),
    body: new URLSearchParams({ AUTH_ID: auth.AUTH_ID, AUTH_EXPIRES: auth.AUTH_EXPIRES, REFRESH_ID: auth.REFRESH_ID }),
    /* By itself a browser waits for minutes, and all that was pressed would wait with it. */
    signal: AbortSignal.timeout(htmx.config.timeout),
  });
  if (!answer.ok) throw new Error("the session was not renewed");
  const { token } = await answer.json();
  body.setAttribute("hx-headers", JSON.stringify({ Authorization: "Bearer " + token }));
}

/* For what is no swap: a file. It is refused where the session cannot be renewed. */
async function fetchWithToken(url) {
  const answer = await fetch(url, { headers: tokenHeader() });
  const isRenewed = answer.status === 401 && (await newToken().then(() => true, () => false));
  return isRenewed ? fetch(url, { headers: tokenHeader() }) : answer;
}

/* On a card with several objects each has a token of its own: they come again with the tab. What an open
   dialog only wanted to know is asked with its new token, and a row that comes opened again asks by itself. */
const ASKS_ITSELF = ".pay__more, .pay__load, [id^='log-']";
let postponed = null;

function repeat(config) {
  if (config.elt.closest("[hx-headers]") !== body) {
    finish(config, false);
    postponed = !isWrite(config) && config.elt.closest("dialog form") ? config : null;
    if (!postponed && !config.elt.matches(ASKS_ITSELF)) say("say-renewed");
    return request("GET", "/payments", { source: byId("tab"), target: "#tab", swap: "outerHTML" });
  }
  /* Who has closed the dialog meanwhile does not want it any more. */
  if (config.elt.dataset.opens && !isAwaited(config)) return finish(config, false);
  repeated.add(config.elt);
  resend(config);
}

on("htmx:load", ({ detail: { elt } }) => {
  if (elt.id !== "tab") return;
  /* Never with the token of the whole card, which is about other payments. */
  const group = byId(byId("dlg-box").dataset.group);
  for (const form of document.querySelectorAll("dialog form[hx-headers]")) {
    const fresh = group || document.querySelector(form.getAttribute("hx-target"))?.closest(".group[hx-headers]");
    if (fresh) form.setAttribute("hx-headers", fresh.getAttribute("hx-headers"));
  }
  for (const button of document.querySelectorAll("[data-of-group]")) {
    const fresh = byId(`of-${button.dataset.ofGroup}`);
    if (fresh) button.setAttribute("hx-headers", fresh.getAttribute("hx-headers"));
  }
  if (postponed?.elt.isConnected) resend(postponed);
  postponed = null;
});

/* The same once more, with the same key, swapped in the same way, and without asking again. A quantity that was
   taken back is in its field again; one that was typed since stays there, and is saved after this one. */
function resend(config) {
  const { elt } = config;
  const values = {};
  sure.add(elt);
  if ("saves" in elt.dataset) {
    values[elt.name] = config.formData.get(elt.name);
    if (elt.value === elt.defaultValue) elt.value = values[elt.name];
  }
  request(config.verb.toUpperCase(), config.path, { source: elt, target: config.target, swap: config.swap, values });
}

/* On the first load in a frame the server's own words say more than "open for too long". What somebody has entered
   is never taken away: a note is asked for again, with what was written, and the rest stays where it is, as the
   settings always do. */
function expired(config, words) {
  finish(config, false);
  /* Sums of a dialog that was closed meanwhile: nobody waits for them, so nothing makes room for these words. */
  if (isQuiet(config) && (!config.elt.isConnected || config.elt.closest("dialog:not([open])"))) return;
  answered = config;
  if (notes.has(config.path) && config.elt.isConnected) return askAgain(config);
  if (!mayTakeAway(config)) return sayExpired(config);
  const isFresh = isFirst(config) && frame.isFramed();
  const swapStyle = isFresh ? "outerHTML" : "none";
  if (isFresh || !root()) htmx.swap(config.target, words, { swapStyle, swapDelay: 0, settleDelay: 0 });
  else showInstead("empty-expired");
}

/* Once, also where sums were asked for beside what somebody has pressed. */
function sayExpired(config) {
  const before = document.querySelector("[data-reopen]");
  if (before && isQuiet(config)) return;
  before?.closest(".toast")?.remove();
  say("say-expired", {}, config);
}

function mayTakeAway(config) {
  if (isFirst(config) || byId("settings")) return true;
  const isSent = config.elt.closest("dialog[open] form") && (isWrite(config) || isPosted(config));
  return !isSent && !ticked.size && ![...document.querySelectorAll(ENTERED)].some(isEntered);
}

const ENTERED = ":is(dialog[open], :popover-open) :is(input, select, textarea), input[data-saves]";

function isEntered({ type, value, defaultValue, checked, defaultChecked, options, readOnly }) {
  if (type === "checkbox" || type === "radio") return checked !== defaultChecked;
  if (options) return value !== ([...options].find((one) => one.defaultSelected) || options[0])?.value;
  return type === "textarea" ? value !== "" && !readOnly : value !== defaultValue;
}

const root = () => byId("tab") || byId("settings");

const isFirst = (config) => "firstLoad" in config.target.dataset;

/* Nobody has asked for what is read ahead, so its failure is not reported. */
const isQuiet = (config) => config.elt.hasAttribute("data-quiet") || (config.elt.matches(".pop[hx-get]") && !config.elt.dataset.wanted);

on("htmx:sendError", ({ detail }) => lost(detail.requestConfig, false));
on("htmx:timeout", ({ detail }) => lost(detail.requestConfig, true));

function lost(config, isSilent) {
  answered = config;
  finish(config, false);
  if (isWrite(config)) say(wasNotSent(config) ? "say-not-sent" : "say-write-lost", {}, config);
  else if (config.target.id === "dlg-form" && !isPosted(config) && !isReread(config)) contentFailed(config, copyOf(isSilent ? "content-silent" : "content-no-connection"));
  else if (isFirst(config) && root()) showInstead(isSilent ? "empty-silent" : "empty-no-connection", config.path);
  else if (!isQuiet(config)) say(isSilent ? "say-silent" : "say-no-connection", {}, config);
}

/* What is tried again is `path`, with all that it asked for: from a link it names a payment. */
function showInstead(id, path) {
  document.querySelector("dialog[open]")?.close();
  const list = byId("payments");
  const place = root();
  if ("firstLoad" in place.dataset) place.replaceChildren(...[place.querySelector("h1"), list].filter(Boolean));
  place.querySelector(":scope > .empty")?.remove();
  if (list) list.replaceChildren(copyOf(id));
  else place.firstElementChild.after(copyOf(id));
  if (path) place.querySelector(".empty [hx-get]").setAttribute("hx-get", path);
  place.querySelector(".empty")?.scrollIntoView({ block: "nearest" });
  for (const busy of [place, list]) busy?.removeAttribute("aria-busy");
  htmx.process(place);
}

on("htmx:afterRequest", ({ detail }) => finish(detail.requestConfig, detail.xhr.status >= 200 && detail.xhr.status < 400));

function finish(config, isDone) {
  if (config.isRenewed) return;
  /* However it ended, also by a cut connection: the next time its session may be renewed again. */
  repeated.delete(config.elt);
  settleToasts();
  /* The history takes the place of itself within a payment that stays. */
  const pay = present(config.target)?.closest(".pay");
  pay?.removeAttribute("aria-busy");
  const wasSent = (input) => input.id === config.elt.id && input.value === config.formData.get(input.name);
  if (!isDone) for (const input of pay?.querySelectorAll("input[data-saves]") || []) if (!wasSent(input)) changed(input);
  byId("payments")?.removeAttribute("aria-busy");
  if (!isDone && readsList(config) && !toRead) countsNoMore();
  document.querySelector(`.btn.is-busy[data-copies="${config.target.id}"]`)?.classList.remove("is-busy");
  if (!isDone && config.target.matches(".pop[hx-get]")) linkFailed(config.target);
  if (!isDone) config.elt.closest("tr")?.classList.remove("is-saving");
  if (isDone && "saves" in config.elt.dataset) config.elt.defaultValue = config.formData.get("quantity");
  if (isDone) succeeded(config);
  if (isDone && isWrite(config) && config.target.id !== "wizard" && !config.path.includes("/taken?")) frame.reloadCard().catch(() => {});
  if (isDone && config.target.id === "tab") announce(config);
  restoreFocus();
  if (isDone || !("saves" in config.elt.dataset)) goOn();
  else notPressed(config.elt);
}

function announce(config) {
  if (config.elt.id !== "tab" && config.elt.id !== "refresh") byId("live").textContent = howMany();
}
