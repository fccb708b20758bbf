/* A long list: a row that nobody sees is neither styled nor laid out (.list--long), so what somebody does costs as
   much as in a short one. Such a row cannot share a grid with the others: how wide the widest amount and the widest
   actions are, and how high a row is, is measured on one row of each kind. */

function measureLists() {
  if (isNarrow.matches) return;
  for (const list of document.querySelectorAll(".list--long")) measure(list, paymentsIn(list));
}

function measure(list, rows) {
  const sizes = { "--amount": widest(rows, ".pay__amount", textWithZeros), "--actions": widest(rows, ".pay__actions", namesOfParts) };
  for (const kind of ["paid", "unpaid"]) {
    const row = list.querySelector(`:scope > .pay--${kind}:not([hidden]) > .pay__row`);
    if (row) sizes[`--${kind}-height`] = row.getBoundingClientRect().height;
  }
  for (const [name, size] of Object.entries(sizes)) list.style.setProperty(name, `${size}px`);
}

/* Digits are equally wide. */
const textWithZeros = (place) => place.textContent.replace(/\p{Nd}/gu, "0");
const namesOfParts = (place) => [...place.children].map(({ id }) => id.slice(0, id.indexOf("-"))).join();

function widest(rows, selector, kindOf) {
  const kinds = new Map();
  for (const row of rows) {
    const place = row.querySelector(selector);
    if (place) kinds.set(kindOf(place), place);
  }
  return Math.max(0, ...[...kinds.values()].map(widthOf));
}

/* Also of a row that a search hides: it may be shown again before the next measuring. */
function widthOf(place) {
  const row = place.closest(".pay");
  const isHidden = row.hidden;
  row.hidden = false;
  place.style.width = "max-content";
  const { width } = place.getBoundingClientRect();
  place.style.width = "";
  row.hidden = isHidden;
  return width;
}

on("htmx:load", ({ detail: { elt } }) => {
  if (elt.matches(".pay, #tab")) soon(measureLists);
});

let widthBefore = innerWidth;
addEventListener("resize", () => {
  if (widthBefore === innerWidth) return;
  widthBefore = innerWidth;
  measureLists();
});
