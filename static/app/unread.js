/* Details that are read later: by groups of payments, each once one of its rows is in sight. */

const idsOf = (loader) => loader.dataset.ids.split(",");
const rowsOfGroup = (loader) => idsOf(loader).map((id) => byId(`payment-${id}`)).filter(Boolean);

/* The groups of which something waits: of the others all was read, and reading it once more would draw it again. */
const waitingIn = (loader) => idsOf(loader).filter((id) => byId(`more-${id}`)?.matches("[data-waits]"));
const waitingLoaders = () => [...document.querySelectorAll(".pay__load")].filter((loader) => waitingIn(loader).length);

/* Whatever brings a row into sight: the wheel, a jump to the foot, another order, a filter. What only flies by on
   the way is not read: each group is forty commands at the portal, with a limit that all people share. */
const FLIES_BY = 100;
const asked = new WeakSet();
const done = new WeakSet();
const inSight = new Set();

const sight = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (isIntersecting) inSight.add(target);
    else inSight.delete(target);
  }
  const came = entries.filter(({ isIntersecting }) => isIntersecting).map(({ target }) => target);
  if (came.length) setTimeout(readIfStillSeen, FLIES_BY, came);
});

function readIfStillSeen(rows) {
  const ids = new Set(rows.filter((row) => inSight.has(row)).map((row) => row.dataset.paymentId));
  if (!ids.size) return;
  const loaders = [...document.querySelectorAll(".pay__load:not([data-later])")].filter((loader) => !asked.has(loader));
  for (const loader of loaders) if (idsOf(loader).some((id) => ids.has(id))) htmx.trigger(loader, "need");
}

function watch(loader) {
  if (!asked.has(loader) && !("later" in loader.dataset)) for (const row of rowsOfGroup(loader)) sight.observe(row);
}

on("htmx:load", ({ detail: { elt } }) => {
  if (elt.matches(".pay, #tab, #payments, .group")) for (const loader of elt.querySelectorAll(".pay__load")) watch(loader);
});

on("htmx:beforeRequest", ({ detail: { elt } }) => {
  if (!elt.matches(".pay__load")) return;
  asked.add(elt);
  for (const row of rowsOfGroup(elt)) {
    sight.unobserve(row);
    inSight.delete(row);
  }
});

/* The server believes what was carried along until it lists the payments again. A write whose answer was lost, or
   that could not be read back, has changed them without that. */
on("htmx:configRequest", ({ detail: { elt, formData } }) => {
  if (elt.matches(".pay__load") && (writing.size || writesEnded)) formData.delete("carried");
});

on("htmx:afterRequest", ({ detail: { elt, xhr } }) => {
  if (elt.matches(".pay__load") && xhr.status === 200) done.add(elt);
});

/* The first payment of a group reads it. Where its row goes, or is drawn again, before the others came, the next
   one reads what is left of the group: an answer to the row that has gone finds no place any more. */
function handOver(pay) {
  for (const loader of pay.querySelectorAll(".pay__load")) {
    const unread = done.has(loader) ? waitingIn(loader) : idsOf(loader);
    const left = unread.filter((id) => id !== pay.dataset.paymentId && byId(`payment-${id}`));
    if (!left.length) continue;
    const next = loader.cloneNode();
    next.classList.remove("htmx-request");
    /* What was carried along is of before the row was drawn again. */
    for (const name of ["hx-post", "hx-vals", "data-reads"]) next.removeAttribute(name);
    next.dataset.ids = left;
    next.setAttribute("hx-get", `/payments/details?ids=${left}&rows=${loader.dataset.rows}`);
    byId(`payment-${left[0]}`).append(next);
    htmx.process(next);
    watch(next);
  }
}
