/* Waiting: what is known of a request that is under way, or that never got away. */

const SLOW = 5000;
const timing = new Map();
const told = new Set();
let reconnections = 0;

/* Say it where the content will be, else in a toast of its own. Nobody waits for what is read ahead, but for an
   advance, which says itself when it fails. */
on("htmx:beforeSend", ({ detail: { requestConfig: config, xhr } }) => {
  config.began = performance.now();
  config.reconnections = navigator.onLine ? NaN : reconnections;
  if (isQuiet(config) && config.elt.id !== "advance-answer") return;
  timing.set(config, setTimeout(() => tellSlow(config), SLOW));
  /* Not an event of htmx: what asked may have been drawn again meanwhile, and then none of them gets here. */
  xhr.addEventListener("loadend", () => stopTiming(config));
});

function stopTiming(config) {
  clearTimeout(timing.get(config));
  timing.delete(config);
  if (told.delete(config) && told.size === 0) for (const toast of document.querySelectorAll(".toast--wait")) toast.remove();
}

function tellSlow(config) {
  const isPlace = config.target === config.elt || config.target.id === "dlg-form";
  const place = isPlace ? config.target.querySelector("[data-slow]") : null;
  if (place?.checkVisibility() && byId("say-slow")) return place.replaceChildren(copyOf("say-slow"));
  told.add(config);
  if (!document.querySelector(".toast--wait")) say("say-still-waiting");
}

/* Without a network from before it was sent until it failed, a request cannot have left. */
function wasNotSent(config) {
  return config.reconnections === reconnections && !navigator.onLine;
}

window.addEventListener("online", () => {
  reconnections++;
  for (const button of document.querySelectorAll("[data-when-online]")) if (button.checkVisibility()) button.click();
});
