/* Swaps: focus, open details and half-typed quantities survive them. */

const opened = new Map();
const kept = new Map();
const unsaved = new Map();
let home = "";
let besides = [];
let control = "";
let linesBefore = null;

/* A payment of many lines comes without them after a write, and they are read again: until then it stays open and as
   high as it was, or whoever is far down in it would be thrown to the top; and what had the focus gets it back. */
const stood = new Map();

function holdPlace(pay) {
  const more = pay.querySelector(".pay__more[open]:not([data-waits])");
  if (more) stood.set(more.id, { height: more.querySelector(".pay__body").offsetHeight, control });
}

function keepPlace(waiting) {
  if (!waiting.isConnected || !stood.has(waiting.id)) return;
  waiting.querySelector(".pay__body").style.minHeight = `${stood.get(waiting.id).height}px`;
  waiting.open = true;
}

function leavePlaces() {
  for (const [id, { control: was }] of stood) {
    const more = byId(id);
    if (more?.matches("[data-waits]")) continue;
    stood.delete(id);
    if (more && document.activeElement === more.closest(".pay").querySelector(".pay__title")) byId(was)?.focus({ preventScroll: true });
  }
}

/* It comes with a reader that asks at once. Where that fails, what is open asks for itself, and says why nothing comes. */
const isReadAgain = (more) => stood.has(more.id) && more.parentNode.querySelector(".pay__load[hx-trigger^=load]");

on("htmx:afterRequest", ({ detail: { elt, xhr } }) => {
  const more = elt.closest(".pay__more, .pay__load")?.parentNode?.querySelector(".pay__more[open][data-waits]");
  if (!more || xhr.status === 200 || !stood.has(more.id)) return;
  if (elt !== more) return htmx.trigger(more, "need");
  stood.delete(more.id);
  more.querySelector(".pay__body").style.minHeight = "";
});

function prepareSwap(detail, config, isDone) {
  const dialog = config.elt.closest("dialog") || config.target.closest("dialog");
  if (isDone && "adds" in config.elt.dataset) opened.set(config.target.closest(".pay")?.querySelector(".pay__more").id, true);
  const stays = config.elt.closest("[data-stays]");
  const isOnItsWay = isPart(detail.xhr);
  if (isOnItsWay) partCame(detail, config);
  else if (isWrite(config) && isDone) workDone(config, detail.serverResponse);
  /* What was done in part is told in the page. Its dialog still asks for all of it, and would do that part again. */
  const isOver = isDone || detail.xhr.getResponseHeader("Partly-Done") !== null;
  if (dialog && !stays && !isOnItsWay && isWrite(config) && isOver) dialog.close();
  if (dialog && !isWrite(config) && !dialog.open && !("opening" in dialog.dataset)) detail.shouldSwap = false;
  if (!isWanted(config)) detail.shouldSwap = false;
  home = document.activeElement.closest(".pay")?.id || "";
  besides = home ? rowsBeside(byId(home)) : [];
  control = (isDone && document.activeElement === config.elt && idOfNextRemove(config.elt)) || document.activeElement.id;
  if (isDone && "undo" in config.elt.dataset) {
    home = config.target.id;
    linesBefore = new Set(allLines().map(lineOf));
    control = config.elt.dataset.undo;
  }
  const isReplaced = detail.xhr.getResponseHeader("HX-Reswap") !== "none";
  for (const input of config.target.querySelectorAll("input[data-saves]")) {
    const known = isDone && input === config.elt ? config.formData.get("quantity") : input.defaultValue;
    if (isReplaced && input.value !== known) unsaved.set(input.id, { value: input.value, error: byId(errorId(input)), hasFailed: !isDone && input === config.elt, pay: input.closest(".pay")?.id });
  }
  kept.clear();
  if (config.target.id !== "tab") return;
  for (const details of config.target.querySelectorAll(".pay__more:not([data-waits])")) {
    kept.set(details.id + details.closest(".pay").dataset.paid, details.cloneNode(true));
  }
  if (detail.shouldSwap && isReplaced) takeAway(config.target.querySelectorAll(".pay:not(:focus-within)"));
}

/* Who removes several lines goes on with the next one, or with the one before the last. */
function idOfNextRemove(button) {
  const line = button.matches(".btn--remove") && button.closest("tr");
  return line && (line.nextElementSibling || line.previousElementSibling)?.querySelector(".btn--remove")?.id;
}

/* htmx takes leave of every element of what it replaces, by an event and for each of its children: 500 rows of a list
   that is read again stood still for half a second. They have nothing to take leave of. */
