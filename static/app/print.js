/* Print: every payment that the filter and the search show, with what it is made of, folded or not; where these
   are not all, the paper says so. What waits is read first; what was opened for the paper alone is closed again,
   and asks for no details or history. */

const TRIES = 300;
const forPrint = new Set();
const pause = (time) => new Promise((resolve) => { setTimeout(resolve, time); });
const unreadRows = () => [...document.querySelectorAll(".pay:not([hidden]) > .pay__more[data-waits]")];
const isReading = (place) => place.isConnected && place.matches(".htmx-request");

on("htmx:afterRequest", ({ detail: { requestConfig: config, xhr } }) => {
  if ("prints" in config.elt.dataset && xhr.status === 200) printAll(byId("list-more"));
});

async function printAll(button) {
  button.classList.add("is-busy");
  await readWhatWaits();
  button.classList.remove("is-busy");
  window.print();
}

/* By groups where they are read so, and what is left one by one: that may be two calls each. Where one cannot be
   read, the paper says so of it and of the others. */
async function readWhatWaits() {
  const loaders = waitingLoaders();
  for (const loader of loaders) if (!isReading(loader)) htmx.trigger(loader, "need");
  await whenRead(loaders);
  for (const more of unreadRows()) {
    if (more.isConnected && !isReading(more)) htmx.trigger(more, "need");
    await whenRead([more]);
    if (more.isConnected && "waits" in more.dataset) return;
  }
}

async function whenRead(reading) {
  for (let tries = 0; tries < TRIES && reading.some(isReading); tries++) await pause(50);
}

window.addEventListener("beforeprint", () => {
  sayWhatIsShown();
  for (const more of document.querySelectorAll(".pay__more:not([open])")) {
    forPrint.add(more);
    more.open = true;
  }
});

/* Nobody takes a part for the whole: the figures above are those of the whole card. */
function sayWhatIsShown() {
  const place = byId("on-paper");
  if (!place) return;
  const rows = paymentsIn(document);
  const shown = rows.filter((row) => !row.hidden).length;
  const total = isByServer() ? Number(byId("count-all").textContent) : rows.length;
  const chosen = document.querySelector(".toolbar [aria-pressed=true]:not(#show-all)");
  const why = asList([chosen?.firstElementChild.textContent.trim(), view.find.trim(), view.system].filter(Boolean));
  fillAll(place, { shown, total, why: why && ` (${why})` });
  place.hidden = shown === total;
}

window.addEventListener("afterprint", () => {
  for (const more of forPrint) more.open = false;
});

/* The browser tells of it later. */
function isToggledForPrint(more) {
  if (!forPrint.has(more)) return false;
  if (!more.open) forPrint.delete(more);
  return true;
}
