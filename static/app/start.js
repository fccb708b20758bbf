/* What comes last: coming back to the tab, and the start. */

on("visibilitychange", () => {
  const isBusy = document.querySelector("dialog[open], .pay[aria-busy], .pop:popover-open");
  if (!document.hidden && !isBusy && Date.now() - shownAt > 30000 && byId("toolbar")) htmx.trigger("#toolbar", "renew");
});

window.B24App = Object.freeze({ say, ask, follow, unfollow, band: () => band, asList, readBand, saveFile });
/* A panel is as tall as the window and refuses to be resized. */
if (!("inPanel" in body.dataset)) frame.keepFitting(page);
frame.init().catch(() => {});
