/* A payment is one row. The button in its head, or a click on the row, opens what it is made of. */

/* Noted at once: its details may come before the browser tells that it was opened, and would come closed. */
function toggleRow(pay) {
  const more = pay.querySelector(".pay__more");
  if (!more) return;
  more.open = !more.open;
  opened.set(more.id, more.open);
}

function clickRow(row, event) {
  const isControl = event.target.closest("button, a, input, label, select, .pop");
  if (!isControl && getSelection().isCollapsed) toggleRow(row.closest(".pay"));
}

/* From the menu: opened, and the focus where the details begin. */
function showDetails(button) {
  const pay = button.closest(".pay");
  button.closest(".pop").hidePopover();
  if (!pay.querySelector(".pay__more").open) toggleRow(pay);
  pay.querySelector(".pay__open").focus();
}

/* From a reminder: whatever the list showed last, this payment is there and opened. */
function showWanted(pay) {
  if (pay.hidden) arrangeBy({ show: "all", find: "", system: "" });
  if (!pay.querySelector(".pay__more").open) toggleRow(pay);
}

/* What only an opened payment shows is read when it is opened. */
function rowToggled(more) {
  more.closest(".pay").querySelector(".pay__open").setAttribute("aria-expanded", String(more.open));
  const waiting = more.open && more.querySelector("[data-needs]");
  if (!waiting) return;
  waiting.removeAttribute("data-needs");
  htmx.trigger(waiting, "need");
}

/* What did not come is asked for again from where it should be, or when the row is opened again. */
on("htmx:afterRequest", ({ detail: { requestConfig: config, xhr } }) => {
  if (!config.elt.id.startsWith("log-") || xhr.status === 200) return;
  config.elt.setAttribute("data-needs", "");
  if (!config.isRenewed && config.elt.isConnected) sideFailed(config.elt);
});

function sideFailed(log) {
  const side = log.closest(".pay__side");
  const waiting = [...side.children].filter((place) => place.querySelector(".skel"));
  for (const skeleton of side.querySelectorAll(".skel")) skeleton.remove();
  for (const place of waiting.slice(1)) place.hidden = true;
  waiting[0]?.append(copyOf("side-failed"));
  side.querySelector("[data-reads-side]").classList.remove("is-busy");
}

function readSide(button) {
  button.classList.add("is-busy");
  htmx.trigger(button.closest(".pay__side").querySelector("[data-needs]"), "need");
}

/* Where the browser refuses, the text is selected. */
async function copyText(button) {
  if (!(await isCopied(button.dataset.copyText, button))) return getSelection().selectAllChildren(button.closest("div").querySelector("dd"));
  const status = button.closest(".pay__side").querySelector("[data-says-copied]");
  showCopied(button, status, status.dataset.saysCopied);
}

/* execCommand first: a frame is not given the clipboard, and asking for it logs a violation. A link may come
   late: the focus goes back to where the person is by then. */
async function isCopied(text, button) {
  const { activeElement } = document;
  const policy = document.permissionsPolicy || document.featurePolicy;
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "vh";
  button.after(field);
  field.select();
  const isDone = document.execCommand("copy");
  field.remove();
  (activeElement === body ? button : activeElement).focus({ preventScroll: true });
  if (isDone || !policy?.allowsFeature("clipboard-write")) return isDone;
  return navigator.clipboard.writeText(text).then(() => true, () => false);
}

function showCopied(button, status, words) {
  button.classList.add("is-copied");
  status.textContent = words;
  setTimeout(() => {
    button.classList.remove("is-copied");
    status.textContent = "";
  }, 2000);
}
