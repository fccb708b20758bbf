/* Shortcuts: one key without Ctrl, Alt or Meta, while the frame has the focus and nobody types, chooses or is
   asked something. Each presses what can be pressed on the page as well, and is no more than that. */

const SHORTCUTS = {
  "/": { find: () => byId("find"), act: (field) => field.focus() },
  n: { find: () => byId("new-payment") || byId("first-payment"), act: push },
  r: { find: () => byId("refresh"), act: push },
  u: { find: () => [...document.querySelectorAll(".toasts [data-undo]")].at(-1), act: push },
  "?": { find: () => byId("list-more"), act: showKeys },
};
const KEYS_OFF = "keys off";
let areKeysOn = !isStored(KEYS_OFF);

function push(button) {
  button.click();
}

on("keydown", (event) => {
  const shortcut = SHORTCUTS[keyOf(event)];
  if (!shortcut || !areKeysOn || event.defaultPrevented || event.repeat || isForOthers(event)) return;
  const wanted = shortcut.find();
  if (!wanted?.checkVisibility()) return;
  event.preventDefault();
  shortcut.act(wanted);
});

/* Of another script than Latin, such as Cyrillic, a letter is known by its place on the keyboard. What a browser
   fills in comes as a key without a name. */
function keyOf({ key = "", code = "" }) {
  const isOther = key.length === 1 && key > "\u007f" && code.startsWith("Key");
  return (isOther ? code.slice(3) : key).toLowerCase();
}

function isForOthers(event) {
  const { target } = event;
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.keyCode === 229) return true;
  return Boolean(target.closest("input:not([type=checkbox]), select, textarea, [contenteditable]") || document.querySelector("dialog[open], dialog[data-opening], .pop:popover-open"));
}

/* What is not on this card is not in its list; Undo comes and goes. */
function showKeys(button) {
  for (const line of document.querySelectorAll("#dlg-keys [data-key]")) line.hidden = line.dataset.key !== "u" && !SHORTCUTS[line.dataset.key].find();
  byId("keys-on").checked = areKeysOn;
  ask("dlg-keys", button, () => {});
}

/* A frame may be refused its storage: then it holds for this page. */
function isStored(name) {
  try {
    return localStorage.getItem(name) !== null;
  } catch {
    return false;
  }
}

on("change", ({ target }) => {
  if (target.id !== "keys-on") return;
  areKeysOn = target.checked;
  try {
    if (areKeysOn) localStorage.removeItem(KEYS_OFF);
    else localStorage.setItem(KEYS_OFF, "");
  } catch {
    /* As above. */
  }
});
