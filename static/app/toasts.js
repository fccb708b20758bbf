/* Toasts: what was done leaves by itself, what failed stays until it is answered (answers.js). */

const region = byId("toasts").closest(".toasts");
const causes = new WeakMap();
const arrived = new WeakSet();
const MOST = { ok: 2, err: 3 };

/* `cause`: the request that it speaks of, or what to do when somebody wants to try again. */
function say(id, values = {}, cause = null) {
  if (!byId(id)) return;
  const words = filled(id, values);
  const toast = words.querySelector(".toast");
  causes.set(toast, cause ? [cause] : []);
  shelfOf(toast).append(toast);
  if (!region.contains(toast)) toastCame(toast);
}

function filled(id, values) {
  const words = copyOf(id);
  for (const slot of words.querySelectorAll("[data-fill]")) slot.textContent = values[slot.dataset.fill];
  return words;
}

const arrivals = new MutationObserver(sort);
arrivals.observe(region, { childList: true, subtree: true });

function sort(records) {
  for (const toast of records.flatMap((record) => [...record.addedNodes])) {
    if (toast.nodeType === Node.ELEMENT_NODE && toast.matches(".toast") && region.contains(toast)) toastCame(toast);
  }
}

/* Those that came with the present answer, before it is called finished. */
function settleToasts() {
  sort(arrivals.takeRecords());
}

const isError = (toast) => toast.matches(".toast--err");
const isWarning = (toast) => toast.matches(".toast--warn");
const canUndo = (toast) => toast.querySelector("[data-undo]") !== null;
const canAct = (toast) => toast.querySelector(".btn:not([data-dismiss])") !== null;
const causesOf = (toast) => causes.get(toast) || [];

/* Said once: a failure speaks for itself, so it never stands in the region that announces what was
   done, and behind an open dialog nothing is read or seen. */
function shelfOf(toast) {
  const shelves = document.querySelector("dialog[open] > .toasts") || region;
  return shelves.querySelector(isError(toast) ? "[data-alerts]" : "[role=status]");
}

function toastCame(toast) {
  if (arrived.has(toast)) return;
  arrived.add(toast);
  if (!causes.has(toast)) causes.set(toast, answered ? [answered] : []);
  nameItsPayment(toast);
  if (isError(toast) && isToldElsewhere(toast)) return toast.remove();
  const shelf = shelfOf(toast);
  if (toast.parentNode !== shelf) shelf.append(toast);
  toast.shownAt = performance.now();
  joinTwins(toast, shelf);
  replaceUndo(toast);
  leaveWithPayment(toast);
  makeRoomOn(shelf, toast);
  leaveInTime(toast);
  readBand().then(placeToasts);
  follow(placeToasts);
}

/* At the field, in the dialog whose content did not come, or in the form that was not taken. */
function isToldElsewhere(toast) {
  const [cause] = causesOf(toast);
  if (!cause?.elt) return false;
  const form = cause.elt.closest("dialog[open] form");
  const field = fieldOf(cause.elt, form || cause.elt.closest("form:popover-open"), toast.dataset.field);
  if (field && !toast.dataset.field) return toldAtQuantity(field, cause, toast);
  if (field) refusedByServer(field, toast);
  else if (form && (isWrite(cause) || isPosted(cause))) tellInForm(form, toast);
  else if (!isWrite(cause) && cause.target.id === "dlg-form" && !isReread(cause)) contentFailed(cause, wordsOf(toast), toast.querySelector("[data-retry]") !== null);
  else return false;
  return true;
}

function tellInForm(form, toast) {
  const words = toast.cloneNode(true);
  arrived.add(words);
  causes.set(words, causesOf(toast));
  form.querySelector(".toast")?.remove();
  form.querySelector(".dialog__head").after(words);
  const isOfGone = toast.dataset.gone && isAbout(form.getAttribute("hx-post"), toast.dataset.gone);
  if (isOfGone || "lineGone" in toast.dataset) endForm(form);
}

/* It stays to be read and copied. Where another payment is gone, one that is there can be chosen instead. */
function endForm(form) {
  form.dataset.over = "";
  if (document.activeElement.matches("[type=submit]")) form.querySelector(".dialog__foot [data-close]").focus();
  for (const button of form.querySelectorAll("[type=submit]")) button.disabled = true;
}

const isAbout = (path, id) => RegExp(`^/payments/${id}(?!\\d)`).test(path);

