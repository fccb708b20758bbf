/* The settings: choosing people, saving the log, the five pages, and what is not saved yet. */
(function () {
  "use strict";

  const frame = window.B24Frame;

  /* Neither dialog takes anybody off: those chosen before stay and new ones join them. */
  async function choose(button) {
    const list = button.parentNode.querySelector(".people__list");
    const action = button.closest("[data-rule]").dataset.rule;
    const chosen = () => new Set([...list.querySelectorAll("input")].map((input) => input.value.split(":")[0]));
    const join = (people) => {
      for (const { id, name } of people) if (!chosen().has(String(id))) list.append(person(action, String(id), name));
      edited(list);
    };
    if (frame.isFramed()) join(await frame.selectUsers(button.textContent));
    else chooseKnown(button, chosen(), join);
  }

  /* Outside of the frame: from those whose names came along. */
  const known = () => [...document.querySelectorAll("#dlg-people [data-known]")];

  function chooseKnown(button, chosen, join) {
    for (const box of known()) {
      box.checked = box.disabled = chosen.has(box.value);
    }
    const picked = () => known().filter((box) => box.checked && !box.disabled);
    B24App.ask("dlg-people", button, () => join(picked().map((box) => ({ id: box.value, name: box.dataset.known }))));
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
  function saveCsv(button) {
    const filter = document.getElementById("activity-filter");
    const url = button.dataset.csv + "?" + new URLSearchParams(new FormData(filter));
    /* What is wrong with the filter is told at its fields. */
    return B24App.saveFile(button, url, "activity.csv", () => filter.requestSubmit());
  }

  /* Removing one person moves the focus to the next one. */
  function forget(item) {
    const list = item.parentNode;
    const next = item.nextElementSibling || item.previousElementSibling;
    item.remove();
    edited(list);
    (next?.querySelector("button") || list.parentNode.querySelector("[data-choose]:not([hidden])"))?.focus();
  }

  /* The five pages: one is seen, and all that is typed stays in its form. */
  const pages = () => document.getElementById("settings");
  const linkTo = (name) => document.querySelector(`[data-section="${CSS.escape(name)}"]`);

  function showPage(name) {
    pages().dataset.page = name;
    for (const link of document.querySelectorAll("[data-section]")) link.removeAttribute("aria-current");
    linkTo(name).setAttribute("aria-current", "page");
    htmx.trigger(document.getElementById(name), "need");
    showUnsaved();
  }

  /* Outside of the frame the address tells the page, so that Back, Forward and a reload lead to it. In
     the frame Back is the portal's. */
  function goTo(name) {
    if (!frame.isFramed() && location.hash !== `#${name}`) history.pushState(null, "", `#${name}`);
    showPage(name);
    document.getElementById(name).focus({ preventScroll: true });
  }

  window.addEventListener("popstate", () => {
    const name = location.hash.slice(1) || "cards";
    if (linkTo(name)) showPage(name);
  });

  document.addEventListener("click", (event) => {
    const found = (selector) => event.target.closest?.(selector);
    if (found("[data-choose]")) choose(found("[data-choose]"));
    else if (found("[data-forget]")) forget(found("[data-forget]").closest("li"));
    else if (found("[data-csv]")) saveCsv(found("[data-csv]"));
    else if (found("[data-section]")) {
      event.preventDefault();
      goTo(found("[data-section]").dataset.section);
    }
  });

  document.addEventListener("change", ({ target }) => {
    if (target.matches("[data-who]")) target.closest("tr").querySelector("[data-people]").hidden = target.value !== "users";
    edited(target);
  });
  document.addEventListener("input", ({ target }) => {
    edited(target);
    preview(target);
  });

  /* What is left empty has the usual words, which its field shows. */
  function preview(field) {
    const place = document.querySelector(`[data-preview="${CSS.escape(field.id)}"]`);
    if (!place) return;
    const values = JSON.parse(place.closest("[data-message]").dataset.message);
    place.textContent = (field.value.trim() || field.placeholder).replace(/\{(\w+)\}/g, (typed, name) => values[name] || typed);
  }

  const formOf = (place) => place.closest?.("#settings-form");

  function edited(place) {
    if (!formOf(place)) return;
    /* What is wrong with the cards is said once, below all of them. */
    clearError(place.closest("[data-rule]") || (place.name === "card" ? document.getElementById("cards") : place.closest(".field, fieldset")));
    showUnsaved();
  }

  /* Clear an error as soon as its field is changed. */
  function clearError(place) {
    for (const error of place?.querySelectorAll(".field__error") || []) {
      for (const field of document.querySelectorAll(`[aria-describedby~="${CSS.escape(error.id)}"]`)) {
        field.setAttribute("aria-describedby", field.getAttribute("aria-describedby").replace(error.id, "").trim());
      }
      error.remove();
    }
    for (const field of place?.querySelectorAll("[aria-invalid]") || []) field.removeAttribute("aria-invalid");
    if (document.querySelector("#settings-form .field__error")) return;
    leaveWrong();
  }

  function leaveWrong() {
    for (const toast of document.querySelectorAll(".toast--err[data-field=settings-form]")) toast.remove();
  }

  /* What was discarded is not wrong any more. */
  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    if (detail.successful && detail.requestConfig.elt.id === "settings-discard") leaveWrong();
  });

  /* What is not saved: the names of the settings that differ from the ones last saved. */
  let saved = new Map();

  function settingsOf(form) {
    const found = new Map();
    for (const field of form.elements) {
      if (!field.name || field.type === "hidden" && !field.closest("[data-rule]")) continue;
      const name = nameOf(field);
      const value = field.type === "checkbox" ? field.checked : field.type === "hidden" ? field.value.split(":")[0] : field.value;
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
    return group ? B24App.asList([words(group), label]) : label;
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
    const words = names.length > 5 ? said.dataset.many : JSON.parse(said.dataset.some)[names.length - 1] || "";
    bar.classList.toggle("is-unsaved", names.length > 0);
    said.parentNode.hidden = !names.length;
    bar.querySelector("#settings-discard").hidden = !names.length;
    bar.querySelector("[data-saved]").hidden = names.length > 0;
    const text = words.replace("{names}", B24App.asList(names.slice(0, 5))).replace("{more}", names.length - 5);
    /* Whatever is written there is announced, also what stood there before. */
    if (said.textContent !== text) said.textContent = text;
    B24App.follow(placeBar);
    placeBar();
  }

  /* The bar stands at the foot of the page or, where that is not seen, at the foot of what is: but not where it
     takes a third of that, and not over what Tab has just led to. */
  let isByTab = false;

  function placeBar() {
    const bar = document.querySelector(".savebar");
    if (!bar) return B24App.unfollow(placeBar);
    const lift = Number.parseFloat(document.documentElement.style.getPropertyValue("--lift")) || 0;
    const { bottom, height } = bar.getBoundingClientRect();
    const band = B24App.band();
    const room = bottom + lift - pages().getBoundingClientRect().top - height;
    const wanted = Math.max(0, Math.min(bottom + lift - band.bottom, room));
    const foot = bottom + lift - wanted;
    const isAway = band.bottom - band.top < 3 * height || (isByTab && isOver(foot - height, foot));
    document.documentElement.style.setProperty("--lift", `${isAway ? 0 : wanted}px`);
  }

  function isOver(top, bottom) {
    const box = pages().contains(document.activeElement) && document.activeElement.getBoundingClientRect();
    return box && box.bottom > top && box.top < bottom;
  }

  document.addEventListener("pointerdown", () => { isByTab = false; }, true);
  document.addEventListener("keydown", ({ key }) => { isByTab ||= key === "Tab"; }, true);
  document.addEventListener("focusin", () => {
    if (isByTab && document.querySelector(".savebar")) B24App.readBand().then(placeBar);
  });

  /* A frame that grows with its page was too low for the field that the focus went to. */
  let led = null;

  window.addEventListener("resize", () => {
    B24App.readBand().then(placeBar);
    if (led && led === document.activeElement) frame.scrollTo(Math.max(0, led.getBoundingClientRect().top + window.scrollY - 120));
    led = null;
  });

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

  /* What is changed while it is being saved was not sent, so the answer would take it back: it waits. */
  document.addEventListener("htmx:beforeRequest", ({ detail }) => hold(detail, true));
  document.addEventListener("htmx:afterRequest", ({ detail }) => hold(detail, false));

  function hold({ requestConfig: { elt, verb } }, isHeld) {
    if (elt.id !== "settings-form" || verb === "get") return;
    if (isHeld) document.getElementById("settings-save").focus({ preventScroll: true });
    for (const panel of elt.querySelectorAll("[data-panel]")) panel.inert = isHeld;
    document.getElementById("settings-discard").inert = isHeld;
  }

  document.addEventListener("htmx:load", ({ detail: { elt } }) => {
    const form = elt.matches("#settings-form") ? elt : elt.querySelector("#settings-form");
    if (form) {
      for (const button of form.querySelectorAll("[data-choose]")) button.hidden = !frame.isFramed() && !known().length;
      form.querySelector("[data-outside]").hidden = frame.isFramed();
      if (!("unsaved" in form.dataset)) saved = settingsOf(form);
      showUnsaved();
    }
    /* The bar has been saved from a page on which it is not seen afterwards, and has taken the focus along. */
    if (elt === form && document.activeElement === document.body) document.getElementById(pages().dataset.page).focus({ preventScroll: true });
    /* What a save did with the tabs stands on the page that it was pressed on, and on no other. */
    form?.querySelector("[data-done]")?.setAttribute("data-panel", pages().dataset.page);
    if (elt === pages() && linkTo("cards")) showPage(pageAsked(elt));
    const wrong = elt.querySelector("[data-focus], [aria-invalid=true]") || elt.querySelector(".field__error")?.closest("section");
    if (wrong?.closest("[data-panel]")) showPage(wrong.closest("[data-panel]").dataset.panel);
    else if (elt === pages() && kept) document.getElementById(elt.dataset.page).focus({ preventScroll: true });
    led = peopleMissing(wrong) || wrong;
    led?.focus();
    if (elt === pages()) kept = "";
  });

  /* Where nobody was chosen the next step is to choose somebody, if that is possible here. */
  const peopleMissing = (wrong) => wrong?.closest("[data-rule]")?.querySelector("[data-people]:not([hidden]) [data-choose]:not([hidden])");

  function pageAsked(settings) {
    const name = kept || (frame.isFramed() ? "" : location.hash.slice(1));
    return linkTo(name) ? name : settings.dataset.page;
  }

  /* What is read anew is read for the page that is seen. */
  let kept = "";
  document.addEventListener("htmx:configRequest", ({ detail }) => {
    if (detail.verb === "get" && detail.target === pages() && linkTo("cards")) kept = detail.parameters.page = pages().dataset.page;
  });

  /* The code in the address works only once, so a reload outside the frame begins a new login. */
  const start = document.querySelector("[data-sign-in]");
  if (start) history.replaceState(null, "", start.dataset.signIn + location.hash);
})();
