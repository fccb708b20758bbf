/* The visible band. A fitted frame is taller than the screen: which part of it is seen. The browser
   tells with the next picture it draws, and a hidden page draws none. */

/* The portal's own bars lie over a frame that reaches beyond the window: one over its top, and on a
   narrow screen one over its foot. */
const PORTAL_BAR = 64;
const isNarrow = matchMedia("(max-width: 600px)");
const lens = document.createElement("div");
lens.className = "lens";
body.append(lens);
let band = { top: 0, bottom: innerHeight };

function readBand() {
  return new Promise((resolve) => {
    const observer = new IntersectionObserver(([{ isIntersecting, intersectionRect: seen }]) => {
      observer.disconnect();
      if (isIntersecting) setBand(seen);
      resolve();
    });
    observer.observe(lens);
    setTimeout(resolve, 150);
  });
}

function setBand(seen) {
  const isCutBelow = isNarrow.matches && seen.bottom + 1 < innerHeight;
  const top = seen.top > 0 ? seen.top + PORTAL_BAR : 0;
  band = { top, bottom: Math.max(top, seen.bottom - (isCutBelow ? PORTAL_BAR : 0)) };
  /* Not at the root: whatever is inherited from there makes the browser look at every element again. */
  for (const shelves of document.querySelectorAll(".toasts")) shelves.style.setProperty("--vis-below", `${innerHeight - band.bottom}px`);
}

/* Only while somebody goes by Tab: what a click or an answer gives the focus to is in sight as it is. */
on("keydown", ({ key }) => key === "Tab" && document.documentElement.classList.add("is-tabbing"), true);
on("pointerdown", () => document.documentElement.classList.remove("is-tabbing"), true);

/* What lies at an edge of the band goes along while somebody scrolls: whenever a row comes into
   sight or leaves it, the band is read again. */
const LINES = "main :is(.pay__row, tr, li, .card, .field, footer)";
const followers = new Set();
let lines = null;

function follow(place) {
  followers.add(place);
  if (lines) return;
  lines = new IntersectionObserver(() => readBand().then(() => followers.forEach((one) => one())), { threshold: [0, 1] });
  watchRows();
}

function watchRows() {
  if (lines) for (const row of document.querySelectorAll(LINES)) lines.observe(row);
}

function unfollow(place) {
  if (!followers.delete(place) || followers.size) return;
  lines.disconnect();
  lines = null;
}

on("htmx:load", () => soon(watchRows));
on("pointerdown", readBand, true);

/* The head of a long list stays at the upper edge of what is seen of it. In a frame as tall as its content
   nothing sticks by itself, and the frame is not told of scrolling: the head follows as rows come and go. */
function placeHead() {
  const head = document.querySelector(".toolbar--many, .toolbar.is-selecting") || byId("toolbar");
  const list = byId("payments");
  if (!head || !list) return;
  const isHead = head.matches(".toolbar--many, .is-selecting");
  const moved = parseFloat(head.style.translate.split(" ")[1]) || 0;
  if (!isHead && !moved) return;
  const box = head.getBoundingClientRect();
  const most = list.getBoundingClientRect().bottom - box.height - (box.top - moved) - box.height;
  const by = !isHead ? 0 : Math.round(Math.max(0, Math.min(band.top - (box.top - moved), most)));
  head.style.translate = by ? `0 ${by}px` : "";
  head.classList.toggle("is-stuck", by > 0);
}

/* How high it is depends on the language, the width and the size of the text. Told to the list alone. */
const headSize = new ResizeObserver(([{ target }]) => {
  const under = `${PORTAL_BAR + target.offsetHeight + 12}px`;
  const { style } = target.parentNode || body;
  if (style.getPropertyValue("--under-head") !== under) style.setProperty("--under-head", under);
});

on("htmx:load", () => soon(followHead));

function followHead() {
  headSize.disconnect();
  if (byId("toolbar") && frame.isFramed()) headSize.observe(byId("toolbar"));
  if (document.querySelector(".toolbar--many") && frame.isFramed()) follow(placeHead);
  placeHead();
}

/* A stop of Tab scrolls within a row, too, and the head would hang over it. */
on("focusin", () => {
  if (document.documentElement.matches(".is-tabbing") && followers.has(placeHead)) readBand().then(placeHead);
});
