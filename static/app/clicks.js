/* Clicks. */

/* The portal closes a panel without a word, or says nothing at all and leaves it open. */
function leavePanel() {
  frame.close();
  setTimeout(say, 1000, "say-not-closed");
}

const clicks = {
  "[data-step]": (button) => step(button.parentNode.querySelector("input"), Number(button.dataset.step)),
  "[data-show]": (button) => arrangeBy({ show: button.dataset.show }),
  "[data-clears]": () => {
    arrangeBy({ find: "", system: "" });
    fillFields();
    byId("find").focus();
  },
  "[data-folds]": fold,
  "[data-keys]": showKeys,
  "[data-prints]": (button) => button.closest(".pop").hidePopover(),
  "[data-opens-row]": showDetails,
  ".pay__open": (button) => toggleRow(button.closest(".pay")),
  "[data-copies]": copyLink,
  "[data-copies-list]": copyList,
  "[data-saves-file]": exportList,
  "[data-unticks]": untickAll,
  "[data-copy-text]": copyText,
  "[data-takes]": takeLink,
  "[data-shows]": show,
  "[data-dismiss]": (button) => leave(button.closest(".toast")),
  "[data-leaves-panel]": leavePanel,
  "[data-close]": (button) => button.closest("dialog").close(),
  "[data-reveals]": (button) => {
    const place = byId(button.dataset.reveals);
    place.hidden = false;
    button.remove();
    (place.querySelector("input, button") || place).focus();
    makeRoom(place.closest("dialog, .pop"));
  },
  "[data-press]": (button) => {
    const form = rereadable(button);
    if (form) return readFormAgain(form, button);
    button.closest("dialog")?.close();
    /* A card without payments is drawn anew, and then it may have no such button. */
    if (button.closest("[data-none]")) byId(button.dataset.press)?.focus({ preventScroll: true });
    byId(button.dataset.press)?.click();
    leave(button.closest(".toast"));
  },
  "[data-retry]": (button) => {
    const toast = button.closest(".toast");
    const failed = causesOf(toast).at(-1);
    leave(toast);
    if (failed) tryAgain(failed);
  },
  "[data-reads-side]": readSide,
  "[data-asks-again]": ({ form }) => askAdvance(form, 0),
  "[data-content]": () => resend(contentAsked),
  "[data-resave]": ({ dataset: { of } }) => {
    byId(of).focus();
    saveAgain(byId(of));
  },
  "[data-use]": (button) => useInstead(button),
  "[data-reopen]": (button) => {
    button.classList.add("is-busy");
    const place = root();
    /* The installer begins anew. */
    if (!place) return frame.reloadWindow();
    newToken().then(() => {
      leave(button.closest(".toast"));
      /* Settings that were typed stay as they are: a new session is all they need to be saved. */
      if (byId("settings-form")) button.closest(".empty")?.remove();
      else request("GET", place.id === "tab" ? "/payments" : "/settings", { target: place, swap: "outerHTML" });
    }, () => {
      button.classList.remove("is-busy");
      frame.reloadWindow();
    });
  },
  "[data-unlocks]": (button) => ask(button.dataset.unlocks, button, () => {
    const place = present(button)?.closest("[data-fraction]").nextElementSibling;
    if (!place) return say("say-renewed");
    unlock(place);
    place.querySelector("input").focus();
  }),
  "a[data-portal-path]": (link, event) => {
    if (!frame.isFramed()) return;
    event.preventDefault();
    frame.openPath(link.dataset.portalPath).then((answer) => {
      if (answer?.result === "error") window.open(link.href, "_blank", "noopener");
    });
  },
  "dialog[closedby=any]": pressedBeside,
  "[data-toggles]": clickRow,
};

on("click", (event) => {
  for (const [selector, act] of Object.entries(clicks)) {
    const pressed = event.target.closest?.(selector);
    if (pressed) return act(pressed, event);
  }
});
