/* Dialogs. */

let opener = null;
let contentAsked = null;
let contentWanted = null;
const places = new WeakMap();

/* What was written to a mark, by the address it is sent to: it goes with every try until one has ended
   well. What is pressed without a question has none. */
const notes = new Map();

on("htmx:confirm", (event) => {
  const { elt, issueRequest } = event.detail;
  if (sure.delete(elt)) return;
  if (elt.dataset.opens) giveUp(elt);
  const question = elt.dataset.confirm || (elt.id.startsWith("pay-") && isToBeAsked(payOf(elt)) && "dlg-paid");
  if (!question) return notes.delete(elt.getAttribute("hx-post"));
  event.preventDefault();
  if (payOf(elt)?.getAttribute("aria-busy") !== "true") ask(question, elt, () => agreed(elt, issueRequest));
});

/* The list may have been read again while it was asked. What was agreed to is done where it is still
   the same, and of an amount that is another one by now it has to be asked again. */
function agreed(elt, issueRequest) {
  if (elt.isConnected) return issueRequest(true);
  const now = present(elt);
  if (now?.getAttribute("hx-vals") !== elt.getAttribute("hx-vals")) return say("say-renewed");
  sure.add(now);
  now.click();
}

function ask(id, elt, then) {
  const dialog = byId(id);
  const address = elt.getAttribute("hx-post");
  const place = dialog.querySelector("[data-note]");
  place?.replaceChildren(copyOf("note-field"));
  const note = place?.querySelector("input");
  fill(dialog, elt);
  if (note) note.value = notes.get(address) || "";
  dialog.onclose = () => {
    closed(dialog);
    place?.replaceChildren();
    dialog.querySelector(".toast")?.remove();
    if (dialog.returnValue !== "ok") return;
    if (note) notes.set(address, note.value);
    then();
  };
  open(dialog, elt);
}

/* The question once more, with the note that was written and why it was not sent. */
function askAgain(config) {
  const { elt } = config;
  if (!elt.dataset.confirm) return sayExpired(config);
  const why = copyOf("say-expired").querySelector(".toast");
  why.querySelector("[data-retry]").remove();
  ask(elt.dataset.confirm, elt, () => resend(config));
  tellInForm(byId(elt.dataset.confirm).querySelector("form"), why);
}

function openForm(config) {
  const { elt } = config;
  const dialog = byId("dlg-box");
  contentWanted = config;
  config.of = payOf(elt)?.dataset.number;
  dialog.classList.toggle("dialog--wide", "wide" in elt.dataset);
  byId("dlg-form").replaceChildren(copyOf("dialog-waiting"));
  /* Its forms carry the token of this group, and have to find the next one. */
  dialog.dataset.group = elt.closest(".group[hx-headers]")?.id ?? "";
  fill(dialog, elt);
  dialog.onclose = () => closed(dialog);
  open(dialog, elt);
}

/* The dialog may have been closed before its content came: as long as that is on its way, htmx drops what is pressed. */
function giveUp(elt) {
  const dialog = byId("dlg-box");
  if (!dialog.open && !("opening" in dialog.dataset)) abort(elt);
}

/* Drop what was asked for before the dialog was opened for something else. */
const isWanted = (config) => !config.elt.dataset.opens || config === contentWanted;
const isAwaited = (config) => isWanted(config) && (byId("dlg-box").open || "opening" in byId("dlg-box").dataset);

/* Say that content did not come where it should be, with a way to ask for it again where that may help: what
   lies behind a dialog can be neither read nor pressed. */
function contentFailed(config, words, mayHelp = true) {
  if (!isAwaited(config)) return;
  const dialog = byId("dlg-box");
  const hadFocus = dialog.contains(document.activeElement);
  byId("dlg-form").replaceChildren(copyOf("dialog-failed"));
  fill(dialog, config.elt);
  dialog.querySelector("[data-content]").toggleAttribute("data-when-online", words.querySelector("[data-offline]") !== null);
  if (!mayHelp) dialog.querySelector("[data-content]").remove();
  dialog.querySelector("[data-words]").replaceChildren(words);
  contentAsked = config;
  if (hadFocus) focusIn(dialog);
  makeRoom(dialog);
}

function fill(dialog, elt) {
  const pay = payOf(elt);
  const values = {
    number: pay?.dataset.number,
    system: pay?.dataset.system,
    amount: pay?.querySelector(".pay__amount").firstElementChild.cloneNode(true),
    name: elt.dataset.name || byId(elt.getAttribute("aria-describedby")?.split(" ")[0])?.textContent,
    verb: elt.getAttribute("aria-label") || verbOn(elt),
    text: elt.dataset.text,
    timeline: pay?.dataset.timeline,
    over: isTooMuch(pay),
    account: pay?.dataset.fromAccount,
  };
  fillAll(dialog, values);
  for (const part of dialog.querySelectorAll("[data-with]")) part.hidden = !values[part.dataset.with];
  for (const part of dialog.querySelectorAll("[data-without]")) part.hidden = Boolean(values[part.dataset.without]);
}

/* Whether it is asked about even where the settings ask nothing: no other mark takes back what this one does. */
const isToBeAsked = (pay) => isTooMuch(pay) || Boolean(pay?.dataset.fromAccount);

/* Whether marking it as paid makes more paid than the order costs, as far as the strip knows that. */
function isTooMuch(pay) {
  return Boolean(pay) && isMoreThan(pay.dataset.amount, pay.closest(".group"));
}

