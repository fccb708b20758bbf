/* Wires a portal page: tabs of a card, links into sliders, menus, applications in the page. */
import { loadApplication, startApplication, stopApplications } from "./parent.js";
import { refresh } from "./refresh.js";
import { Sliders, sliders } from "./sliders.js";

window.portalSliders = new Sliders({ load: loadApplication, unload: stopApplications });

/* A tab is loaded at its first activation only; afterwards it is shown and hidden. */
function activateTab(button) {
  const menu = button.closest("[role=tablist]");
  for (const other of menu.querySelectorAll("[role=tab]")) {
    const isActive = other === button;
    const wasActive = other.getAttribute("aria-selected") === "true";
    other.setAttribute("aria-selected", String(isActive));
    other.tabIndex = isActive ? 0 : -1;
    const container = document.querySelector(`[data-tab-id="${other.dataset.tab}"]`);
    container.style.display = isActive ? "" : "none";
    container.classList.toggle("crm-entity-section--appear", isActive);
    if (isActive) loadTab(container);
    /* What was written meanwhile arrives by push on a portal. */
    if (isActive && !wasActive && other.dataset.tab === "main") refresh(".timeline");
  }
}

function loadTab(container) {
  const { loader } = container.dataset;
  if (!loader) return;
  delete container.dataset.loader;
  loadApplication(container.querySelector("[data-app-root]"), JSON.parse(loader), container.dataset.tabId);
}

function moveFocus(event) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const tabs = [...event.currentTarget.querySelectorAll("[role=tab]")];
  const next = tabs[(tabs.indexOf(event.target) + step + tabs.length) % tabs.length];
  next.focus();
  activateTab(next);
}

for (const menu of document.querySelectorAll("[role=tablist]")) {
  menu.addEventListener("click", (event) => {
    const button = event.target.closest("[role=tab]");
    if (button) activateTab(button);
  });
  menu.addEventListener("keydown", moveFocus);
  const wanted = menu.querySelector("[role=tab][data-open]");
  if (wanted) activateTab(wanted);
}

/* A menu closes when something in it was chosen, or anything else was clicked. */
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.row-menu[open]")) {
    const isSummary = event.target.closest("summary")?.parentElement === menu;
    if (!isSummary) menu.open = false;
  }
});

/* The application opens in a slider of the top page, as by openApplication. */
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-opens]");
  if (button) sliders().open(JSON.parse(button.dataset.opens));
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-slider]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  sliders().open({ url: link.getAttribute("href"), title: link.textContent.trim() });
});

/* A card inside a panel has the focus, so its page passes Escape on to the panels. */
document.addEventListener("keydown", (event) => {
  const top = sliders().top();
  if (event.key === "Escape" && top && !document.querySelector("dialog[open]")) {
    sliders().close(top);
  }
});

/* Lists follow what a card reports through the storage of the browser. */
addEventListener("storage", (event) => {
  if (event.key === "onCrmEntityUpdate" && event.newValue && "reloads" in document.body.dataset) {
    location.reload();
  }
});

for (const field of document.querySelectorAll("select[data-submit]")) {
  field.addEventListener("change", () => field.form.requestSubmit());
}

for (const root of document.querySelectorAll("[data-app-root]")) startApplication(root);
