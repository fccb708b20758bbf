/* Files for a spreadsheet. A link carries no session, so the file is fetched with its header and saved from what
   came; it can be copied as well, where a frame is refused downloads. */

async function fetchFile(button, url, again, refused) {
  button.classList.add("is-busy");
  const answer = await fetchWithToken(url).catch(() => null);
  /* It may break off: half a file is none. */
  const file = answer?.ok ? await answer.blob().catch(() => null) : null;
  button.classList.remove("is-busy");
  if (answer?.status === 422 && refused) refused();
  else if (answer?.status === 401 && byId("settings")) showInstead("empty-expired");
  else if (answer?.status === 401) say("say-expired", {}, again);
  else if (!file) say(answer && !answer.ok ? "say-silent" : "say-no-connection", {}, again);
  return file;
}

/* refused: what is done where the server refuses what it was asked for. */
async function saveFile(button, url, name, refused) {
  const file = await fetchFile(button, url, () => saveFile(button, url, name, refused), refused);
  if (!file) return;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  /* Some browsers read it only after the click, and nothing tells when they have. */
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}

/* The button in the menu is gone by then: what opened the menu waits and says that it is done. */
const menuButtonOf = (button) => document.querySelector(`[popovertarget="${button.closest(".pop").id}"]`);

function exportList(button) {
  const source = menuButtonOf(button);
  button.closest(".pop").hidePopover();
  saveFile(source, button.dataset.savesFile, button.dataset.fileName);
}

async function copyList(button) {
  const source = menuButtonOf(button);
  button.closest(".pop").hidePopover();
  const { copiesList, saysCopied } = button.dataset;
  const url = "whole" in button.dataset ? copiesList : `${copiesList}?ids=${tickedIds()}`;
  toCopy = source;
  const file = await fetchFile(source, url, () => copyList(button));
  if (!file || toCopy !== source) return;
  const text = await file.text();
  if (!(await isCopied(text, source))) showText(text, source);
  else if (saysCopied) showCopied(source, byId("live"), saysCopied);
  else say("say-list-copied");
}

/* Where the browser refuses to copy, the text can be selected. */
function showText(text, source) {
  const field = byId("dlg-text").querySelector("textarea");
  field.value = text;
  ask("dlg-text", source, () => {});
  field.select();
}
