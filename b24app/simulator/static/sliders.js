/* Panels that slide over the portal. They live in the top window of the portal, so that a card
   inside a slider opens the next one above itself. */
const ANIMATION_MS = 250;

/* Returns the sliders of the outermost portal page; a foreign top window is not asked. */
export function sliders() {
  let found = window;
  try {
    for (let page = window; page !== page.parent; page = page.parent) {
      if (page.parent.portalSliders) found = page.parent;
    }
  } catch {
    /* A page of another origin frames the portal: its own sliders serve. */
  }
  return found.portalSliders;
}

export class Sliders {
  /* `load(root, componentParams)` renders an application, `unload(root)` forgets it. */
  constructor({ load, unload }) {
    this.load = load;
    this.unload = unload;
    this.stack = [];
  }

  top() {
    return this.stack.at(-1);
  }

  /* Takes `url` (a portal page) or `application` (parameters of a new render). */
  open(options) {
    const slider = {
      ...options, panel: document.createElement("div"), cameFrom: document.activeElement,
    };
    slider.panel.className = "side-panel";
    slider.panel.setAttribute("role", "region");
    slider.panel.setAttribute("aria-label", slider.title || "Panel");
    slider.panel.style.zIndex = String(1000 + this.stack.length);
    slider.panel.append(this.overlay(slider), this.container(slider));
    document.body.append(slider.panel);
    document.body.classList.add("has-slider");
    this.stack.push(slider);
    this.fill(slider);
    slider.panel.querySelector(".side-panel__label").focus();
    requestAnimationFrame(() => slider.panel.classList.add("side-panel--open"));
    return slider;
  }

  overlay(slider) {
    const overlay = document.createElement("div");
    overlay.className = "side-panel__overlay";
    overlay.addEventListener("click", () => this.close(slider));
    return overlay;
  }

  container(slider) {
    const box = document.createElement("div");
    box.className = "side-panel__container";
    box.dataset.titled = "";
    if (slider.width) box.style.width = `${slider.width}px`;
    else if (slider.leftBoundary) box.style.width = `calc(100% - ${slider.leftBoundary}px)`;
    slider.body = document.createElement("div");
    slider.body.className = "side-panel__body";
    if (slider.application) box.append(this.titleBar(slider));
    box.append(this.label(slider), slider.body);
    return box;
  }

  titleBar(slider) {
    const title = document.createElement("h2");
    title.className = "side-panel__title";
    title.dataset.title = "";
    title.textContent = slider.title || "";
    return title;
  }

  label(slider) {
    const label = document.createElement("button");
    label.type = "button";
    label.className = "side-panel__label";
    label.setAttribute("aria-label", "Close panel");
    label.textContent = slider.label?.text ?? "";
    const color = String(slider.label?.bgColor ?? "");
    if (/^[a-z]+$/.test(color)) label.classList.add(`side-panel__label--${color}`);
    if (slider.label?.color) label.style.color = slider.label.color;
    label.addEventListener("click", () => this.close(slider));
    return label;
  }

  fill(slider) {
    if (slider.application) {
      this.load(slider.body, slider.application);
      return;
    }
    const url = new URL(slider.url, location.origin);
    url.searchParams.set("IFRAME", "Y");
    url.searchParams.set("IFRAME_TYPE", "SIDE_SLIDER");
    const frame = document.createElement("iframe");
    frame.className = "side-panel__iframe";
    frame.title = slider.title || "Panel";
    frame.src = url.href;
    slider.body.append(frame);
  }

  close(slider) {
    if (!this.stack.includes(slider)) return;
    this.stack.splice(this.stack.indexOf(slider), 1);
    slider.panel.classList.remove("side-panel--open");
    document.body.classList.toggle("has-slider", this.stack.length > 0);
    slider.onClose?.();
    slider.cameFrom?.focus();
    setTimeout(() => {
      this.unload(slider.body);
      slider.panel.remove();
    }, ANIMATION_MS);
  }

  /* After an installation the install slider closes and the application opens in its place. */
  reopen(slider) {
    const { url, width, title } = slider;
    this.close(slider);
    this.open({ url, width, title });
  }
}
