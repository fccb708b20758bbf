/* Sums of a dialog. They come from the server, by the same rules as on the page: here nothing is
   multiplied, added or written as money. Until they are there the old ones are not shown. */

const adding = new WeakMap();
const isSummed = (form) => form?.dataset && "currency" in form.dataset;
const rowsOf = (form) => [...form.querySelectorAll("[data-row]")];
const boxOf = (row) => row.querySelector("[type=checkbox]");
const quantityOf = (row) => row.querySelector("[type=number]");
const amountOf = (row) => `${Number(quantityOf(row).value)}x${row.dataset.price}`;

/* Somebody changed what is billed: from now on it is what they choose. Where it is that already, the
   dialog keeps its size: to measure it at each letter is felt in a long one. */
function touched(form, row) {
  if (form.elements.what && form.elements.what.value !== "some") choose(form, "some");
  if (row) isStale(row);
  addUp(form);
}

function isStale(row) {
  row.dataset.stale = "";
  row.toggleAttribute("data-unsummed", !hasSum(row));
}

function addUp(form, pause = 250) {
  const rows = rowsOf(form);
  const chosen = rows.filter((one) => boxOf(one).checked);
  const all = form.querySelector("[data-all]");
  if (all) Object.assign(all, { checked: chosen.length === rows.length, indeterminate: chosen.length > 0 && chosen.length < rows.length });
  letSend(form, chosen.length && !isUnsettled(form));
  byId("dialog-sum").setAttribute("aria-busy", "true");
  clearTimeout(adding.get(form));
  adding.set(form, setTimeout(() => askSums(form), pause));
}

const hasSum = (row) => row.dataset.price && quantityOf(row).validity.valid;

/* Of a quantity that cannot be billed, and of a price that could not be read, there is no sum. */
function askSums(form) {
  if (!form.isConnected || isUnsettled(form)) return;
  if (rowsOf(form).every((row) => !boxOf(row).checked || hasSum(row))) htmx.trigger(byId("dialog-sum"), "add");
  else sumsUnknown("why-quantity");
}

function sumsUnknown(why) {
  const sum = byId("dialog-sum");
  sum.textContent = sum.dataset.unknown;
  sum.removeAttribute("aria-busy");
  byId("sum-why").replaceChildren(copyOf(why));
  makeRoomAround(sum);
}

on("htmx:configRequest", ({ detail: config }) => {
  if (config.elt.id !== "dialog-sum") return;
  const form = config.elt.closest("form");
  config.stale = rowsOf(form).filter((row) => "stale" in row.dataset && hasSum(row));
  for (const row of config.stale) row.dataset.stale = amountOf(row);
  const chosen = rowsOf(form).filter((row) => boxOf(row).checked).map(amountOf);
  config.formData.append("currency", form.dataset.currency);
  config.formData.append("chosen", chosen.join("_"));
  for (const row of config.stale) config.formData.append("line", `${row.dataset.row}_${row.dataset.stale}`);
});

on("htmx:afterRequest", ({ detail: { requestConfig: config, xhr } }) => {
  if (config.elt.id !== "dialog-sum") return;
  if (xhr.status === 200) for (const row of config.stale) if (row.dataset.stale === amountOf(row)) delete row.dataset.stale;
  if (xhr.status !== 200 && xhr.status !== 401 && xhr.readyState === 4 && config.elt.isConnected) sumsUnknown("why-no-sum");
});

on("htmx:load", ({ detail: { elt } }) => {
  if (elt.id !== "dialog-sum") return;
  const form = elt.closest("form");
  letSend(form, !("refused" in elt.dataset || isUnsettled(form)));
});

on("change", ({ target }) => {
  const { form } = target;
  if (!isSummed(form)) return;
  if (target.matches("[data-all]")) for (const row of rowsOf(form)) boxOf(row).checked = target.checked;
  if (target.matches("[data-all], [name=row]")) touched(form);
  else if (target.name === "what") turnTo(form, target.value);
  else if (target.matches("[data-fills]")) fillRows(form, target);
});

function turnTo(form, what) {
  choose(form, what);
  if (what === "advance" && isPointing) byId("advance-number").select();
  if (what === "advance") return askAdvance(form, 0);
  if (what === "all") for (const row of rowsOf(form)) take(row, quantityOf(row).defaultValue);
  addUp(form);
}

/* A row with a quantity, or, with 0, without one: what it was stays in its field. */
function take(row, quantity) {
  const field = quantityOf(row);
  boxOf(row).checked = quantity !== "0";
  if (quantity === "0" || field.value === quantity) return;
  field.value = quantity;
  clearError(field);
  showSteps(field);
  isStale(row);
}
