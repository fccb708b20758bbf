/* An advance: the server tells which quantities come nearest, and they are put into the fields. */

const asking = new WeakMap();
const panelOf = (form) => form.querySelector("#advance");

function choose(form, what) {
  form.elements.what.value = what;
  const panel = panelOf(form);
  panel.hidden = panel.disabled = what !== "advance";
  if (panel.hidden) forget(form);
  makeRoomAround(form);
}

/* Somebody who points at An advance will type it next; with the arrow keys one is still choosing. */
let isPointing = false;
on("pointerdown", () => { isPointing = true; }, true);
on("keydown", () => { isPointing = false; }, true);

/* What was asked for does not matter any more. */
function forget(form) {
  clearTimeout(asking.get(form));
  htmx.trigger(byId("advance-answer"), "htmx:abort");
}

/* Nothing is created while it is not known what. */
function isUnsettled(form) {
  const panel = panelOf(form);
  return Boolean(panel && !panel.disabled && panel.querySelector("#advance-answer:is([aria-busy], [data-refused])"));
}

/* An answer to what was typed before must not come in between: it would take the place of what asks, fill in its
   quantities, and let them be created. */
function askAdvance(form, pause = 300) {
  forget(form);
  byId("advance-answer").setAttribute("aria-busy", "true");
  byId("dialog-sum").setAttribute("aria-busy", "true");
  letSend(form, false);
  asking.set(form, setTimeout(() => form.isConnected && htmx.trigger(byId("advance-answer"), "ask"), pause));
}

on("input", ({ target, isComposing }) => {
  if (!isComposing && target.matches("#advance-number")) askAdvance(target.form);
});
on("compositionend", ({ target }) => {
  if (target.matches("#advance-number")) askAdvance(target.form);
});
on("change", ({ target }) => {
  if (target.matches("#advance-unit")) askAdvance(target.form);
});

/* A field of a number, though one of text, which takes what is pasted as it is written anywhere. */
on("keydown", (event) => {
  const change = { ArrowUp: 1, ArrowDown: -1 }[event.key];
  const field = event.target;
  if (!change || event.isComposing || !field.matches("#advance-number") || !/^[0-9]{1,15}$/.test(field.value)) return;
  event.preventDefault();
  field.value = Math.max(1, Number(field.value) + change);
  askAdvance(field.form);
});

/* Enter asks at once: what it would create is not known yet. */
on("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing || !event.target.matches("#advance-number")) return;
  event.preventDefault();
  if (!event.repeat) askAdvance(event.target.form, 0);
});

on("htmx:configRequest", ({ detail: config }) => {
  if (config.elt.id !== "advance-answer") return;
  config.formData.append("number", byId("advance-number").value);
  config.formData.append("unit", byId("advance-unit").value);
});

on("htmx:load", ({ detail: { elt } }) => {
  if (elt.id !== "advance-answer" || panelOf(elt.closest("form")).disabled) return;
  const form = elt.closest("form");
  byId("advance-number").setAttribute("aria-invalid", String("refused" in elt.dataset));
  const first = elt.querySelector("[data-fills]");
  if (first) fillRows(form, first);
  else sumsUnknown("why-advance");
});

for (const failure of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
  on(failure, ({ detail: { requestConfig: config, xhr } }) => {
    if (config.elt.id === "advance-answer" && xhr.status !== 401) advanceUnknown();
  });
}

function advanceUnknown() {
  const place = byId("advance-answer");
  if (!place || panelOf(place.closest("form")).disabled) return;
  place.replaceChildren(copyOf("no-advance"));
  place.removeAttribute("aria-busy");
  place.dataset.refused = "";
  sumsUnknown("why-advance");
}

function fillRows(form, { dataset: { fills } }) {
  const wanted = new Map(fills.split(" ").map((one) => one.split("x")));
  for (const row of rowsOf(form)) take(row, wanted.get(row.dataset.row) || "0");
  addUp(form, 0);
}