function takeAway(rows) {
  for (const row of rows) row.remove();
}

/* Sums of a dialog that was closed, or opened for something else, and details of a row that was drawn again: what
   reads itself and has gone meanwhile has no place any more, and what it says of other places has none either.
   Nothing that happens at what is not in the page bubbles up, so it listens itself. */
on("htmx:beforeRequest", ({ detail: { elt, target, requestConfig } }) => {
  if (elt === target && !isWrite(requestConfig)) elt.addEventListener("htmx:beforeSwap", dropIfLate);
});

function dropIfLate({ currentTarget, detail }) {
  if (!currentTarget.isConnected) detail.shouldSwap = false;
}

/* One request reads what is in several payments. One of them may have been written meanwhile, and its answer drawn:
   that is newer than what comes now, and so are the sums above the list that it brought. A write that brought none,
   refused or lost, leaves them to what comes. */
const writtenSums = new Map();

on("htmx:beforeRequest", ({ detail: { elt, requestConfig: config } }) => {
  if (!elt.matches(".pay__load, .pay__more")) return;
  config.drawn = new WeakSet(document.querySelectorAll(".pay"));
  config.sums = new Map(writtenSums);
});

on("htmx:oobBeforeSwap", ({ detail }) => {
  if (!answered) return;
  const { id } = detail.target;
  const pay = detail.target.closest(".pay");
  if (!pay && isWrite(answered)) writtenSums.set(id, (writtenSums.get(id) ?? 0) + 1);
  if (!answered.drawn) return;
  if (pay ? !answered.drawn.has(pay) : answered.sums.get(id) !== writtenSums.get(id)) detail.shouldSwap = false;
});

on("htmx:load", ({ detail: { elt } }) => {
  const found = (selector) => [...(elt.matches(selector) ? [elt] : []), ...elt.querySelectorAll(selector)];
  /* It closes the frame, so it goes after the size of what is shown now. */
  if (found("[data-install-done]").length) setTimeout(frame.installFinish, 100);
  for (const waiting of found(".pay__more[data-waits]")) {
    showKept(waiting);
    keepPlace(waiting);
  }
  for (const details of found("details[id]")) {
    if (opened.has(details.id) && !("waits" in details.dataset && !details.open)) details.open = opened.get(details.id);
  }
  for (const input of found("input[data-saves]")) if (unsaved.has(input.id)) typeAgain(input, unsaved.get(input.id));
  /* What has no field any more must not turn up in one that comes much later. */
  for (const pay of unsaved.size ? found(".pay:not(:has([data-waits]))") : []) {
    for (const [id, { pay: of }] of unsaved) if (of === pay.id) unsaved.delete(id);
  }
  for (const log of found("[id^=log-][data-needs]")) showLog(log);
  const pop = elt.closest?.(".pop[hx-get]");
  if (pop && elt.matches("[data-loaded]")) linkCame(pop, elt);
  for (const part of found("[data-excess]")) tellExcess(part);
  for (const part of found("[data-if-from-account]")) tellAccount(part);
  const dialog = elt.closest?.("dialog[open]");
  if (dialog) {
    if (!dialog.contains(document.activeElement) || document.activeElement === dialog) focusIn(dialog);
    makeRoom(dialog);
    /* The foot of a long list was pressed, and what comes after it is shorter: it begins above what is in sight. */
    if (elt.parentNode.id === "dlg-form") dialog.querySelector(".dialog__head")?.scrollIntoView({ block: "nearest" });
  }
});

/* What was refused, or could not be sent, is never sent without being asked for again. */
function typeAgain(input, { value, error, hasFailed }) {
  unsaved.delete(input.id);
  if (value === input.defaultValue) return;
  unlock(input.closest(".stepper").parentNode);
  input.value = value;
  showSteps(input);
  if (hasFailed) return;
  if (!error) changed(input);
  else if (!input.validity.valid) tellWhy(input);
  else if (error.querySelector("[data-resave]")) showAgain(input, error);
  else input.value = input.defaultValue;
}

function showAgain(input, error) {
  for (const slot of error.querySelectorAll("[data-fill=saved]")) slot.textContent = savedOf(input);
  showAt(input, error);
}

/* What was already read stays visible until the new reading comes. */
function showKept(waiting) {
  const before = kept.get(waiting.id + waiting.closest(".pay").dataset.paid);
  if (!before) return;
  waiting.replaceWith(before);
  htmx.process(before);
  if (opened.has(before.id)) before.open = opened.get(before.id);
}

