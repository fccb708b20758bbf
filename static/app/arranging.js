/* Which payments of the list are shown, and in which order: decided here, without a request. The list
   of a card with more payments than one page holds is arranged by the server instead. */

const view = { show: "all", sort: "newest", find: "", system: "" };
const texts = new WeakMap();
let remembered = "";

const isByServer = () => Boolean(document.querySelector("#toolbar[data-by-server]"));
const filter = () => (isByServer() ? document.querySelector("#list-state [name=show]").value : view.show);
const paymentsIn = (list) => [...list.querySelectorAll(".pay[data-payment-id]")];
const isSearched = () => Boolean(view.find || view.system);

/* What a payment is now decides, not what it was when the list was read. */
const isOf = (state, shown) => shown === "all" || state.startsWith(shown === "paid" ? "Y" : "N");
const fits = (state) => isOf(state, filter());

const ORDERS = {
  newest: (one, other) => idOf(other) - idOf(one),
  oldest: (one, other) => idOf(one) - idOf(other),
  waiting: (one, other) => rank(one) - rank(other) || sinceOf(one) - sinceOf(other) || idOf(one) - idOf(other),
  "amount-down": (one, other) => other.dataset.amount - one.dataset.amount || idOf(other) - idOf(one),
  "amount-up": (one, other) => one.dataset.amount - other.dataset.amount || idOf(one) - idOf(other),
  "paid-date": (one, other) => (other.dataset.paidAt || 0) - (one.dataset.paidAt || 0) || idOf(other) - idOf(one),
};
const idOf = (row) => Number(row.dataset.paymentId);
const rank = (row) => (!row.dataset.state.startsWith("N") ? 2 : row.dataset.since ? 0 : 1);
const sinceOf = (row) => Number(row.dataset.since || 0);

function arrange() {
  const list = document.querySelector("#payments[data-card]");
  if (!list || isByServer()) return;
  recall(list);
  for (const chip of document.querySelectorAll(".toolbar [data-show]")) chip.setAttribute("aria-pressed", String(chip.dataset.show === view.show));
  hideRows(list);
  showTicks();
  if (byId("sort")) {
    byId("sort").value = view.sort;
    sortRows(list);
  }
  list.dataset.filter = isSearched() ? "search" : view.show;
}

function hideRows(list) {
  const rows = paymentsIn(list);
  const ways = waysToRead();
  for (const row of rows) row.hidden = !fits(row.dataset.state) || !isFound(row, ways);
  for (const head of list.querySelectorAll(".cur")) head.hidden = runAfter(head).every((row) => row.hidden);
  /* Of linked cards, those in which something was found. */
  for (const group of list.querySelectorAll(".group")) group.hidden = isSearched() && paymentsIn(group).every((row) => row.hidden);
  for (const chip of document.querySelectorAll("[data-counts] [data-show]")) {
    chip.querySelector(".chip__n").textContent = rows.filter((row) => isOf(row.dataset.state, chip.dataset.show)).length;
  }
  const place = byId("found");
  if (!place) return;
  place.hidden = !isSearched();
  fillAll(place, { found: rows.filter((row) => !row.hidden).length, total: rows.length });
  place.querySelector("[data-still-unread]").hidden = !view.find || !list.querySelector(".pay__more[data-waits]");
}

/* Any of the ways to read what was typed will do: each is words that all have to be there. */
function waysToRead() {
  const typed = plainly(view.find);
  return [typed.split(" ").filter(Boolean), ...amountsIn(typed).map((amount) => [amount])];
}

function isFound(row, ways) {
  if (view.system && row.dataset.system !== view.system) return false;
  if (!view.find.trim()) return true;
  const more = row.querySelector(".pay__more");
  if (!texts.has(more)) {
    const names = [...more.querySelectorAll("tbody th")].map((name) => name.textContent);
    const { number, system } = row.dataset;
    const amount = row.querySelector(".pay__amount");
    const card = row.closest(".group")?.querySelector(".strip__name").textContent;
    texts.set(more, plainly([number, system, plainAmount(amount), amount.textContent, card, ...names].join(" ")));
  }
  return ways.some((words) => words.every((word) => texts.get(more).includes(word)));
}

/* 1850.00, in whatever currency. */
function plainAmount(place) {
  const value = place.querySelector("data")?.value || "";
  return !value || value.includes(".") ? value : `${value}.00`;
}

