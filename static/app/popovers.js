/* Popovers and the public link. */

const links = new Map();
let dwelling = 0;

/* What waits to be copied. Whatever was copied since is what somebody means to paste: it is not replaced. */
let toCopy = null;
on("copy", () => { toCopy = null; });

/* The address of a link that could not be copied is shown at the button that copies. */
const openerOf = (pop) => document.querySelector(`[popovertarget="${pop.id}"]`) || document.querySelector(`[data-copies="${pop.id}"]`);

/* In a long list all menus that offer the same share what they offer until they are opened. */
function fillMenu(menu) {
  const items = copyOf(menu.dataset.items);
  const row = menu.closest(".pay");
  const own = { id: row.dataset.paymentId, amount: row.dataset.amount, told: row.querySelector(ACTS_ON.pay)?.getAttribute("hx-vals") };
  for (const { attributes } of items.querySelectorAll("*")) for (const each of attributes) each.value = each.value.replace(/\{(id|amount|told)\}/g, (_, name) => own[name]);
  delete menu.dataset.items;
  menu.replaceChildren(items);
  htmx.process(menu);
}

on("beforetoggle", ({ target, newState }) => {
  if (newState === "open" && target.dataset.items) fillMenu(target);
}, true);

function popOpened(pop) {
  const source = openerOf(pop);
  if (source && !CSS.supports("position-area", "block-end")) {
    const box = source.getBoundingClientRect();
    pop.style.top = `${box.bottom}px`;
    pop.style.left = `${Math.max(12, Math.min(box.right - pop.offsetWidth, innerWidth - pop.offsetWidth - 12))}px`;
  }
  if (pop.hasAttribute("hx-get")) {
    pop.dataset.wanted ||= "show";
    if ("fresh" in pop.dataset) pop.replaceChildren(copyOf("send-waiting"));
    else if (!pop.childElementCount) pop.append(linkWaiting(pop));
    need(pop);
  }
  readBand().then(() => stayInSight(pop, source));
}

function sayWhat(share, pop) {
  const row = pop.closest(".pay");
  const [amount, badge] = [".pay__amount > *", ".badge"].map((each) => row.querySelector(each).cloneNode(true));
  share.querySelector(".share__what").replaceChildren(amount, " ", badge);
}

/* What is known of the payment stands there already. */
function linkWaiting(pop) {
  const share = copyOf("link-waiting");
  share.querySelector(".pop__title").textContent = pop.getAttribute("aria-label");
  sayWhat(share, pop);
  if (document.querySelector(`[data-link-of="${pop.id}"]`).hasAttribute("data-ahead")) share.querySelector(".share__note").remove();
  return share;
}

/* Where it is once it has its size: it comes growing from its middle. */
function grown(pop) {
  const { top, height } = pop.getBoundingClientRect();
  return new DOMRect(0, top + (height - pop.offsetHeight) / 2, 0, pop.offsetHeight);
}

/* Above its button, where it fits there alone; over it, as far as it has to, where it fits on neither side. */
function stayInSight(pop, source) {
  if (source) {
    pop.style.translate = "";
    const above = source.getBoundingClientRect().top - band.top;
    const wasUp = pop.matches(".pop--up");
    pop.classList.remove("pop--up");
    const box = grown(pop);
    const isUp = (wasUp || box.bottom > band.bottom) && above > box.height + 12;
    pop.classList.toggle("pop--up", isUp);
    const most = box.top - band.top - 8;
    if (!isUp) pop.style.translate = `0 ${-Math.max(0, Math.min(most, box.bottom - band.bottom + 8))}px`;
  }
  makeRoom(pop);
}

/* A link stays the same, but what it asks for may be another amount by now, or paid. */
function need(pop) {
  if (pop.querySelector("[data-loaded]")) return;
  if (!links.has(pop.id)) return htmx.trigger(pop, "need");
  pop.replaceChildren(links.get(pop.id).cloneNode(true));
  sayWhat(pop, pop);
}

/* Say it once: only a press asks again, never pointing at a button, because the portal may set up its shop. */
function linkFailed(pop) {
  for (const group of document.querySelectorAll("[data-ahead]")) group.removeAttribute("data-ahead");
  pop.dataset.failed = pop.dataset.wanted === "copy" ? `[data-copies="${pop.id}"]` : `[popovertarget="${pop.id}"]`;
  delete pop.dataset.wanted;
  pop.hidePopover();
}

function pointedAt({ target }) {
  const group = target.closest?.("[data-ahead]");
  clearTimeout(dwelling);
  const source = target.closest?.("[popovertarget]");
  if (group && (!source || source.getAttribute("popovertarget") === group.dataset.linkOf)) dwelling = setTimeout(() => group.isConnected && need(byId(group.dataset.linkOf)), 80);
}

on("pointerover", pointedAt);
on("focusin", pointedAt);

const isOpen = (pop) => pop.matches(":popover-open");

/* Whoever goes on with Tab is done with it, and it would lie over what they come to. */
on("focusin", ({ target }) => {
  if (!document.documentElement.matches(".is-tabbing")) return;
  for (const pop of document.querySelectorAll(".pop:popover-open")) if (!pop.contains(target) && openerOf(pop) !== target) pop.hidePopover();
});

function linkCame(pop, share) {
  delete pop.dataset.failed;
  if ("fresh" in pop.dataset) return isOpen(pop) ? stayInSight(pop, openerOf(pop)) : pop.replaceChildren();
  links.set(pop.id, share.cloneNode(true));
  if (pop.dataset.wanted === "copy" && toCopy === pop) copy(pop);
  else if (isOpen(pop)) makeRoom(pop);
}

function copyLink(button) {
  const pop = byId(button.dataset.copies);
  pop.dataset.wanted = "copy";
  toCopy = pop;
  need(pop);
  if (pop.querySelector("[data-loaded]")) copy(pop);
  else button.classList.add("is-busy");
}

/* The button itself says that it has copied, and the address stands in the row, to be selected. Where the
   browser refuses, the address is selected in its popover. */
async function copy(pop) {
  pop.dataset.wanted = "show";
  const button = document.querySelector(`[data-copies="${pop.id}"]`);
  const field = pop.querySelector("input");
  if (await isCopied(field.value, button)) {
    const place = button.closest(".pay").querySelector("[data-url]");
    place.hidden = false;
    place.value = field.value;
    return showCopied(button, byId("live"), button.closest("[data-says-copied]").dataset.saysCopied);
  }
  pop.showPopover({ source: openerOf(pop) });
  field.focus({ preventScroll: true });
  field.select();
  say("say-copy-yourself", {}, { elt: pop, target: pop });
}

/* Down and up lead through an open menu, from the button that has opened it, too: they would scroll it out of sight. */
const WAYS = { ArrowDown: 1, ArrowUp: -1 };
on("keydown", (event) => {
  const menu = document.querySelector(".pop.menu:popover-open");
  const way = WAYS[event.key];
  if (!menu || !way || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
  const { activeElement } = document;
  const isTyped = activeElement.matches("input, select, textarea");
  if (isTyped || !(menu.contains(activeElement) || activeElement === openerOf(menu))) return;
  const items = [...menu.querySelectorAll(".menu__item")].filter((item) => !item.disabled && item.checkVisibility());
  if (!items.length) return;
  event.preventDefault();
  const at = items.indexOf(activeElement);
  items.at(at < 0 && way < 0 ? -1 : (at + way) % items.length).focus();
});