/* What was done with a payment before stays in sight, below the place of what was done just now. */
function keepLog(pay) {
  const log = pay.querySelector(".log");
  if (log) kept.set(`log-${pay.dataset.paymentId}`, log);
}

function showLog(log) {
  const before = kept.get(log.id);
  kept.delete(log.id);
  if (before) log.querySelector(".log--wait").after(before);
}

/* Where a payment goes, those below it come up to its place; below the last one there is nothing but the one above. */
function rowsBeside(pay) {
  const rows = [...document.querySelectorAll(".pay:not([hidden])")];
  const at = rows.indexOf(pay);
  return [...rows.slice(at + 1), ...rows.slice(0, Math.max(at, 0)).toReversed()];
}

function restoreFocus() {
  const fresh = document.querySelector(".pay.is-new:not([data-greeted])");
  if (fresh) {
    fresh.dataset.greeted = "";
    if ("askedFor" in fresh.dataset) showWanted(fresh);
    fresh.querySelector(".pay__title").focus();
  } else if (document.activeElement === body || isFreeForUndo()) {
    /* A payment that was open comes closed and is opened again, so its controls are there only now. */
    const same = control && byId(control)?.checkVisibility() && byId(control);
    const title = home && ([byId(home), ...besides].find((row) => row?.isConnected)?.querySelector(".pay__title") || byId("refresh"));
    (putBack() || same || title || null)?.focus({ preventScroll: true });
  }
  leavePlaces();
  home = control = "";
  besides = [];
  linesBefore = null;
}

/* By its key Undo is pressed from anywhere: what comes back has the focus then, but never of somebody who types. */
function isFreeForUndo() {
  return linesBefore && !document.activeElement.matches("input, select") && !document.querySelector("dialog[open]");
}

const LINES_OF = "[data-item-id], [data-delivery-item-id]";
const lineOf = (row) => row.dataset.itemId || `d${row.dataset.deliveryItemId}`;
const allLines = () => [...document.querySelectorAll(`.pay :is(${LINES_OF})`)];

/* The line that came back by Undo, to this payment or to the one it was moved from: its first control. */
function putBack() {
  const row = linesBefore && allLines().find((one) => !linesBefore.has(lineOf(one)) && one.checkVisibility());
  return row?.querySelector("input, .btn");
}

on("toggle", ({ target }) => {
  if (isToggledForPrint(target)) return;
  if (target.matches("details")) makeRoomAround(target);
  if (target.matches("details[id]")) {
    opened.set(target.id, target.open);
    if (target.open && "waits" in target.dataset && !isReadAgain(target)) htmx.trigger(target, "need");
    if (target.matches(".pay__more")) rowToggled(target);
  } else if (target.matches(".pop")) {
    if (target.matches(":popover-open")) popOpened(target);
    else {
      page.style.minHeight = "";
      target.classList.remove("pop--up");
      /* What is somebody's address leaves the page with the menu. */
      if ("fresh" in target.dataset) target.replaceChildren();
    }
  }
}, true);

/* What comes into a row later, or changes it, pushes the payments below it down: moved by a transform, nothing
   jumps. With reduced motion they fade in where they are now. */
let tops = null;
for (const name of ["htmx:beforeSwap", "htmx:oobBeforeSwap"]) on(name, ({ detail: { target, shouldSwap, xhr } }) => {
  if (target.matches?.(".pay")) {
    keepLog(target);
    if (shouldSwap && xhr?.getResponseHeader("HX-Reswap") !== "none") {
      handOver(target);
      holdPlace(target);
    }
  }
  if (tops || !target.closest?.(".pay") || target.closest(".pop")) return;
  /* Only what follows an opened row, or the changed one, is moved. */
  const all = [...document.querySelectorAll(".pay")];
  const from = all.findIndex((pay) => pay.contains(target) || pay.matches(":has(> .pay__more[open])"));
  tops = all.slice(from, from + 40).map((pay) => [pay, pay.getBoundingClientRect().top]);
  queueMicrotask(slide);
});

/* The history comes while what a write changed is still moving: the second way is added to the first. */
function slide() {
  const moved = tops;
  tops = null;
  const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const ways = moved.map(([pay, top]) => [pay, pay.isConnected ? top - pay.getBoundingClientRect().top : 0]);
  for (const [pay, by] of ways) {
    if (Math.abs(by) < 1) continue;
    const [from, to] = isStill ? [{ opacity: 0 }, { opacity: 1 }] : [{ transform: `translateY(${by}px)` }, { transform: "none" }];
    pay.animate([from, to], { duration: 200, easing: "ease-out", composite: isStill ? "replace" : "add" });
  }
}
