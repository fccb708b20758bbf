/* What is pressed while a quantity is not saved yet. The quantity is saved first, and then the press
   counts, on what is there by then: a question names the new sum. Where it cannot be saved the press
   does nothing, and the field says why. */

let down = null;
let held = null;
let toSay = [];

/* Those act on the field itself, or on nothing that a saved quantity could change. */
const AT_ONCE = "[data-step], [data-use], [data-resave], [data-dismiss], [data-retry]";
const pressable = (target) => target.closest?.(`button:not(${AT_ONCE})`);
const isUnsaved = (input) => input.value !== input.defaultValue && !hasError(input) && !isEmptied(input);
const unsavedFields = () => [...document.querySelectorAll("input[data-saves]")].filter(isUnsaved);

function hold(event, elt, press) {
  if (!elt || !unsavedFields().length) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  held = { elt, press };
  goOn();
}

/* The next quantity, or what was pressed: a payment that was saved has new buttons with the same ids. */
function goOn() {
  if (!held) return;
  const [input] = unsavedFields();
  if (input) return saveFirst(input);
  const { elt, press } = held;
  held = null;
  const same = present(elt);
  if (same) press(same);
}

function saveFirst(input) {
  save(input);
  if (hasError(input)) notPressed(input);
}

/* Not saved: the press is given up, and the focus is where it is told why. */
function notPressed(elt) {
  if (held) sentField(elt)?.focus();
  held = null;
}

on("click", (event) => hold(event, pressable(event.target), (button) => button.click()), true);

/* Space presses when it is let go, and by then the button may be another one. */
on("keydown", (event) => {
  if (event.key === "Escape") held = null;
  else if (event.key === " ") hold(event, pressable(event.target), (button) => button.click());
}, true);

on("change", (event) => {
  hold(event, event.target.closest("#toolbar select"), (list) => list.dispatchEvent(new Event("change", { bubbles: true })));
}, true);

on("input", () => { held = null; }, true);

/* While the pointer is down nothing is saved and nothing is told at a field: what it is on would move
   away or be replaced. What an earlier answer has replaced is pressed in its new place. */
on("pointerdown", ({ target }) => { down = target.closest("button") || target; }, true);
on("pointerup", ({ target, pointerType }) => {
  /* A finger clicks what is there when it is lifted, without our help. */
  const same = pointerType !== "touch" && down && !down.isConnected && byId(down.id);
  released();
  if (same?.contains?.(target)) same.click();
}, true);
on("pointercancel", released, true);
on("pointermove", ({ buttons }) => { if (down && !buttons) released(); }, true);

/* The click comes first. */
function released() {
  down = null;
  const now = toSay;
  toSay = [];
  setTimeout(() => now.forEach((act) => act()));
}

function whenReleased(act) {
  if (down) toSay.push(act);
  else act();
}
