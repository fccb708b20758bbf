/* Several payments at once: which rows are ticked, what can be done with them, and the act part by part.
   Only what is shown can be ticked: a row that the filter or the search hides is not any more. */

const MOST_TICKED = 50;
const ticked = new Set();
let lastTick = "";
let summedTicks = "";
let toldTicks = "";
let summing = 0;

const tickOf = (row) => row.querySelector("[data-ticks]");
const tickRows = () => [...document.querySelectorAll("#payments > .pay:not([hidden])")].filter(tickOf);
const isTicked = (row) => ticked.has(row.dataset.paymentId);
const tickedIds = () => tickRows().filter(isTicked).map(idOf).join(",");
const asChosen = ({ dataset: { paymentId, state, number } }) => `${paymentId} ${state} ${number}`;

/* What an act concerns has a button of its own in its row, or in its menu. */
const ACTS_ON = { pay: "[id^='pay-']", unpay: "[id^='unpay-']", delete: "[data-deletes]" };

function setTicks(rows, isOn) {
  for (const { dataset: { paymentId: id } } of rows) {
    if (!isOn) ticked.delete(id);
    else if (ticked.size < MOST_TICKED) ticked.add(id);
  }
  showTicks();
  if (byId("most-ticked")) byId("most-ticked").hidden = !isOn || rows.every(isTicked);
}

/* With Shift all rows from the last one on, as they are shown. */
function tickUpTo(row, isOn, isRange) {
  const rows = tickRows();
  const from = isRange ? rows.findIndex((one) => one.dataset.paymentId === lastTick) : -1;
  const to = rows.indexOf(row);
  lastTick = row.dataset.paymentId;
  setTicks(from < 0 ? [row] : rows.slice(Math.min(from, to), Math.max(from, to) + 1), isOn);
}

function untickAll() {
  ticked.clear();
  showTicks();
  byId("tick-all")?.focus();
}

function showTicks() {
  const rows = tickRows();
  const shown = new Set(rows.map((row) => row.dataset.paymentId));
  for (const id of ticked) if (!shown.has(id)) ticked.delete(id);
  for (const row of document.querySelectorAll("#payments > .pay")) if (tickOf(row)) tickOf(row).checked = isTicked(row);
  const all = byId("tick-all");
  if (!all) return;
  const chosen = rows.filter(isTicked);
  if (chosen.length < MOST_TICKED && byId("most-ticked")) byId("most-ticked").hidden = true;
  /* With as many as there may be, the next press takes all of them away again. */
  all.checked = chosen.length > 0 && chosen.length === Math.min(rows.length, MOST_TICKED);
  all.indeterminate = chosen.length > 0 && chosen.length < rows.length;
  showSelection(chosen);
}

function showSelection(chosen) {
  const bar = byId("selbar");
  const hadFocus = bar.contains(document.activeElement);
  bar.hidden = !chosen.length;
  byId("toolbar").classList.toggle("is-selecting", chosen.length > 0);
  for (const [action, itsButton] of Object.entries(ACTS_ON)) {
    const button = byId(`many-${action}`);
    const count = chosen.filter((row) => row.querySelector(itsButton)).length;
    if (button) button.hidden = !count;
    if (button) byId(`many-${action}-n`).textContent = count;
  }
  byId("copy-list-n").textContent = chosen.length;
  fitSelection(bar);
  if (hadFocus && !document.activeElement.checkVisibility()) byId("tick-all").focus();
  if (frame.isFramed() && chosen.length) follow(placeHead);
  placeHead();
  askTickedSums(chosen);
}

/* Where its words and sums take a second line they are set closer, then on two lines each: a bar that grows would
   move the rows. */
const CLOSER = ["is-tight", "is-tighter"];

function fitSelection(bar) {
  bar.classList.remove(...CLOSER);
  if (isNarrow.matches) return;
  for (const closer of CLOSER) if (!isOneLine(bar)) bar.classList.add(closer);
  if (!isOneLine(bar)) bar.classList.remove("is-tighter");
}

function isOneLine(bar) {
  const [first, last] = [byId("selected"), byId("clear-ticks")].map((part) => part.getBoundingClientRect());
  const isIn = bar.scrollWidth <= bar.clientWidth && bar.offsetHeight <= 46;
  return last.top < first.bottom && (isIn || !bar.matches(".is-tighter"));
}

addEventListener("resize", () => byId("selbar") && fitSelection(byId("selbar")));

function askTickedSums(chosen) {
  const wanted = chosen.map(asChosen).join("\n");
  if (wanted === summedTicks) return;
  summedTicks = wanted;
  clearTimeout(summing);
  byId("selected").setAttribute("aria-busy", "true");
  if (chosen.length) summing = setTimeout(() => htmx.trigger(byId("selected"), "add"), 150);
  else forgetTickedSums();
}

/* Nor does a screen reader find what was selected once. */
function forgetTickedSums() {
  byId("selected").replaceChildren();
  if (byId("live").textContent === toldTicks) byId("live").textContent = "";
}

on("click", ({ target, shiftKey }) => {
  if (target.matches?.("[data-ticks]")) tickUpTo(target.closest(".pay"), target.checked, shiftKey);
  else if (target.matches?.("[data-ticks-all]")) setTicks(tickRows(), target.checked);
});

on("keydown", (event) => {
  const isElsewhere = document.querySelector("dialog[open], dialog[data-opening], .pop:popover-open");
  if (event.key !== "Escape" || event.defaultPrevented || !ticked.size || isElsewhere || event.target.matches("input:not([type=checkbox])")) return;
  untickAll();
});

/* The list was read again, a row was replaced or went. */
on("htmx:load", ({ detail: { elt } }) => {
  if (elt.id === "tab") summedTicks = "";
  if (elt.matches(".pay, #tab, #payments")) soon(showTicks);
});
on("htmx:afterRequest", ({ detail: { requestConfig: config, xhr } }) => {
  if (config.elt.id === "selected") {
    byId("selected").removeAttribute("aria-busy");
    fitSelection(byId("selbar"));
    if (xhr.status !== 200) summedTicks = "";
    else if (!ticked.size) forgetTickedSums();
    /* As it is seen: its two sums stand in lines of their own, and would be read as one number. */
    else byId("live").textContent = toldTicks = byId("selected").innerText.trim();
  } else if (ticked.size) showTicks();
});

on("htmx:configRequest", ({ detail: config }) => {
  const { elt } = config;
  if (elt.id !== "selected" && !elt.dataset.actOn) return;
  if (elt.dataset.actOn) config.formData.append("action", elt.dataset.actOn);
  for (const row of tickRows().filter(isTicked)) config.formData.append("chosen", asChosen(row));
});

/* All parts of an act have one key. */
on("htmx:configRequest", ({ detail: config }) => {
  const { dataset } = config.elt;
  if (!dataset.actKey) return;
  config.headers["Idempotency-Key"] = dataset.actKey;
  /* Some of it was done: where the server cannot look it up, it must not say that nothing was. */
  config.headers["Idempotency-Repeat"] = "1";
});

/* While somebody reads the results, nothing is read behind them. */
on("close", () => {
  for (const loader of document.querySelectorAll("[data-later]")) {
    loader.removeAttribute("data-later");
    watch(loader);
  }
}, true);

/* What is as it was asked to be is not ticked any more; what was refused stays for another try. */
on("payments-settled", ({ detail: { ids } }) => {
  for (const id of ids) ticked.delete(String(id));
  showTicks();
});
