/* Answers: an error stays as long as what it says is true, and no longer. */

let lastChanged = "";

/* A request succeeded: gone is what it undid, what was said about the same act before, what only
   says that there was no connection, and, where somebody asked for the present state, all that was
   said about an earlier one. */
function succeeded(config) {
  if (isWrite(config)) {
    lastChanged = config.target.id;
    config.elt.closest(".toast")?.remove();
  }
  for (const toast of document.querySelectorAll(".toasts .toast--err")) {
    const left = causesOf(toast).filter((cause) => !isSameAct(cause, config));
    const isOver = left.length < causesOf(toast).length && !left.length;
    if (isOver || isAnswered(toast, config)) leave(toast);
    else if (left.length < causesOf(toast).length) stillFailed(toast, left);
  }
}

/* Say that a delivery is in several payments until the page shows that it is not. A payment that
   is not shown, or whose lines are not, may hold it. */
on("htmx:afterRequest", () => {
  for (const toast of document.querySelectorAll(".toast[data-twice]")) {
    const holders = toast.dataset.among.split(" ").filter((id) => mayHold(id, toast.dataset.twice));
    if (holders.length < 2) leave(toast);
  }
});

function mayHold(id, delivery) {
  const pay = byId(`payment-${id}`);
  if (!pay) return [...listings.values()].some((listed) => listed.has(id));
  return Boolean(pay.querySelector(`.pay__more[data-waits], [data-document="${delivery}"]`));
}

function isSameAct(cause, config) {
  return cause.verb === config.verb && cause.path === config.path && cause !== config;
}

/* Somebody who acts again has read the words; what was under way before does not count. */
function isAnswered(toast, config) {
  if (config.began < toast.shownAt || isQuiet(config)) return false;
  return "untilAnswer" in toast.dataset || config.elt.id === "refresh";
}

function stillFailed(toast, left) {
  causes.set(toast, left);
  toast.dataset.times = left.length;
  const words = toast.querySelector("p");
  words.querySelectorAll(".toast__n, .toast__of-several").forEach((part) => part.remove());
  if (left.length > 1) sayHowOften(toast);
  else if (left[0].number && !words.querySelector(".toast__of")) words.prepend(filled("say-of", { number: left[0].number }));
}

/* What was pressed is sent as it was. Its successor on a page that is newer is pressed again, as it
   is there by now: it may ask, or speak of another amount. A form that is gone has none. */
function tryAgain(cause) {
  if (typeof cause === "function") return cause();
  if (cause.target.dataset.failed) return document.querySelector(cause.target.dataset.failed)?.click();
  if (cause.elt.isConnected) return resend({ ...cause, target: byId(cause.target.id) || cause.target });
  const successor = cause.elt.matches("button") && cause.elt.id ? byId(cause.elt.id) : null;
  (successor || byId("refresh"))?.click();
}

/* Undo of a payment that the list does not show any more. */
on("click", ({ target }) => {
  const button = target.closest?.("[data-undo]");
  if (button) aim(button);
}, true);

/* And a form of a dialog that outlives the row of its payment. */
on("submit", ({ target }) => {
  if (target.getAttribute("hx-target")?.startsWith("#payment-")) aim(target);
}, true);

/* Where the list does not show the payment that is changed, the answer brings the list up to date. */
function aim(elt) {
  if (document.querySelector(elt.getAttribute("hx-target"))) return;
  for (const [name, value] of [["target", "#tab"], ["swap", "none"], ["sync", "this:drop"]]) elt.setAttribute(`hx-${name}`, value);
}
