/* Errors at their field: of which product, what is wrong, what it is now, and a repair. */

const isEmptied = ({ validity }) => validity.valueMissing && !validity.badInput;
const hasError = (field) => field.getAttribute("aria-invalid") === "true";

/* The field that an answer speaks of: the quantity that was sent, where its row may be a new one by
   now, or a field of the form. */
function fieldOf(elt, form, name) {
  if ("saves" in elt.dataset) return sentField(elt);
  if (!name) return null;
  return form?.elements[name]?.closest?.(".stepper, .field") ? form.elements[name] : null;
}

function sentField(elt) {
  const field = present(elt);
  return field?.checkVisibility() ? field : null;
}

/* What is half typed is not wrong yet. */
function refuse(input) {
  if (input.validity.valid || hasError(input) || ("saves" in input.dataset && isEmptied(input))) return;
  tellWhy(input);
}

/* The browser's own bubble speaks its own language and is gone at the next click. */
function tellWhy(input) {
  const { validity, value, max } = input;
  const whole = Math.min(Number(max) || Infinity, Math.max(1, Math.trunc(Number(value))));
  if (validity.customError) tellAt(input, "field-quantity", input.defaultValue);
  else if (validity.rangeOverflow) tellAt(input, "field-too-many", max);
  else if (validity.stepMismatch) tellAt(input, "field-fraction", whole);
  else tellAt(input, "field-quantity", Number(value) < 1 && value !== "" ? 1 : input.defaultValue);
}

function refusedByServer(field, toast) {
  const most = Number(toast.dataset.most);
  if (most >= 1) {
    field.max = most;
    tellAt(field, "field-too-many", most);
  } else {
    tellAt(field, "field-error", "", { words: sentenceOf(toast) });
  }
  if (!("saves" in field.dataset)) field.focus();
}

/* A quantity that was not saved stays as it was typed. What there is instead is said where the answer
   brought it. Of a field that was rendered again in the meantime this would not be true. */
function toldAtQuantity(field, config, toast) {
  const typed = config.formData.get("quantity");
  if (field.value !== typed) return false;
  tellAt(field, toast.dataset.atField || "field-failed", "", { words: sentenceOf(toast), typed });
  if (field === config.elt) byId(errorId(field)).querySelector("[data-if-saved]")?.remove();
  return true;
}

const errorId = (field) => `error-${field.id}`;

function tellAt(field, id, use, more = {}) {
  clearError(field);
  const unit = field.closest("td, .part")?.querySelector(".unit")?.textContent || field.closest("tr")?.dataset.unit || "";
  const saved = "saves" in field.dataset ? savedOf(field) : "";
  const error = filled(id, { name: field.dataset.name, most: field.max, unit, saved, value: use, ...more }).firstElementChild;
  error.id = errorId(field);
  if (!saved) error.querySelector("[data-if-saved]")?.remove();
  const button = error.querySelector("[data-use], [data-resave]");
  if (button) button.dataset.of = field.id;
  if (button?.matches("[data-use]")) button.dataset.use = use;
  showAt(field, error);
}

function showAt(field, error) {
  field.setAttribute("aria-invalid", "true");
  field.setAttribute("aria-describedby", `${field.getAttribute("aria-describedby") || ""} ${error.id}`.trim());
  putBelow(field, error);
  makeRoomAround(field);
}

function makeRoomAround(elt) {
  const dialog = elt.closest("dialog[open]");
  if (dialog) makeRoom(dialog);
}

/* A fraction is shown as text, and its field begins with the whole part. */
function savedOf(field) {
  return field.closest("td")?.querySelector("[data-fraction] [data-text]")?.dataset.text || field.defaultValue;
}

function putBelow(field, error) {
  const row = field.closest("tr");
  const place = field.closest(".part, .field");
  if (place || !row) return (place || field.parentNode.parentNode).append(error);
  const line = document.createElement("tr");
  line.className = "errline";
  line.setAttribute("role", "row");
  const cell = line.insertCell();
  cell.setAttribute("role", "cell");
  cell.colSpan = row.cells.length;
  cell.append(error);
  row.after(line);
}

function clearError(field) {
  const error = byId(errorId(field));
  if (!error) return;
  (error.closest(".errline") || error).remove();
  field.removeAttribute("aria-invalid");
  const others = field.getAttribute("aria-describedby").replace(errorId(field), "").trim();
  if (others) field.setAttribute("aria-describedby", others);
  else field.removeAttribute("aria-describedby");
}

function useInstead(button) {
  const input = byId(button.dataset.of);
  input.value = button.dataset.use;
  input.focus();
  clearError(input);
  changed(input);
  if ("saves" in input.dataset) save(input);
}

/* By Enter and by *Try again*, also where nothing was changed since it failed. */
function saveAgain(input) {
  clearError(input);
  if (input.validity.valid) save(input);
  else tellWhy(input);
}

on("input", ({ target }) => {
  if (target.id && hasError(target)) clearError(target);
});

/* A quantity of a form is told when it is left, and whatever is wrong when the form is to be sent. */
on("focusout", ({ target }) => {
  if (target.matches("form .stepper > input")) whenReleased(() => target.isConnected && refuse(target));
});

on("invalid", (event) => {
  const { target } = event;
  if (!target.matches("form .stepper > input")) return;
  event.preventDefault();
  refuse(target);
  if (target.form.querySelector(".stepper > :invalid") === target) target.focus();
}, true);
