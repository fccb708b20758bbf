/* A press beside a dialog closes it, but not the second press of a double click that has opened it, nor one that was
   meant for a button which has just moved away under it: the dialog has to stand still for a moment first. What somebody
   has begun to fill in is thrown away by Escape and by the buttons only. */

const STANDS_AFTER = 500;
const standing = new WeakMap();
const begun = new WeakSet();
let pressedOn = null;

const isBegun = (dialog) => [...dialog.querySelectorAll("form")].some((form) => begun.has(form));

function hasMoved(dialog) {
  dialog.setAttribute("closedby", "closerequest");
  clearTimeout(standing.get(dialog));
  standing.set(dialog, setTimeout(() => {
    if (!isBegun(dialog)) dialog.setAttribute("closedby", "any");
  }, STANDS_AFTER));
}

const sizes = new ResizeObserver((changes) => changes.forEach(({ target }) => hasMoved(target)));

/* A question is asked many times in the same form. */
function watchDialog(dialog) {
  for (const form of dialog.querySelectorAll("form")) begun.delete(form);
  hasMoved(dialog);
  sizes.observe(dialog);
}

const unwatchDialog = (dialog) => sizes.unobserve(dialog);

/* Also by a step of a quantity, which no event tells of. */
function begin(form) {
  const dialog = form?.closest("dialog[open]");
  if (!dialog) return;
  begun.add(form);
  hasMoved(dialog);
}

on("input", ({ target }) => "saves" in target.dataset || begin(target.form));

on("htmx:load", ({ detail: { elt } }) => {
  const dialog = elt.closest?.("dialog[open]");
  if (dialog) hasMoved(dialog);
});

addEventListener("resize", () => document.querySelectorAll("dialog[open]").forEach(hasMoved));

/* Some browsers know no closedby. They say that a press which began within the dialog, such as one that marks what
   stands in a field, has clicked on the dialog itself where it ends beside it. */
on("pointerdown", ({ target }) => { pressedOn = target; }, true);

function pressedBeside(dialog, { target }) {
  if (target === dialog && pressedOn === dialog && !("closedBy" in dialog)) dialog.close();
}
