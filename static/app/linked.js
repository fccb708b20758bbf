/* A card that shows what is linked to it: each linked card can be folded, and on top stands what they come
   to together. That is added up by the server, like every sum; here the parts are collected. */

const LONGEST = 7000;
const folded = new Set();
let foldedOf = "";
let summed = "";

const sumsShown = () => [...document.querySelectorAll("[data-sums]")].map((head) => head.dataset.sums).join("!");

/* A write has changed one of them, or more of them came. */
on("htmx:afterRequest", ({ detail: { requestConfig: config, xhr } }) => {
  const place = byId("linked-totals");
  if (!place) return;
  if (config.elt === place && xhr.status !== 200) place.hidden = true;
  const sums = sumsShown();
  if (sums === summed) return;
  summed = sums;
  place.setAttribute("aria-busy", "true");
  if (sums.length > LONGEST) place.hidden = true;
  else htmx.trigger(place, "add");
});

on("htmx:configRequest", ({ detail: config }) => {
  if (config.elt.id !== "linked-totals") return;
  config.formData.append("sums", sumsShown());
  config.formData.append("cards", document.querySelectorAll("[data-sums]").length);
  config.formData.append("more", document.querySelector("#more-linked, [data-unread-cards]") ? 1 : 0);
});

function fold(button) {
  const group = button.closest(".group");
  if (!folded.delete(group.id)) folded.add(group.id);
  foldsChanged();
}

function unfold(row) {
  const group = row?.closest(".group");
  if (group && folded.delete(group.id)) foldsChanged();
}

function foldsChanged() {
  showFolds();
  store(`folded ${foldedOf}`, [...folded]);
}

/* The head of a group is replaced by every write. */
function showFolds() {
  for (const button of document.querySelectorAll("[data-folds]")) {
    const group = button.closest(".group");
    group.toggleAttribute("data-folded", folded.has(group.id));
    button.setAttribute("aria-expanded", String(!folded.has(group.id)));
  }
}

function recallFolds({ dataset: { card } }) {
  if (foldedOf === card) return;
  foldedOf = card;
  for (const id of stored(`folded ${card}`) || []) folded.add(id);
}

on("htmx:load", ({ detail: { elt } }) => {
  if (elt.id === "tab") summed = sumsShown();
  if (elt.matches(".pay.is-new")) unfold(elt);
  soon(bringFolds);
});

function bringFolds() {
  if (!document.querySelector("[data-folds]")) return;
  recallFolds(byId("payments"));
  showFolds();
}
