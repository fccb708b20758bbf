/* The button of a page of words: the portal's post, or the address, is sent once more as it was. */
(function () {
  "use strict";

  const place = document.querySelector("[data-again]");
  place.hidden = false;
  place.querySelector("button").addEventListener("click", () => location.reload());
})();
