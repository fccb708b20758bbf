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

function changed(input) {
  const [less, more] = input.parentNode.querySelectorAll("[data-step]");
  less.setAttribute("aria-disabled", String(Number(input.value) <= 1));
  more.setAttribute("aria-disabled", String(input.max !== "" && Number(input.value) >= Number(input.max)));
  clearTimeout(timers.get(input));
  if ("saves" in input.dataset) timers.set(input, setTimeout(() => save(input), 500));
  else if (input.form) addUp(input.form);
}

function save(input) {
  clearTimeout(timers.get(input));
  if (!input.isConnected || input.value === input.defaultValue) return;
  if (!input.validity.valid) return refuse(input);
  /* In the allocation view the field stands outside of the payment that it changes. */
  const pay = input.closest(".pay") || document.querySelector(input.getAttribute("hx-target"));
  if (pay?.getAttribute("aria-busy") === "true") return;
  input.closest("tr").classList.add("is-saving");
  htmx.trigger(input, "save");
}

function takeBack(input) {
  input.value = input.defaultValue;
  input.closest("tr")?.classList.remove("is-saving");
  if (input.isConnected) changed(input);
}

on("input", ({ target }) => {
  if (target.matches(".stepper > input")) changed(target);
});
on("focusout", ({ target }) => {
  if (!target.matches("input[data-saves]")) return;
  if (isEmptied(target)) takeBack(target);
  else save(target);
});
on("change", ({ target }) => {
  if (target.form?.dataset.currency) addUp(target.form);
});

/* A preview of sums before anything is sent: whole millionths, so nothing is rounded on the way. */
function addUp(form) {
  const money = new Intl.NumberFormat(html.lang, { style: "currency", currency: form.dataset.currency });
  const text = (units) => money.format(units / 1000000n + "." + String(units % 1000000n).padStart(6, "0"));
  let sum = 0n;
  for (const row of form.querySelectorAll("[data-price]")) {
    const [whole, part = ""] = row.dataset.price.split(".");
    const quantity = BigInt(Math.max(0, Math.trunc(Number(row.querySelector("[type=number]").value)) || 0));
    const line = BigInt(whole + part.padEnd(6, "0").slice(0, 6)) * quantity;
    put(row.querySelector("[data-line]"), text(line));
    if (row.querySelector("[type=checkbox]").checked) sum += line;
  }
  put(form.querySelector("[data-sum]"), text(sum));
}

/* What stays as it is, is not announced again. */
function put(place, text) {
  if (place.textContent !== text) place.textContent = text;
}
