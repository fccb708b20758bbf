/* The settings page: choosing people in Bitrix24's own dialog, saving the log, sections, and what is
   not saved yet. */
(function () {
  "use strict";

  const frame = window.B24Frame;

  /* Bitrix24's dialog cannot preselect people, so those chosen before stay and new ones join them. */
  async function choose(button) {
    const list = button.parentNode.querySelector(".people__list");
    const action = button.closest("[data-rule]").dataset.rule;
    const known = new Set([...list.querySelectorAll("input")].map((input) => input.value.split(":")[0]));
    for (const user of await frame.selectUsers(button.textContent)) {
      if (!known.has(String(user.id))) list.append(person(action, String(user.id), user.name));
    }
    edited(list);
  }

  function person(action, id, name) {
    const item = document.querySelector("template[data-person]").content.firstElementChild.cloneNode(true);
    const input = item.querySelector("input");
    const button = item.querySelector("button");
    input.name = "user-" + action;
    input.value = id + ":" + name;
    item.querySelector("span").textContent = name;
    button.setAttribute("aria-label", button.dataset.label.replace("{name}", name));
    return item;
  }

  /* A plain link would carry no session, so the file is fetched with it and saved from memory. */
  async function saveCsv(button) {
    button.classList.add("is-busy");
    const filter = new URLSearchParams(new FormData(document.getElementById("activity-filter")));
    const answer = await B24App.fetchWithToken(button.dataset.csv + "?" + filter).catch(() => null);
    /* It may break off: half a file is none. */
    const file = answer?.ok ? await answer.blob().catch(() => null) : null;
    button.classList.remove("is-busy");
    if (!file) return B24App.say(answer && !answer.ok ? "say-silent" : "say-no-connection", {}, () => saveCsv(button));
    const link = document.createElement("a");
    link.href = URL.createObjectURL(file);
    link.download = "activity.csv";
    link.click();
    /* Some browsers read it only after the click, and nothing tells when they have. */
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  }

  /* Removing one person moves the focus to the next one. */
  function forget(item) {
    const list = item.parentNode;
    const next = item.nextElementSibling || item.previousElementSibling;
    item.remove();
    edited(list);
    (next?.querySelector("button") || list.parentNode.querySelector("[data-choose]:not([hidden])"))?.focus();
  }

  function goTo(link) {
    const section = document.querySelector(link.hash);
    for (const other of document.querySelectorAll("[data-section]")) other.removeAttribute("aria-current");
    link.setAttribute("aria-current", "true");
    section.scrollIntoView();
    section.focus({ preventScroll: true });
    frame.scrollTo(section.getBoundingClientRect().top + window.scrollY);
  }

  document.addEventListener("click", (event) => {
    const found = (selector) => event.target.closest?.(selector);
    if (found("[data-choose]")) choose(found("[data-choose]"));
    else if (found("[data-forget]")) forget(found("[data-forget]").closest("li"));
    else if (found("[data-csv]")) saveCsv(found("[data-csv]"));
    else if (found("[data-section]")) {
      event.preventDefault();
      goTo(found("[data-section]"));
    }
  });

  document.addEventListener("change", ({ target }) => {
    if (target.matches("[data-who]")) target.closest("tr").querySelector("[data-people]").hidden = target.value !== "users";
    edited(target);
  });
  document.addEventListener("input", ({ target }) => edited(target));

  const formOf = (place) => place.closest?.("#settings-form");

  function edited(place) {
    if (!formOf(place)) return;
    clearError(place.closest("[data-rule]") || place.closest(".field, li, fieldset"));
    showUnsaved();
  }

  /* Clear an error as soon as its field is changed. */
  function clearError(place) {
    for (const error of place?.querySelectorAll(".field__error") || []) error.remove();
    for (const field of place?.querySelectorAll("[aria-invalid]") || []) {
      field.removeAttribute("aria-invalid");
      field.removeAttribute("aria-describedby");
    }
    if (document.querySelector("#settings-form .field__error")) return;
    for (const toast of document.querySelectorAll(".toast--err[data-field=settings-form]")) toast.remove();
  }

  /* What is not saved: the names of the settings that differ from the ones last saved. */
  let saved = new Map();

  function settingsOf(form) {
    const found = new Map();
    for (const field of form.elements) {
      if (!field.name || field.type === "hidden" && !field.closest("[data-rule]")) continue;
      const name = nameOf(field);
      const value = field.type === "checkbox" ? field.checked : field.value.split(":")[0];
      found.set(name, [...(found.get(name) || []), value]);
    }
    return new Map([...found].map(([name, values]) => [name, values.map(String).toSorted().join()]));
  }

  /* A rule and its people are one setting; a title has the name of its language after that of all. */
  function nameOf(field) {
    const rule = field.closest("[data-rule]");
    const words = (place) => place.firstChild.textContent.trim();
    if (rule) return words(rule.querySelector("th"));
    const label = words(field.labels[0].querySelector("span") || field.labels[0]);
    const group = field.closest("fieldset")?.querySelector("legend");
    return group ? `${words(group)}, ${label}` : label;
  }

  function unsaved() {
    const form = document.getElementById("settings-form");
    const now = form ? settingsOf(form) : saved;
    return [...now.keys()].filter((name) => now.get(name) !== saved.get(name));
  }

  function showUnsaved() {
    const names = unsaved();
    const bar = document.querySelector(".savebar");
    const said = bar.querySelector("[data-unsaved]");
    const words = names.length > 5 ? said.dataset.many : said.dataset.some;
    bar.classList.toggle("is-unsaved", names.length > 0);
    said.parentNode.hidden = !names.length;
    bar.querySelector("#settings-discard").hidden = !names.length;
    bar.querySelector("[data-saved]")?.toggleAttribute("hidden", names.length > 0);
    said.textContent = words.replace("{names}", names.slice(0, 5).join(", ")).replace("{more}", names.length - 5);
    if (names.length) B24App.follow(placeBar);
    else B24App.unfollow(placeBar);
    placeBar();
  }

  /* The bar stands at the foot of its form or, where that is not seen, at the foot of what is. */
  function placeBar() {
    const bar = document.querySelector(".savebar.is-unsaved");
    if (!bar) return document.documentElement.style.removeProperty("--lift");
    const lift = Number.parseFloat(document.documentElement.style.getPropertyValue("--lift")) || 0;
    const { bottom, height } = bar.getBoundingClientRect();
    const room = bottom + lift - formOf(bar).getBoundingClientRect().top - height;
    const wanted = Math.max(0, Math.min(bottom + lift - B24App.band().bottom, room));
    document.documentElement.style.setProperty("--lift", `${wanted}px`);
  }

  window.addEventListener("beforeunload", (event) => {
    if (unsaved().length) event.preventDefault();
  });

  /* Ask before anything takes the form away, except what says so itself. */
  document.addEventListener("htmx:confirm", (event) => {
    const { elt, target, verb, issueRequest } = event.detail;
    const isTaken = verb === "get" && target.querySelector("#settings-form") && unsaved().length;
    if (!isTaken || elt.id === "settings-discard") return;
    event.preventDefault();
    B24App.ask("dlg-unsaved", elt, () => issueRequest(true));
  });

  /* A new attempt clears what was said about the last one. */
  document.addEventListener("htmx:beforeRequest", ({ detail }) => {
    if (detail.requestConfig.verb !== "get") for (const toast of document.querySelectorAll(".toast--err")) toast.remove();
  });

  /* Outside the frame there is no dialog to choose from; people can still be removed. */
  document.addEventListener("htmx:load", ({ detail: { elt } }) => {
    for (const button of elt.querySelectorAll("[data-choose]")) button.hidden = !frame.isFramed();
    const form = elt.matches("#settings-form") ? elt : elt.querySelector("#settings-form");
    if (form) {
      if (!("unsaved" in form.dataset)) saved = settingsOf(form);
      showUnsaved();
    }
    const asked = elt.dataset.sectionAsked;
    if (asked && asked !== "cards") goTo(document.querySelector(`[data-section][href="#${asked}"]`));
    (elt.querySelector("[data-focus], [aria-invalid=true]") || elt.querySelector(".field__error")?.closest("section"))?.focus();
  });

  /* The code in the address works only once, so a reload outside the frame begins a new login. */
  const start = document.querySelector("[data-sign-in]");
  if (start) history.replaceState(null, "", start.dataset.signIn);
})();
