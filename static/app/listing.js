/* The list is what the portal lists. Every answer brings along what that is now: what somebody else
   added, removed or changed in the meantime is said and shown, and the filter holds for every row. */

const listings = new Map();
const compared = new WeakSet();
/* New rows that were met: by and by the list is arranged in a way that hides them, and that is no mishap any more. */
const met = new WeakSet();
let toShow = [];

on("htmx:afterRequest", ({ detail }) => {
  for (const listing of document.querySelectorAll("[data-listed]")) if (!compared.has(listing)) compare(listing, detail.requestConfig);
  if (toShow.length && detail.requestConfig.target.id === "tab") showPayments();
});

function compare(listing, config) {
  compared.add(listing);
  const now = new Map(Object.entries(JSON.parse(listing.dataset.listed)));
  const before = listings.get(listing.id);
  /* A payment that could not be read may or may not be gone. */
  const isWhole = !("partial" in listing.dataset);
  listings.set(listing.id, isWhole ? now : new Map([...(before || []), ...now]));
  if (before) tell(before, now, new Set([...listing.dataset.own.split(" "), ...filledHere]), isWhole);
  if (before) leaveUndoes(before, now, isWhole, config);
  const list = byId(listing.dataset.list);
  if (isWrite(config)) bringUpToDate(list, now, isWhole);
  for (const row of list?.querySelectorAll(".pay.is-new") || []) met.add(row);
}

function tell(before, now, own, isWhole) {
  const added = [...now.keys()].filter((id) => !before.has(id) && !own.has(id));
  const removed = [...before.keys()].filter((id) => isWhole && !now.has(id) && !own.has(id));
  const altered = [...now].filter(([id, state]) => before.has(id) && before.get(id) !== state && !own.has(id)).map(([id]) => id);
  sayHowMany("say-removed", removed);
  sayHowMany("say-changed", altered);
  sayHowMany("say-added", added);
}

/* What a toast offers to take back is gone once its payment is marked otherwise, or deleted, with many others or by
   somebody else. The toast that came with this very answer speaks of what is now. */
function leaveUndoes(before, now, isWhole, config) {
  const isMarked = (id) => now.has(id) && now.get(id)[0] !== before.get(id)[0];
  const isOver = (id) => before.has(id) && (isMarked(id) || (isWhole && !now.has(id)));
  for (const button of document.querySelectorAll(".toast [data-undo]")) {
    const toast = button.closest(".toast");
    if (isOver(button.getAttribute("hx-post").split("/")[2]) && !causesOf(toast).includes(config)) leave(toast);
  }
}

function sayHowMany(id, ids) {
  if (ids.length) say(id + (ids.length > 1 ? "-many" : ""), { n: ids.length, ids: ids.join(" ") });
}

/* A write changes the rows that it concerns: the others are looked at here. */
function bringUpToDate(list, now, isWhole) {
  const rows = [...list.querySelectorAll("[data-state]")];
  for (const row of isWhole ? rows.filter((one) => !now.has(one.dataset.paymentId)) : []) {
    handOver(row);
    row.remove();
  }
  const shown = new Map(rows.map((row) => [row.dataset.paymentId, row]));
  const isBehind = [...now].some(([id, state]) => (shown.has(id) ? shown.get(id).dataset.state !== state : fits(state)));
  const fresh = [...list.querySelectorAll(".pay.is-new")].find((row) => !met.has(row));
  const isMisplaced = fresh && list.querySelector(".cur");
  const isLost = fresh && !(fits(fresh.dataset.state) && isFound(fresh, waysToRead()));
  if (isLost) readAgain("all");
  else if (isBehind || isMisplaced) readAgain();
  else holdFilter(rows);
}

function holdFilter(rows) {
  if (isByServer()) for (const row of rows) row.hidden = !fits(row.dataset.state);
  else arrange();
  const { activeElement } = document;
  /* A dialog that has just been closed gives it back by itself. */
  if (activeElement !== body && (activeElement.checkVisibility() || activeElement.closest("dialog"))) return;
  const next = rows.find((row) => row.isConnected && !row.hidden);
  (next?.querySelector(".pay__title") || byId(`show-${filter()}`))?.focus({ preventScroll: true });
}

/* Never while somebody is asked something or waits for an answer: what was said has a button. */
function readAgain(wanted) {
  if (!wanted && document.querySelector("dialog[open], .pay[aria-busy=true]")) return;
  if (!byId("toolbar")) {
    if (wanted) {
      arrangeBy({ show: wanted, find: "" });
      fillFields();
    }
    /* Linked cards that were asked for one by one would go again. */
    if (document.querySelectorAll("[data-listed]").length <= 10) request("GET", "/payments", { source: byId("tab"), target: "#tab", swap: "outerHTML" });
    return;
  }
  if (wanted && isByServer()) byId("list-state").querySelector("[name=show]").value = wanted;
  else if (wanted) Object.assign(view, { show: wanted, find: "", system: "" });
  htmx.trigger("#toolbar", "renew");
}

/* *Show*: there, or else read again without a filter. */
function show(button) {
  toShow = button.querySelector("[data-fill=ids]").textContent.split(" ");
  leave(button.closest(".toast"));
  for (const id of toShow) unfold(byId(`payment-${id}`));
  const isThere = toShow.every((id) => byId(`payment-${id}`)?.checkVisibility());
  if (isThere) showPayments();
  else readAgain("all");
}

function showPayments() {
  const rows = toShow.map((id) => byId(`payment-${id}`)).filter(Boolean);
  toShow = [];
  for (const row of rows) {
    unfold(row);
    row.classList.add("is-new");
    met.add(row);
  }
  rows[0]?.querySelector(".pay__title").focus();
  rows[0]?.scrollIntoView({ block: "nearest" });
}
