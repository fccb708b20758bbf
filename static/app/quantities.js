/* Quantities: whole numbers, sent half a second after the last change. */

const timers = new WeakMap();

function step(button) {
  const input = button.parentNode.querySelector("input");
  const most = Number(input.max) || Infinity;
  const value = Math.min(most, Math.max(1, (Math.trunc(Number(input.value)) || 0) + Number(button.dataset.step)));
  if (String(value) === input.value) return;
  input.value = value;
  clearError(input);
  changed(input);
}

function showSteps(input) {
  const [less, more] = input.parentNode.querySelectorAll("[data-step]");
  less.setAttribute("aria-disabled", String(Number(input.value) <= 1));
  more.setAttribute("aria-disabled", String(input.max !== "" && Number(input.value) >= Number(input.max)));
}

function changed(input) {
  showSteps(input);
  clearTimeout(timers.get(input));
  if ("saves" in input.dataset) timers.set(input, setTimeout(() => save(input), 500));
  else if (isSummed(input.form)) addUp(input.form, input.closest("tr"));
}

function save(input) {
  clearTimeout(timers.get(input));
  if (!input.isConnected || input.value === input.defaultValue || hasError(input)) return;
  if (down) return timers.set(input, setTimeout(() => save(input), 500));
  if (!input.validity.valid) return refuse(input);
  /* In the allocation view the field stands outside of the payment that it changes. */
  const pay = input.closest(".pay") || document.querySelector(input.getAttribute("hx-target"));
  if (pay?.getAttribute("aria-busy") === "true") return;
  input.closest("tr").classList.add("is-saving");
  htmx.trigger(input, "save");
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

/* What an input method composes is no number yet. */
on("input", ({ target, isComposing }) => {
  if (!isComposing && target.matches(".stepper > input")) changed(target);
});
on("compositionend", ({ target, data }) => {
  if (!target.matches(".stepper > input")) return;
  if (data.search(COMMAS) >= 0) target.value = "";
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

on("beforeinput", (event) => {
  const { target, data } = event;
  if (!target.matches?.("input[type=number]") || event.isComposing || !data || data.search(COMMAS) < 0) return;
  event.preventDefault();
  document.execCommand("insertText", false, data.replace(COMMAS, "."));
});
