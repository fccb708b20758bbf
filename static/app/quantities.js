/* Quantities: whole numbers, sent half a second after the last change. */

const timers = new WeakMap();

/* A step counts from the number that is there, or, where that cannot be saved, from the saved one:
   nobody could expect what one less than half a text would be. */
const numberIn = (input) => Number(input.validity.valid ? input.value : input.defaultValue);

function step(input, by) {
  const most = Number(input.max) || Infinity;
  const value = String(Math.min(most, Math.max(1, numberIn(input) + by)));
  if (value === input.value) return;
  input.value = value;
  clearError(input);
  changed(input);
}

/* The browser would count from what cannot be saved. */
const ARROWS = { ArrowUp: 1, ArrowDown: -1 };

on("keydown", (event) => {
  const { target, key } = event;
  if (!(key in ARROWS) || event.isComposing || event.altKey || event.ctrlKey || event.metaKey || !target.matches(".stepper > input")) return;
  event.preventDefault();
  step(target, ARROWS[key]);
});

function showSteps(input) {
  const [less, more] = input.parentNode.querySelectorAll("[data-step]");
  less.setAttribute("aria-disabled", String(numberIn(input) <= 1));
  more.setAttribute("aria-disabled", String(input.max !== "" && numberIn(input) >= Number(input.max)));
}

/* Typed as thousands: some browsers drop all separators but the first, and 2.000,00 becomes 2.00000, a two. */
const THOUSANDS = /\.\d{3}/;

function changed(input) {
  input.setCustomValidity(THOUSANDS.test(input.value) ? " " : "");
  showSteps(input);
  clearTimeout(timers.get(input));
  if ("saves" in input.dataset) return saveLater(input);
  begin(input.form);
  if (isSummed(input.form)) touched(input.form, input.closest("tr"));
}

function saveLater(input) {
  timers.set(input, setTimeout(() => save(input), 500));
}

function save(input) {
  clearTimeout(timers.get(input));
  if (!input.isConnected || input.value === input.defaultValue || hasError(input)) return;
  if (down) return saveLater(input);
  if (!input.validity.valid) return refuse(input);
  /* In the allocation view the field stands outside of the payment that it changes. */
  const pay = input.closest(".pay") || document.querySelector(input.getAttribute("hx-target"));
  if (pay?.getAttribute("aria-busy") === "true") return;
  if (!pay) aim(input);
  htmx.trigger(input, "save");
  /* htmx drops it without a word while another request of this payment is not quite over. */
  if (input.matches(".htmx-request")) input.closest("tr").classList.add("is-saving");
  else saveLater(input);
}

function takeBack(input) {
  clearError(input);
  input.value = input.defaultValue;
  changed(input);
}

/* A fraction is text until somebody agrees to replace it by a whole number. */
function unlock(place) {
  if (!place.hidden) return;
  place.hidden = false;
  place.previousElementSibling.hidden = true;
}

on("keydown", (event) => {
  const { target, key } = event;
  if (key !== "Escape" || event.isComposing || !target.matches("input[data-saves]")) return;
  if (target.value === target.defaultValue && !hasError(target)) return;
  event.preventDefault();
  takeBack(target);
}, true);

/* What an input method composes is no number yet, nor for what was changed before it began. Some browsers drop digits
   of other scripts only at its end, so that ١٢ becomes nothing and 1٢ a one: they say that they took "" in. */
const composed = new WeakMap();

on("input", ({ target, isComposing, data }) => {
  if (!target.matches(".stepper > input")) return;
  if (isComposing) clearTimeout(timers.get(target));
  else changed(target);
  if (isComposing) composed.set(target, data);
});
on("compositionend", ({ target, data }) => {
  if (!target.matches(".stepper > input")) return;
  if (data.search(COMMAS) >= 0) target.value = "";
  else if (data && composed.get(target) === "") document.execCommand("insertText", false, asTyped(data));
  composed.delete(target);
  changed(target);
});
on("focusout", ({ target }) => {
  if (!target.matches("input[data-saves]")) return;
  if (isEmptied(target) && !hasError(target)) takeBack(target);
  else save(target);
});

/* Some browsers drop a comma without a word, and 1,5 becomes 15. With a point it is the fraction that
   was meant, which is refused at the field. */
const COMMAS = /[,\u066b\u066c\uff0c]/g;

/* Nor do they say that they drop digits of other scripts, a minus as it is printed, or what parts two numbers: two
   cells of a table, 5 and 10, become 510. Kept apart, they are refused at the field. */
const DIGITS = /\p{Nd}/gu;
const MINUSES = /[\u2212\ufe63\uff0d]/g;
const UNSEEN = /[\u061c\u200e\u200f\u2066-\u2069]/g;
const GROUPS = /(?<=\d)[ \u00a0\u2009\u202f'\u2019](?=\d{3}(?!\d))/g;
const PARTED = /(?<=\d)[^\d.-]+(?=\d)|\p{No}/gu;

const asTyped = (text) => text.replace(DIGITS, digitOf).replace(COMMAS, ".").replace(MINUSES, "-").replace(UNSEEN, "").replace(GROUPS, "").replace(PARTED, "-");

on("beforeinput", (event) => {
  const { target, data } = event;
  if (!target.matches?.("input[type=number]") || event.isComposing || !data || asTyped(data) === data) return;
  event.preventDefault();
  document.execCommand("insertText", false, asTyped(data));
});
