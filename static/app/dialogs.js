/* Dialogs. */

let opener = null;
const places = new WeakMap();

on("htmx:confirm", (event) => {
  const { elt, issueRequest } = event.detail;
  if (!elt.dataset.confirm || sure.delete(elt)) return;
  event.preventDefault();
  if (elt.closest(".pay")?.getAttribute("aria-busy") !== "true") ask(elt.dataset.confirm, elt, () => issueRequest(true));
});

function ask(id, elt, then) {
  const dialog = byId(id);
  fill(dialog, elt);
  dialog.onclose = () => {
    closed(dialog);
    if (dialog.returnValue === "ok") then();
  };
  /* The second click of a double click must not close what the first one has opened. */
  dialog.setAttribute("closedby", "closerequest");
  setTimeout(() => dialog.setAttribute("closedby", "any"), 500);
  open(dialog, elt);
}

function openForm(elt) {
  const dialog = byId("dlg-box");
  dialog.classList.toggle("dialog--wide", "wide" in elt.dataset);
  byId("dlg-form").replaceChildren(copyOf("dialog-waiting"));
  fill(dialog, elt);
  dialog.onclose = () => closed(dialog);
  open(dialog, elt);
}

function fill(dialog, elt) {
  const pay = elt.closest(".pay");
  const values = {
    number: pay?.dataset.number,
    system: pay?.dataset.system,
    amount: pay?.querySelector(".pay__amount").firstElementChild.cloneNode(true),
    name: elt.dataset.name || byId(elt.getAttribute("aria-describedby"))?.textContent,
    verb: elt.getAttribute("aria-label") || elt.textContent.trim(),
    text: elt.dataset.text,
  };
  for (const slot of dialog.querySelectorAll("[data-fill]")) {
    const value = values[slot.dataset.fill] || "";
    slot.replaceChildren(value.cloneNode ? value.cloneNode(true) : value);
  }
  for (const part of dialog.querySelectorAll("[data-with]")) part.hidden = !values[part.dataset.with];
  for (const part of dialog.querySelectorAll("[data-without]")) part.hidden = Boolean(values[part.dataset.without]);
}

/* Shown where the person looks: focus in a dialog somewhere else would scroll the card away. */
async function open(dialog, elt) {
  elt.closest("[popover]")?.hidePopover?.();
  opener = elt;
  dialog.returnValue = "";
  dialog.dataset.opening = "";
  await readBand();
  /* The first picture after a focus that scrolled the card may still be of before. */
  for (let tries = 0; tries < 10 && !document.hidden && !isSeen(elt); tries++) await readBand();
  delete dialog.dataset.opening;
  if (dialog.open) return;
  places.set(dialog, band);
  dialog.style.setProperty("--vis-top", `${band.top}px`);
  dialog.showModal();
  focusIn(dialog);
  makeRoom(dialog);
}

/* Whoever acts on something sees it, except an entry of a menu that is closed by now. */
function isSeen(elt) {
  const box = elt.getBoundingClientRect();
  return !box.height || (box.bottom > band.top && box.top < band.bottom);
}

/* The browser gives focus back to the opener, but not into a menu that is closed by now. */
function closed(dialog) {
  page.style.minHeight = "";
  dialog.querySelectorAll(".toasts .toast").forEach((toast) => toast.remove());
  if (document.activeElement !== body || !opener) return;
  const menu = opener.closest("[popover]");
  (menu ? document.querySelector(`[popovertarget="${menu.id}"]`) : opener)?.focus();
}

/* Not by the autofocus attribute: Chromium refuses it in a frame and says so in the console. */
function focusIn(dialog) {
  const first = dialog.querySelector("[data-first]") || dialog.querySelector(".dialog__body :is(select, input:not([type=hidden]))") || dialog.querySelector("button");
  first?.focus();
}

/* An overlay at the foot of a frame that is as tall as its content would be cut off. A dialog
   moves up as far as it has to for being seen whole. */
function makeRoom(overlay) {
  if (!frame.isFramed()) return;
  const seen = places.get(overlay);
  if (seen) overlay.style.setProperty("--drop", `${Math.max(12, Math.min(72, seen.bottom - seen.top - overlay.offsetHeight - 16))}px`);
  const bottom = overlay.getBoundingClientRect().top + overlay.scrollHeight + 24;
  page.style.minHeight = bottom > page.getBoundingClientRect().bottom ? `${bottom - page.getBoundingClientRect().top}px` : page.style.minHeight;
}

/* A fitted frame is taller than the screen: which part of it is seen. The browser tells with the
   next picture it draws, and of a hidden page it draws none. */
let band = { top: 0, bottom: innerHeight };

function readBand() {
  return new Promise((resolve) => {
    const observer = new IntersectionObserver(([{ isIntersecting, intersectionRect }]) => {
      observer.disconnect();
      if (isIntersecting) band = { top: Math.max(0, intersectionRect.top), bottom: intersectionRect.bottom };
      html.style.setProperty("--vis-top", `${band.top}px`);
      resolve();
    });
    observer.observe(html);
    setTimeout(resolve, 150);
  });
}

on("pointerdown", readBand, true);
on("keydown", (event) => {
  if (event.key === "Enter" && event.repeat) event.preventDefault();
  else if (event.key === "Enter" && event.target.matches("input[data-saves]")) save(event.target);
  else if (!event.repeat) readBand();
}, true);
