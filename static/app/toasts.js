/* Toasts. */

const causes = new WeakMap();
const toasts = byId("toasts");

function say(id, values = {}) {
  if (!byId(id)) return;
  const words = copyOf(id);
  for (const slot of words.querySelectorAll("[data-fill]")) slot.textContent = values[slot.dataset.fill];
  shelfOf(words.querySelector(".toast--err")).append(words);
}

new MutationObserver((records) => {
  for (const toast of records.flatMap((record) => [...record.addedNodes])) {
    if (toast.nodeType === Node.ELEMENT_NODE && [toasts, byId("alerts")].includes(toast.parentNode)) toastCame(toast);
  }
}).observe(toasts.parentNode, { childList: true, subtree: true });

/* Said once: a failure speaks for itself, so it never stands in the region that announces what was
   done, and behind an open dialog nothing is read or seen. */
function shelfOf(isError) {
  const shelf = document.querySelector("dialog[open] > .toasts") || toasts.parentNode;
  return shelf.children[isError ? 1 : 0];
}

function toastCame(toast) {
  const isError = toast.matches(".toast--err");
  if (!causes.has(toast)) causes.set(toast, answered);
  const form = document.querySelector("dialog[open] form[hx-post]");
  if (!(isError && form) && toast.parentNode !== shelfOf(isError)) {
    shelfOf(isError).append(toast);
    if (toasts.parentNode.contains(toast)) return;
  }
  readBand().then(follow);
  if (isError && form) {
    form.querySelector(".toast")?.remove();
    markField(form, toast.dataset.field);
    form.querySelector(".dialog__head").after(toast);
    return;
  }
  const older = [...toast.closest(".toasts").querySelectorAll(".toast")].slice(0, -3);
  older[0]?.remove();
  if (!isError && toast.querySelectorAll("button").length === 1) leaveLater(toast, 6000);
}

/* Who scrolls the card meanwhile takes the toasts along. */
let following = 0;
function follow() {
  if (following || !toasts.parentNode.querySelector(".toast")) return;
  following = setTimeout(() => {
    following = 0;
    readBand().then(follow);
  }, 400);
}

function markField(form, name) {
  const field = name && form.elements[name];
  if (!field?.focus) return;
  field.setAttribute("aria-invalid", "true");
  field.focus();
}

function leaveLater(toast, delay) {
  setTimeout(() => (isAttended(toast) ? leaveLater(toast, 2000) : toast.remove()), delay);
}

/* Whose focus was in a toast goes on where they came from. */
let cameFrom = null;
on("focusin", ({ target, relatedTarget }) => {
  if (target.closest(".toast") && !relatedTarget?.closest(".toast")) cameFrom = relatedTarget;
});

function leave(toast) {
  if (toast?.contains(document.activeElement)) (cameFrom?.isConnected ? cameFrom : byId("refresh"))?.focus({ preventScroll: true });
  toast?.remove();
}

/* The pointer goes through a toast, so hovering is told by where the pointer is. */
let pointer = { clientX: -1, clientY: -1 };
on("pointermove", (event) => { pointer = event; });

function isAttended(toast) {
  const box = toast.getBoundingClientRect();
  const isHovered = pointer.clientX >= box.left && pointer.clientX <= box.right && pointer.clientY >= box.top && pointer.clientY <= box.bottom;
  return isHovered || toast.matches(":focus-within");
}