/* Enter presses the first button, and presses nothing where that is disabled. */
function letSend(form, may) {
  form.querySelector("[type=submit]").disabled = !may || "over" in form.dataset;
}

/* The sentence and what can be done about it, without the toast around. */
function wordsOf(toast) {
  const words = document.createDocumentFragment();
  words.append(...toast.querySelectorAll("p, details, .btn:not([data-dismiss], [data-retry])"));
  return words;
}

/* Where the server could not read the payment's number, the page has it, or what was opened before its row had left. */
function nameItsPayment(toast) {
  const [cause] = causesOf(toast);
  if (!cause?.elt) return;
  const { gone } = toast.dataset;
  cause.number = toast.dataset.of || (gone && !isAbout(cause.path, gone) ? numberOfOther(cause, gone) : numberOfOwn(cause));
  if (!cause.number || "of" in toast.dataset || !byId("say-of")) return;
  toast.dataset.of = cause.number;
  toast.querySelector("p").prepend(filled("say-of", { number: cause.number }));
}

function numberOfOwn({ elt, target }) {
  const pay = payOf(elt) || target.closest(".pay");
  if (pay) return pay.dataset.number;
  return elt.closest("#dlg-box") ? contentWanted?.of : elt.closest(".toast")?.dataset.of;
}

function numberOfOther({ elt }, id) {
  return (byId(`payment-${id}`) || elt.querySelector(`option[value="${id}"]`))?.dataset.number;
}

/* Equal errors are one, with how often and of which payments. What can be done about a success is of
   that one only. One press never repeats several acts: nobody could tell which of them it means. */
function joinTwins(toast, shelf) {
  const twin = [...shelf.querySelectorAll(".toast")].find((one) => one !== toast && isTwin(one, toast));
  if (!twin) return;
  causes.set(toast, [...causesOf(twin), ...causesOf(toast)]);
  toast.dataset.times = Number(twin.dataset.times || 1) + 1;
  if (!areOneAct(causesOf(toast))) toast.querySelector("[data-retry]")?.remove();
  if (isError(toast)) sayHowOften(toast);
  if (twin.contains(document.activeElement)) toast.querySelector("button")?.focus({ preventScroll: true });
  twin.remove();
}

/* Of several changes of one quantity the last one can be taken back. */
function replaceUndo(toast) {
  const of = toast.querySelector("[data-undo]")?.dataset.undo;
  if (!of) return;
  for (const other of document.querySelectorAll(`.toast [data-undo="${of}"]`)) if (!toast.contains(other)) leave(other.closest(".toast"));
}

/* What was said of a payment is over once it is gone: nothing can be done about it any more. What speaks of several
   payments stays for the others. */
function leaveWithPayment(toast) {
  const { gone, of } = toast.dataset;
  if (!gone || !of) return;
  for (const other of document.querySelectorAll(`.toasts .toast[data-of="${CSS.escape(of)}"]`)) if (other !== toast && areOf(causesOf(other), of)) leave(other);
}

const areOf = (several, number) => several.every((cause) => !cause.number || cause.number === number);

function areOneAct([first, ...others]) {
  return others.every((one) => one.verb === first.verb && one.path === first.path);
}

function isTwin(one, other) {
  return (isError(other) || !(canAct(one) || canAct(other))) && sentenceOf(one) === sentenceOf(other);
}

const REPEATED = ".toast__of, .toast__of-several, .toast__n";

function sentenceOf(toast) {
  const words = toast.querySelector("p").cloneNode(true);
  words.querySelectorAll(REPEATED).forEach((part) => part.remove());
  return words.textContent.trim();
}

function sayHowOften(toast) {
  const words = toast.querySelector("p");
  const numbers = [...new Set(causesOf(toast).map((cause) => cause.number).filter(Boolean))];
  words.append(" ", filled("say-times", { n: toast.dataset.times }));
  if (numbers.length < 2) return;
  words.querySelector(".toast__of")?.remove();
  const id = numbers.length > 5 ? "say-of-many" : "say-of-several";
  words.append(" ", filled(id, { numbers: asList(numbers.slice(0, 5)), more: numbers.length - 5 }));
}

