/* The lines of a bank statement. More than the server takes at once is not sent at all: on its way it
   would be refused without a word. */

on("htmx:configRequest", (event) => {
  const field = event.detail.elt.closest("form")?.querySelector("[data-most-text]");
  const text = event.detail.parameters[field?.name] ?? "";
  if (!field || !isPosted(event.detail) || text.length <= Number(field.dataset.mostText)) return;
  event.preventDefault();
  field.closest("details")?.setAttribute("open", "");
  tellAt(field, "field-error", "", { words: field.dataset.tooLong });
  field.focus();
});