function isMoreThan(amount, group) {
  const room = (group ?? document).querySelector(".strip[data-room]")?.dataset.room;
  return Boolean(room) && Number(amount) > Number(room);
}

/* The same of many payments, once their question is there: the dialog may open later. */
function tellExcess(part) {
  part.hidden = !isMoreThan(part.dataset.excess, byId(part.closest("dialog").dataset.group));
}

/* Whether one of them is made from the client's account: its row says so. */
function tellAccount(part) {
  const chosen = [...part.closest("form").querySelectorAll("[name=chosen]")];
  part.hidden = !chosen.some(({ value }) => byId(`payment-${value.split(" ", 1)[0]}`)?.dataset.fromAccount);
}

/* Without the number of payments that it concerns. */
function verbOn(elt) {
  const words = elt.cloneNode(true);
  for (const part of words.querySelectorAll("[aria-hidden=true]")) part.remove();
  return words.textContent.trim();
}

function fillAll(place, values) {
  for (const slot of place.querySelectorAll("[data-fill]")) {
    const value = values[slot.dataset.fill] ?? "";
    slot.replaceChildren(value.cloneNode ? value.cloneNode(true) : value);
  }
}

/* Undo stands in a toast, and a field of the allocation in a dialog. */
function payOf(elt) {
  const target = elt.getAttribute("hx-target");
  return elt.closest(".pay") || (target?.startsWith("#payment-") ? document.querySelector(target) : null);
}

/* Show it where the person looks: focus in a dialog somewhere else would scroll the card away. */
async function open(dialog, elt) {
  elt.closest("[popover]")?.hidePopover?.();
  opener = elt;
  dialog.returnValue = "";
  dialog.dataset.opening = "";
  watchDialog(dialog);
  await readBand();
  /* The first picture after a focus that scrolled the card may still be of before. */
  for (let tries = 0; tries < 10 && !document.hidden && !isSeen(elt); tries++) await readBand();
  delete dialog.dataset.opening;
  if (dialog.open) return focusIn(dialog);
  places.set(dialog, band);
  dialog.style.setProperty("--vis-top", `${band.top}px`);
  dialog.showModal();
  focusIn(dialog);
  makeRoom(dialog);
}

/* What somebody acts on is in sight, except an entry of a menu that is closed by now. */
function isSeen(elt) {
  const box = elt.getBoundingClientRect();
  return !box.height || (box.bottom > band.top && box.top < band.bottom);
}

/* The browser gives focus back to the opener, but not into a menu that is closed by now, nor to what
   took the place of an opener that was replaced. */
function closed(dialog) {
  unwatchDialog(dialog);
  page.style.minHeight = "";
  moveToasts(dialog);
  workLeft(dialog);
  const { activeElement } = document;
  if ((activeElement !== body && !dialog.contains(activeElement)) || !opener) return;
  const menu = opener.closest("[popover]");
  const back = menu ? document.querySelector(`[popovertarget="${menu.id}"]`) : present(opener);
  /* The bar of the selected payments goes when none is left, and a row with its payment; linked cards have no ticks. */
  (back?.checkVisibility() ? back : byId("tick-all") || byId("refresh"))?.focus();
}

/* Not by the autofocus attribute: Chromium refuses it in a frame and says so in the console. */
function focusIn(dialog) {
  const first = dialog.querySelector("[data-first]") || dialog.querySelector(".dialog__body :is(select, input:not([type=hidden]))") || dialog.querySelector("button");
  first?.focus();
}

/* An overlay at the foot of a frame that is as tall as its content would be cut off. A dialog
   moves up as far as it has to for being seen whole, but where the frame begins in sight not so far
   as to get under the portal's bar. One whose content comes later, or changes, is there from the
   beginning, so that it never moves under somebody's eyes. */
const BELOW = 24;

function makeRoom(overlay) {
  if (!frame.isFramed()) return;
  const seen = places.get(overlay);
  const most = overlay.id === "dlg-box" ? 0 : 72;
  if (seen) overlay.style.setProperty("--drop", `${Math.max(seen.top ? 12 : 40, Math.min(most, seen.bottom - seen.top - overlay.offsetHeight - BELOW))}px`);
  /* It comes growing from its middle: where it will begin when it has its size. */
  const box = overlay.getBoundingClientRect();
  const bottom = box.top + (box.height - overlay.offsetHeight) / 2 + overlay.scrollHeight + BELOW;
  page.style.minHeight = bottom > page.getBoundingClientRect().bottom ? `${bottom - page.getBoundingClientRect().top}px` : page.style.minHeight;
}

/* In a narrower window they get taller. */
addEventListener("resize", () => document.querySelectorAll("dialog[open], .pop:popover-open").forEach(makeRoom));

/* A key that is held down presses once: by then another button may have the focus. Enter that ends what
   an input method composes is no wish to save. */
on("keydown", (event) => {
  if (event.isComposing || event.keyCode === 229) return;
  if (event.repeat && (event.key === "Enter" || (event.key === " " && event.target.matches("button")))) event.preventDefault();
  else if (event.key === "Enter" && event.target.matches("input[data-saves]")) saveAgain(event.target);
  else if (!event.repeat) readBand();
}, true);

/* Who begins to write means the note: on the button that agrees, the first blank would press it, and the letters
   after that would be shortcuts. */
on("keydown", ({ target, key, ctrlKey, altKey, metaKey, isComposing }) => {
  if (key?.length !== 1 || key === " " || ctrlKey || altKey || metaKey || isComposing || !target.matches("dialog[open] button")) return;
  target.closest("dialog").querySelector("[data-note] input, #many-note")?.focus();
});
