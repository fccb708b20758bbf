/* A payment is one row. The button in its head, or a click on the row, opens what it is made of. */

function toggleRow(pay) {
  const more = pay.querySelector(".pay__more");
  if (more) more.open = !more.open;
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

/* What only an opened payment shows is read when it is opened. */
function rowToggled(more) {
  more.closest(".pay").querySelector(".pay__open").setAttribute("aria-expanded", String(more.open));
  const waiting = more.open && more.querySelector("[data-needs]");
  if (!waiting) return;
  waiting.removeAttribute("data-needs");
  htmx.trigger(waiting, "need");
}

/* The button itself says that it has copied. Where the browser refuses, the text is selected. */
function copyText(button) {
  const field = document.createElement("textarea");
  field.value = button.dataset.copyText;
  field.className = "vh";
  button.after(field);
  field.select();
  const isCopied = document.execCommand("copy");
  field.remove();
  button.focus({ preventScroll: true });
  if (!isCopied) return getSelection().selectAllChildren(button.closest("div").querySelector("dd"));
  button.classList.add("is-copied");
  const status = button.closest(".pay__side").querySelector("[data-says-copied]");
  status.textContent = status.dataset.saysCopied;
  setTimeout(() => {
    button.classList.remove("is-copied");
    status.textContent = "";
  }, 2000);
}
