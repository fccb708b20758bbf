/* The portal's side of the frame protocol: one AppLayout per rendered application frame.
   A message that is foreign, denied or unknown is met with silence, never with an error. */
import { COMMANDS, isDenied } from "./commands.js";
import { firePlacementEvent, placementInterface } from "./placements.js";

const layouts = [];

/* Splits on every colon: first piece method, last sid, last but one callback, the rest params. */
export function parseMessage(data) {
  if (typeof data === "object" && data !== null) {
    return {
      method: String(data.method), params: data.params ?? [],
      callback: String(data.callback ?? ""), sid: String(data.appSid ?? ""),
    };
  }
  if (typeof data !== "string") return null;
  const pieces = data.split(":");
  const method = pieces.shift();
  const sid = pieces.pop() ?? "";
  const callback = pieces.pop() ?? "";
  const json = pieces.join(":");
  try {
    return { method, params: json === "" ? [] : JSON.parse(json), callback, sid };
  } catch {
    return null;
  }
}

/* PHP prints an empty map as a list. */
function emptyAsList(options) {
  return Object.keys(options).length === 0 ? [] : options;
}

export class AppLayout {
  constructor(root, params) {
    this.root = root;
    this.params = params;
    this.auth = params.auth;
    this.isFirstRun = params.isFirstRun;
    this.wrapper = document.getElementById(`appframe_layout_${params.sid}`);
    this.frame = document.getElementById(`appframe_${params.sid}`);
    this.origin = new URL(params.handler).origin;
    this.listener = (event) => this.receive(event);
  }

  /* Listens first, then submits the form into the frame by the frame's name. */
  start() {
    layouts.push(this);
    window.addEventListener("message", this.listener);
    this.frame.addEventListener("load", () => this.show(), { once: true });
    const form = document.createElement("form");
    form.method = "post";
    form.action = this.params.handler;
    form.target = this.frame.name;
    form.hidden = true;
    for (const [name, value] of this.params.fields) {
      const field = document.createElement("input");
      field.type = "hidden";
      field.name = name;
      field.value = value;
      form.append(field);
    }
    document.body.append(form);
    /* Not form.submit(): a field could be named "submit" and hide the method. */
    HTMLFormElement.prototype.submit.call(form);
  }

  show() {
    this.frame.classList.remove("app-loading");
    document.getElementById(`appframe_loading_${this.params.sid}`)?.remove();
  }

  stop() {
    window.removeEventListener("message", this.listener);
    layouts.splice(layouts.indexOf(this), 1);
  }

  receive(event) {
    if (event.origin !== this.origin) return;
    const message = parseMessage(event.data);
    if (message === null || message.sid !== this.params.sid) return;
    const command = this.command(message.method);
    command?.(this, message.params, (value) => this.reply(message.callback, value));
  }

  command(method) {
    if (isDenied(this.params, method)) return undefined;
    const { commands, overrides } = placementInterface(this.params.placement);
    return commands[method] ?? overrides[method] ?? COMMANDS[method];
  }

  /* An absent value leaves nothing behind the colon. */
  reply(callback, value) {
    if (callback === "") return;
    const text = value === undefined ? "" : JSON.stringify(value);
    this.frame.contentWindow?.postMessage(`${callback}:${text}`, this.origin);
  }

  heading() {
    return this.root.closest("[data-titled]").querySelector("[data-title]");
  }

  initData() {
    const { params, auth } = this;
    const answer = {
      LANG: params.lang, DOMAIN: location.host, PROTOCOL: params.protocol, PATH: "/rest",
      AUTH_ID: auth.AUTH_ID, AUTH_EXPIRES: auth.AUTH_EXPIRES, REFRESH_ID: auth.REFRESH_ID,
      MEMBER_ID: params.memberId, FIRST_RUN: this.isFirstRun, IS_ADMIN: params.isAdmin,
      INSTALL: params.isInstall, USER_OPTIONS: emptyAsList(params.userOptions),
      APP_OPTIONS: emptyAsList(params.appOptions), PLACEMENT: params.placement,
      PLACEMENT_OPTIONS: params.placementOptions,
    };
    this.isFirstRun = false;
    return answer;
  }

  /* Posts to the portal's own server and resolves to the JSON of its answer. */
  async ask(fields) {
    const { sessid, site } = document.body.dataset;
    const answer = await fetch(
      `/bitrix/components/bitrix/app.layout/ajax.php?&site=${site}&sessid=${sessid}`,
      { method: "POST", keepalive: true, body: new URLSearchParams(fields) },
    );
    if (!answer.ok) throw new Error(`The portal answered ${answer.status}.`);
    return answer.json();
  }
}

/* Starts the application whose markup (wrapper, frame, parameters) lies in `root`. */
export function startApplication(root) {
  const block = root.querySelector("script[data-app-layout]");
  if (!block) return;
  new AppLayout(root, JSON.parse(block.textContent)).start();
}

export function stopApplications(root) {
  for (const layout of layouts.filter((one) => root.contains(one.frame))) layout.stop();
}

/* Asks the portal for a new render of an application and puts it into `root`. A failed load
   counts as loaded: the place stays empty until the page itself is loaded again. */
export async function loadApplication(root, componentParams, loaderId = "") {
  const { sessid, site } = document.body.dataset;
  const body = new URLSearchParams();
  appendFields(body, "PARAMS[params]", componentParams);
  if (loaderId) body.append("LOADER_ID", loaderId);
  const answer = await fetch(
    `/bitrix/components/bitrix/app.layout/lazyload.ajax.php?&site=${site}&sessid=${sessid}`,
    { method: "POST", body },
  );
  if (!answer.ok) return;
  root.innerHTML = await answer.text();
  startApplication(root);
}

/* A form knows only strings: {a: {b: 1}} becomes prefix[a][b]=1. */
function appendFields(body, prefix, value) {
  if (typeof value === "object" && value !== null) {
    for (const [key, inner] of Object.entries(value)) appendFields(body, `${prefix}[${key}]`, inner);
  } else {
    body.append(prefix, value ?? "");
  }
}

/* Browser tests and curious people reach the running page through this name. */
window.portalFrames = { layouts, placementInterface, firePlacementEvent, parseMessage };
