/* Longer work, such as three hundred products for one payment: the server does a part at each request,
   and the next one is asked for here while its dialog is open. It can be stopped and continued later. */

/* These payments were not added by somebody else. */
const filledHere = new Set();

const isWatched = (elt) => Boolean(elt.closest("dialog[open], dialog[data-opening]"));
const isPart = (xhr) => xhr.getResponseHeader("HX-Retarget") === "#dlg-form";

/* Do not show a part that nobody watches any more: its dialog may hold something else by now. */
function partCame(detail, config) {
  if (!isWatched(config.elt)) detail.swapOverride = "none";
}

/* The payment comes as it is now: what the list has of it goes. */
function workDone(config, text) {
  const work = config.elt.closest("[data-goes-on]");
  if (!work) return;
  work.removeAttribute("data-goes-on");
  if (text.includes(`id="${work.dataset.replaces}"`)) byId(work.dataset.replaces)?.remove();
}

/* What is billed grows with each part, and is read when the work has ended or is left. Where it cannot be read, the
   figures of before come back, with the time they are of. */
function countsStill(work) {
  const list = document.querySelector(work.getAttribute("hx-target"));
  (list?.closest(".group")?.querySelector(".strip") || byId("strip"))?.setAttribute("aria-busy", "true");
}

function countsNoMore() {
  for (const strip of document.querySelectorAll(".strip[aria-busy]")) {
    strip.removeAttribute("aria-busy");
    strip.dataset.outdated = "";
  }
}

on("htmx:load", ({ detail: { elt } }) => {
  const work = elt.closest?.("[data-goes-on]") || elt.querySelector("[data-goes-on]");
  if (work) countsStill(work);
  if (work && isWatched(work) && !("stopped" in work.dataset)) htmx.trigger(work, "go");
});

on("htmx:beforeSend", ({ detail: { requestConfig: config } }) => {
  if (config.elt.matches("[data-goes-on]")) delete config.elt.dataset.stopped;
});

on("htmx:afterRequest", ({ detail: { requestConfig: config, xhr } }) => {
  if ((xhr.status < 200 || xhr.status >= 400) && config.elt.matches("[data-goes-on]")) config.elt.dataset.stopped = "";
});

/* Stopped, or closed while it went on: the list shows what there is by now, and the way to go on. */
function workLeft(dialog) {
  const work = dialog.querySelector("[data-goes-on]");
  if (!work) return;
  if ("replaces" in work.dataset) filledHere.add(work.dataset.replaces.replace("payment-", ""));
  work.removeAttribute("data-goes-on");
  readAgain();
  if (!listRead && !toRead) countsNoMore();
}