/* Counted by kind: a failure never takes the place of what was done, nor of its Undo. */
function makeRoomOn(shelf, toast) {
  const others = [...shelf.querySelectorAll(".toast:not(.toast--wait)")].filter((one) => one !== toast);
  const surplus = others.length + 1 - MOST[isError(toast) ? "err" : "ok"];
  const needOf = (one) => Number(canAct(one)) + Number(canUndo(one)) + Number(isWarning(one));
  others.toSorted((one, other) => needOf(one) - needOf(other)).slice(0, Math.max(0, surplus)).forEach(leave);
}

/* Success leaves after a while, later where something can be done about it. The clock stops while somebody
   looks at it, acts in it, or is asked something else. */
const leaving = new Map();
const TICK = 250;
let ticking = 0;

function leaveInTime(toast) {
  if (isError(toast) || isWarning(toast) || toast.matches(".toast--wait")) return;
  leaving.set(toast, canAct(toast) ? 10000 : 6000);
  ticking ||= setInterval(tick, TICK);
}

function tick() {
  for (const [toast, left] of leaving) {
    if (!toast.isConnected) leaving.delete(toast);
    else if (left <= 0) leave(toast);
    else if (!isAttended(toast)) leaving.set(toast, left - TICK);
  }
  if (leaving.size) return;
  clearInterval(ticking);
  ticking = 0;
}

/* The pointer goes through a toast, so hovering is told by where the pointer is. */
const AWAY = { clientX: -1, clientY: -1 };
let pointer = AWAY;
on("pointermove", (event) => { pointer = event; });
on("pointerout", (event) => { if (!event.relatedTarget) pointer = AWAY; });

function isAttended(toast) {
  const box = toast.getBoundingClientRect();
  const isHovered = pointer.clientX >= box.left && pointer.clientX <= box.right && pointer.clientY >= box.top && pointer.clientY <= box.bottom;
  const isCovered = document.hidden || (region.contains(toast) && document.querySelector("dialog[open]"));
  return isHovered || isCovered || toast.matches(":focus-within, :has(.htmx-request)");
}

/* Return focus from a toast to where it came from. */
let cameFrom = null;
on("focusin", ({ target, relatedTarget }) => {
  if (target.closest(".toast") && !relatedTarget?.closest(".toast")) cameFrom = relatedTarget;
});

function leave(toast) {
  if (toast?.contains(document.activeElement)) (cameFrom?.isConnected ? cameFrom : byId("refresh"))?.focus({ preventScroll: true });
  toast?.remove();
}

/* What a dialog said is still said when it is closed. */
function moveToasts(dialog) {
  for (const toast of dialog.querySelectorAll(":scope > .toasts .toast")) shelfOf(toast).append(toast);
}

/* At the foot of the band, at its start. Where the figures, the pages of the settings, the bar that saves and what became of
   the tabs, what was just changed or what is in use lie there: as low as the toasts cover none of these, beside one of them. */
const GAP = 8;

function placeToasts() {
  if (!document.querySelector(".toasts .toast")) return unfollow(placeToasts);
  const shelves = document.querySelector("dialog[open] > .toasts") || region;
  const height = shelves.offsetHeight;
  const foot = band.bottom - parseFloat(getComputedStyle(shelves).bottom);
  const seen = [...inUse(), ...(shelves === region ? figures() : [])];
  const beside = seen.flatMap((box) => [box.top - GAP, box.bottom + GAP + height]);
  const ends = [foot, ...beside.filter((end) => end < foot && end - height > band.top)];
  const covered = (end) => seen.reduce((sum, box) => sum + Math.max(0, Math.min(end, box.bottom) - Math.max(end - height, box.top)), 0);
  const best = ends.toSorted((one, other) => covered(one) - covered(other) || other - one)[0];
  shelves.style.setProperty("--raised", `${foot - best}px`);
}

const figures = () => [...document.querySelectorAll(".strip, .tabs, .savebar, #settings-form .note")].filter((one) => one.checkVisibility()).map((strip) => strip.getBoundingClientRect());

/* A page of the settings is higher than what is seen of it, and nothing could be beside it. */
const headOf = (focused) => (focused.matches(".sect") ? focused.querySelector(".sect__title") : focused);

function inUse() {
  const { activeElement } = document;
  const focused = activeElement === body || activeElement.closest(".toasts") ? null : activeElement.closest("tr, .pay__row, .savebar") || headOf(activeElement);
  const written = lastChanged ? byId(lastChanged)?.querySelector(".pay__row") : null;
  return [focused, written].filter((one) => one?.checkVisibility()).map((one) => one.getBoundingClientRect());
}
