/* Sending a link: the person's own program opens by the link that is pressed. What is told to the server is
   by which way, never to whom. */

async function takeLink(way) {
  const pop = way.closest(".pop");
  const source = openerOf(pop);
  const isTaken = way.dataset.takes !== "text" || (await isTextCopied(way));
  if (!isTaken) return;
  const id = way.closest(".pay").dataset.paymentId;
  const log = byId(`log-${id}`);
  const isShown = log && !log.hasAttribute("hx-get");
  request("POST", `/payments/${id}/taken?channel=${way.dataset.takes}`, {
    source, target: isShown ? log : source, swap: isShown ? "outerHTML" : "none",
  });
}

async function isTextCopied(button) {
  const field = button.parentNode.querySelector("textarea");
  if (await isCopied(field.value, button)) {
    showCopied(button, byId("live"), button.closest("[data-says-copied]").dataset.saysCopied);
    return true;
  }
  field.hidden = false;
  field.focus({ preventScroll: true });
  field.select();
  makeRoom(button.closest(".pop"));
  say("say-copy-yourself", {}, { elt: button, target: button });
  return false;
}

/* Each way has its own form of an address; where one has none, nobody is named. */
on("change", ({ target }) => {
  if (!target.matches("[data-recipient]")) return;
  const chosen = JSON.parse(target.value);
  for (const link of target.closest(".pop").querySelectorAll("a[data-takes]")) {
    const recipient = chosen[link.dataset.takes];
    if (recipient !== undefined) link.href = link.dataset.before + recipient + link.dataset.after;
  }
});

/* The menu may be closed again, and the details may never have been opened: what has no place is left out. */
on("htmx:beforeSwap", ({ detail }) => {
  if (!detail.requestConfig.path.includes("/taken?")) return;
  const answer = document.createElement("template");
  answer.innerHTML = detail.serverResponse;
  for (const part of answer.content.querySelectorAll("[id^=taken-], [id^=fact-taken-]")) if (!byId(part.id)) part.remove();
  detail.serverResponse = answer.innerHTML;
});
