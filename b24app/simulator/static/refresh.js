/* Parts of a page that renew themselves without loading it again. */

/* Asks for this page once more and puts its new parts in the place of the old ones. */
export async function refresh(selector) {
  const answer = await fetch(location.href);
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = [...page.querySelectorAll(selector)];
  for (const old of document.querySelectorAll(selector)) {
    const next = fresh.shift();
    if (next) old.replaceWith(next);
  }
}
