/* The mouse wheel scrolls the page and changes no number, not even in the field that has the focus.
   A field that is read-only at this moment is left alone by the browser, and the page still scrolls. */

on("wheel", ({ target }) => {
  if (!target.matches?.("input[type=number]") || target.readOnly) return;
  target.readOnly = true;
  setTimeout(() => { target.readOnly = false; });
}, { capture: true, passive: true });
