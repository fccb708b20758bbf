/* The settings page: choosing people in Bitrix24's own dialog, saving the log, sections. */
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
    button.classList.remove("is-busy");
    if (!answer?.ok) return B24App.say("say-silent");
    const link = document.createElement("a");
    link.href = URL.createObjectURL(await answer.blob());
    link.download = "activity.csv";
    link.click();
    URL.revokeObjectURL(link.href);
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
    else if (found("[data-forget]")) found("[data-forget]").closest("li").remove();
    else if (found("[data-csv]")) saveCsv(found("[data-csv]"));
    else if (found("[data-section]")) {
      event.preventDefault();
      goTo(found("[data-section]"));
    }
  });

  document.addEventListener("change", ({ target }) => {
    if (target.matches("[data-who]")) target.closest("tr").querySelector("[data-people]").hidden = target.value !== "users";
  });

  /* What was said about the last try is over with the next one. */
  document.addEventListener("htmx:beforeRequest", ({ detail }) => {
    if (detail.requestConfig.verb !== "get") for (const toast of document.querySelectorAll(".toast--err")) toast.remove();
  });

  /* Outside the frame there is no dialog to choose from; people can still be removed. */
  document.addEventListener("htmx:load", ({ detail: { elt } }) => {
    for (const button of elt.querySelectorAll("[data-choose]")) button.hidden = !frame.isFramed();
    const asked = elt.dataset.sectionAsked;
    if (asked && asked !== "cards") goTo(document.querySelector(`[data-section][href="#${asked}"]`));
    (elt.querySelector("[data-focus], [aria-invalid=true]") || elt.querySelector(".field__error")?.closest("section"))?.focus();
  });

  /* The code in the address works only once, so a reload outside the frame begins a new login. */
  const start = document.querySelector("[data-sign-in]");
  if (start) history.replaceState(null, "", start.dataset.signIn);
})();
