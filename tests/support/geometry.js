/* What a person would see of the words of a page: cut off, over one another, too small to press. */
(least) => {
  const problems = [];
  const name = (one) => {
    const words = (one.getAttribute("aria-label") || one.textContent || one.value || "").trim().replace(/\s+/g, " ");
    return `${one.tagName.toLowerCase()}${one.id ? "#" + one.id : "." + one.className} "${words.slice(0, 60)}"`;
  };
  const style = new Map();
  const styleOf = (one) => {
    if (!style.has(one)) style.set(one, getComputedStyle(one));
    return style.get(one);
  };
  /* For screen readers only: nobody sees it. */
  const isUnseen = (one) => one.closest(".vh, .only-spoken") || styleOf(one).clipPath !== "none" || one.closest("template, svg");
  const isSeen = (one) => one.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && !isUnseen(one);
  const ancestors = (one) => {
    const found = [];
    for (let at = one; at && at !== document.body; at = at.parentElement) found.push(at);
    return found;
  };
  const top = [...document.querySelectorAll("dialog[open], :popover-open")].at(-1);
  const layerOf = (one) => one.closest(":popover-open, dialog[open], .toasts, .savebar, .toolbar") || document.body;
  const isCovered = (one) => top?.matches("dialog") && !top.contains(one) && !one.closest(".toasts");
  const within = (one, edge) => {
    const [left, right] = [Math.max(one.left, edge.left), Math.min(one.right, edge.right)];
    const [up, down] = [Math.max(one.top, edge.top), Math.min(one.bottom, edge.bottom)];
    return new DOMRect(left, up, Math.max(0, right - left), Math.max(0, down - up));
  };
  const texts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    const parent = node.parentElement;
    if (!node.data.trim() || !parent || parent.matches("script, style, template, option, textarea") || !isSeen(parent) || isCovered(parent)) continue;
    if (ancestors(parent).some((one) => styleOf(one).clipPath !== "none")) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    let rects = [...range.getClientRects()].filter((one) => one.width > 0 && one.height > 0);
    const isTheirs = Boolean(parent.closest("bdi, [dir=auto], .unit, .measure"));
    for (const box of ancestors(parent)) {
      const look = styleOf(box);
      if (look.overflowX === "visible" && look.overflowY === "visible") continue;
      const edge = box.getBoundingClientRect();
      /* All of a line is hidden, not cut: what does not fit beside a name is left out. */
      rects = rects.filter((one) => look.overflowY === "visible" || (one.top < edge.bottom - 2 && one.bottom > edge.top + 2));
      const isCut = rects.some((one) =>
        (look.overflowX !== "visible" && (one.left < edge.left - 1 || one.right > edge.right + 1)) ||
        (look.overflowY !== "visible" && (one.top + one.height * 0.3 < edge.top - 1 || one.bottom - one.height * 0.3 > edge.bottom + 1)));
      if (isCut) rects = rects.map((one) => within(one, edge));
      const mayBe = isTheirs && (look.textOverflow === "ellipsis" || look.webkitLineClamp !== "none");
      if (isCut && !mayBe) problems.push(`clipped: ${name(parent)} in ${name(box)}`);
    }
    if (rects.some((one) => one.left < -1 || one.right > innerWidth + 1)) problems.push(`outside: ${name(parent)}`);
    for (const one of rects) texts.push({ node: parent, layer: layerOf(parent), box: one });
  }
  const middle = (box) => [box.top + box.height * 0.3, box.bottom - box.height * 0.3];
  texts.sort((one, other) => one.box.top - other.box.top);
  texts.forEach((one, at) => {
    const [from, to] = middle(one.box);
    for (const other of texts.slice(at + 1)) {
      const [start, end] = middle(other.box);
      if (other.box.top > one.box.bottom) break;
      if (other.layer !== one.layer || other.node === one.node) continue;
      const wide = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left);
      if (wide > 2 && Math.min(to, end) - Math.max(from, start) > 1)
        problems.push(`overlap: ${name(one.node)} and ${name(other.node)}`);
    }
  });
  const controls = [...document.querySelectorAll("button, a[href], input:not([type=hidden]), select")]
    .filter((one) => isSeen(one) && !isCovered(one) && !one.closest(".joined") && ancestors(one).every((at) => styleOf(at).clipPath === "none"))
    .map((one) => ({ one, layer: layerOf(one), box: one.getBoundingClientRect() }));
  for (const { node, layer, box } of texts) {
    const [from, to] = middle(box);
    for (const other of controls) {
      if (other.layer !== layer || other.one.contains(node) || node.contains(other.one) || node.closest("label")?.contains(other.one)) continue;
      const wide = Math.min(box.right, other.box.right) - Math.max(box.left, other.box.left);
      if (wide > 1 && Math.min(to, other.box.bottom) - Math.max(from, other.box.top) > 1)
        problems.push(`over a control: ${name(node)} and ${name(other.one)}`);
    }
  }
  const pen = document.createElement("canvas").getContext("2d");
  /* Where choices are the portal's names, and on the narrowest screens, the opened list shows them whole. */
  /* The search takes what is left of its line; its name says what it is, and its hint ends in an ellipsis. */
  const isLongEnough = (one) => one.id === "find" && one.clientWidth >= 120;
  const isTheirList = (one) => /^(to-|instead-|move-to|email-to|phone-to)/.test(one.id) || innerWidth < 320;
  for (const field of document.querySelectorAll("select, input[placeholder]:not([dir=auto])")) {
    if (!isSeen(field) || isCovered(field) || isTheirList(field) || isLongEnough(field)) continue;
    const look = styleOf(field);
    const words = field.matches("select") ? field.selectedOptions[0]?.label ?? "" : field.value ? "" : field.placeholder;
    pen.font = `${look.fontWeight} ${look.fontSize} ${look.fontFamily}`;
    const room = field.clientWidth - parseFloat(look.paddingLeft) - parseFloat(look.paddingRight);
    if (pen.measureText(words).width > room + 2) problems.push(`clipped: ${name(field)} shows not all of "${words}"`);
  }
  for (const one of document.querySelectorAll("button, a[href], input:not([type=hidden]), select, summary")) {
    if (!isSeen(one) || isCovered(one) || styleOf(one).display === "inline" || one.closest("[inert]")) continue;
    const whole = (one.matches("[type=checkbox], [type=radio]") && (one.closest("label") || one.closest("td, th"))) || one;
    const box = whole.getBoundingClientRect();
    if (box.width && (box.width < least - 0.5 || box.height < least - 0.5))
      problems.push(`small: ${name(one)} ${Math.round(box.width)} x ${Math.round(box.height)}`);
  }
  return [...new Set(problems)];
};
