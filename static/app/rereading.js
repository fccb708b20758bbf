/* A dialog whose content is older than what Bitrix24 has now: it is read again in its place. What somebody has typed,
   ticked or chosen stays, and a price that is another one by now stands beside the former one. */

let typed = null;

const isReread = (config) => "rereads" in config.elt.dataset;

/* The form that a refusal stands in, where a newer one may take its place. */
function rereadable(button) {
  const form = isReread({ elt: button }) ? button.closest("dialog[open] form[data-reads-again]") : null;
  return form && !("over" in form.dataset) ? form : null;
}

function readFormAgain(form, button) {
  typed = { form, fields: entriesOf(form), rows: rowsAsShown(form), words: button.closest(".toast") };
  button.classList.add("is-busy");
  request("GET", form.dataset.readsAgain, { source: button, target: "#dlg-form", swap: "innerHTML" });
}

/* One that was closed, or opened for something else, gets nothing of it. */
on("htmx:beforeRequest", ({ detail: { requestConfig: config } }) => {
  if (config.elt.dataset.opens) typed = null;
});

on("htmx:beforeSwap", ({ detail }) => {
  if (isReread(detail.requestConfig) && typed?.form.contains(detail.requestConfig.elt) !== true) detail.shouldSwap = false;
});

on("htmx:afterRequest", ({ detail: { requestConfig: config } }) => {
  if (isReread(config)) config.elt.classList.remove("is-busy");
});

on("htmx:load", ({ detail: { elt } }) => {
  if (!typed || elt.id !== typed.form.id || elt === typed.form) return;
  const before = typed;
  typed = null;
  typeAllAgain(elt, before);
  focusOnChosen(document.activeElement);
  showFormer(elt, before.rows);
  before.words.querySelector("[data-press]").remove();
  before.words.querySelector("details")?.remove();
  tellInForm(elt, before.words);
  makeRoomAround(elt);
});

const entryOf = (field) => (/^(checkbox|radio)$/.test(field.type) ? `${field.name} ${field.value}` : field.id || field.name);

function entriesOf(form) {
  return new Map([...form.elements].filter((field) => field.type !== "hidden" && isEntered(field)).map((field) => [entryOf(field), field]));
}

/* What was left as it came comes as it is now: a quantity of which less is left by now is less, but see below. */
function typeAllAgain(form, { fields, rows }) {
  for (const field of form.elements) {
    const was = fields.get(entryOf(field));
    if (!was || field.type === "hidden") continue;
    if (/^(checkbox|radio)$/.test(field.type)) field.checked = was.checked;
    else if (!field.options || [...field.options].some((one) => one.value === was.value)) field.value = was.value;
    if (field.matches(".stepper > input")) showSteps(field);
  }
  if (fields.size) begin(form);
  if (!isSummed(form) || !byId("dialog-sum")) return;
  for (const row of rowsOf(form)) if (fields.has(entryOf(quantityOf(row)))) isStale(row);
  const what = form.elements.what?.value;
  if (what === "advance") return turnTo(form, what);
  if (what !== "all") keepToChosen(form, rows);
  if (fields.size || what !== "all") addUp(form, 0);
}

/* All boxes come ticked. Who has chosen what to bill has not chosen what came since: a row that was not there, or more
   of one than stood there. */
function keepToChosen(form, rows) {
  for (const row of rowsOf(form)) {
    const was = rows.get(row.dataset.row);
    if (!was) boxOf(row).checked = false;
    else if (Number(quantityOf(row).value) > Number(was.quantity)) lower(row, was.quantity);
  }
}

function lower(row, quantity) {
  const field = quantityOf(row);
  field.value = quantity;
  showSteps(field);
  isStale(row);
}

/* A new form begins with its first choice: a blank pressed there would choose it in place of what somebody had chosen. */
function focusOnChosen(at) {
  if (at.type === "radio" && !at.checked) at.form.querySelector(`[name="${at.name}"]:checked`)?.focus();
}

function rowsAsShown(form) {
  const asShown = (row) => ({ quantity: quantityOf(row).value, price: row.dataset.price, shown: [...row.cells[1].childNodes] });
  return new Map(rowsOf(form).map((row) => [row.dataset.row, asShown(row)]));
}

function showFormer(form, rows) {
  for (const row of rowsOf(form)) {
    const was = rows.get(row.dataset.row);
    if (!was || was.price === row.dataset.price) continue;
    const former = document.createElement("del");
    former.append(...was.shown);
    row.cells[1].prepend(former, " ");
  }
}
