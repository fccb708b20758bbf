/* The lines of a bank statement, and the ticks at those that fit. More than the server takes at once is not sent at
   all: on its way it would be refused without a word. Of XML the first thing to know is that it cannot be read. */

on("htmx:configRequest", (event) => {
  const field = event.detail.elt.closest("form")?.querySelector("[data-most-text]");
  const text = event.detail.parameters[field?.name] ?? "";
  if (!field || !isPosted(event.detail) || text.length <= Number(field.dataset.mostText)) return;
  event.preventDefault();
  field.closest("details")?.setAttribute("open", "");
  tellAt(field, "field-error", "", { words: /^\s*<[^]*<\//.test(text) ? field.dataset.isXml : field.dataset.tooLong });
  field.focus();
});

const matchTicks = (all) => [...byId(all.dataset.ticksMatches).querySelectorAll("[name=chosen]")];
const isFull = (form) => form.querySelectorAll("[name=chosen]:checked").length >= MOST_TICKED;

function tickMatches(all) {
  const isOn = all.checked;
  for (const box of matchTicks(all)) if (!isOn || !isFull(all.form)) box.checked = isOn;
  showTickedMatches(all);
}

function showTickedMatches(all) {
  const boxes = matchTicks(all);
  const count = boxes.filter((box) => box.checked).length;
  Object.assign(all, { checked: count === boxes.length, indeterminate: count > 0 && count < boxes.length });
}

on("change", ({ target: { form, dataset } }) => {
  const all = form?.id === "statement" && form.querySelector("[data-ticks-matches]");
  if (all) (dataset.ticksMatches ? tickMatches : showTickedMatches)(all);
});
/* Back from the question, what was ticked stays so. */
on("htmx:load", ({ detail: { elt } }) => {
  const all = elt.id === "statement" && elt.querySelector("[data-ticks-matches]");
  if (all) showTickedMatches(all);
});