/* As a plain number what was typed as an amount: "1 850,00", "1.850,00" and "€1850.00" are 1850.00. What three
   digits behind the only sign mean differs, so they are looked for in both ways. */
function amountsIn(text) {
  const typed = text.replace(/[\s'’\p{Sc}]/gu, "");
  if (!/^\d[\d.,]*$/.test(typed)) return [];
  const whole = typed.replace(/[.,]/g, "");
  const at = Math.max(typed.lastIndexOf("."), typed.lastIndexOf(","));
  const decimals = at < 0 ? "" : typed.slice(at + 1);
  const exact = `${whole.slice(0, whole.length - decimals.length)}.${decimals}`;
  if (at < 0) return [whole];
  return decimals.length === 3 ? [whole, exact] : [exact];
}

/* As people type it: in any case and in the digits of any script, without accents, with simple spaces. */
const plainly = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").replace(/(?![0-9])\p{Nd}/gu, digitOf).replaceAll("\u066b", ",").replaceAll("\u066c", "'")
  .toLowerCase().replace(/[ßıłđøæœ]/g, (letter) => WITHOUT_STROKE[letter]).replace(/\s+/g, " ").trim();

/* What Unicode does not take apart. */
const WITHOUT_STROKE = { ß: "ss", ı: "i", ł: "l", đ: "d", ø: "o", æ: "ae", œ: "oe" };

/* Those of each script stand in a row of ten, or in several. */
function digitOf(sign) {
  const code = sign.codePointAt(0);
  let zero = code;
  while (/\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero--;
  return (code - zero) % 10;
}

/* Payments of one currency stay together under their head. */
function sortRows(list) {
  const heads = [...list.querySelectorAll(".cur")];
  for (const run of heads.length ? heads.map(runAfter) : [paymentsIn(list)]) {
    const sorted = run.toSorted(ORDERS[view.sort] || ORDERS.newest);
    if (sorted.every((row, index) => row === run[index])) continue;
    const marker = document.createComment("");
    run[0].before(marker);
    marker.after(...sorted);
    marker.remove();
  }
}

function runAfter(head) {
  const run = [];
  for (let next = head.nextElementSibling; next?.matches(".pay"); next = next.nextElementSibling) run.push(next);
  return run;
}

function arrangeBy(changes) {
  Object.assign(view, changes);
  arrange();
  store(`list ${remembered}`, { show: view.show, sort: view.sort });
  byId("live").textContent = howMany();
}

/* In words of the page: of a search what was found, else the chosen filter with its count. */
function howMany() {
  if (isByServer()) return byId("payments").dataset.shown;
  if (isSearched()) return seenIn(byId("found"));
  return document.querySelector(".toolbar [aria-pressed=true]")?.textContent || "";
}

/* Neither what does not hold now nor the name of a button. */
const seenIn = (place) => [...(place?.childNodes || [])].filter((part) => !part.hidden && part.localName !== "button").map((part) => part.textContent).join("").trim();

/* A list that was read again may be too short for a search by now, or without that payment system: nobody could
   see or clear what has no field any more. */
function fillFields() {
  for (const [name, id] of [["find", "find"], ["system", "of-system"]]) {
    const field = byId(id);
    if (field) field.value = view[name];
    view[name] = field?.value || "";
    if (field && !view[name]) field.value = "";
  }
}

function recall({ dataset: { card } }) {
  if (remembered === card) return;
  remembered = card;
  Object.assign(view, stored(`list ${card}`));
}

on("change", ({ target }) => {
  if (isByServer() && target.closest("#toolbar") && !("ticksAll" in target.dataset)) htmx.trigger("#toolbar", "renew");
  else if (target.id === "sort") arrangeBy({ sort: target.value });
  else if (target.id === "of-system") arrangeBy({ system: target.value });
});

/* Products and deliveries are searched, so all that were not read yet are read. */
on("input", ({ target }) => {
  if (target.id !== "find") return;
  for (const loader of waitingLoaders()) htmx.trigger(loader, "need");
  arrangeBy({ find: target.value });
});

on("htmx:load", ({ detail: { elt } }) => {
  if (elt.matches("#tab, #payments, .group") || elt.querySelector("#payments")) {
    fillFields();
    arrange();
  } else if (view.find && elt.closest(".pay")) soon(arrange);
});
