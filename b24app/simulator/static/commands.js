/* What every application may ask of the page that frames it. A command gets the layout, the
   parameters and `reply`; one that does not call `reply` is silent, as on a portal. */
import { selectCrm, selectUsers } from "./dialogs.js";
import { placementInterface, resizeWrapper } from "./placements.js";
import { sliders } from "./sliders.js";

/* setTitle belongs to the application's own page; a slider of openApplication scrolls by itself. */
export function isDenied(params, method) {
  if (method === "setTitle") return params.placement !== "DEFAULT";
  if (method === "resizeWindow") return params.isPopup;
  return false;
}

function pathOf(value) {
  if (typeof value !== "string" || !value.startsWith("/")) return null;
  try {
    const url = new URL(decodeURI(value), location.origin);
    return url.origin === location.origin ? url : null;
  } catch {
    return null;
  }
}

function openPath(layout, params, reply) {
  const url = pathOf(params.path);
  if (url === null) {
    reply({ result: "error", errorCode: "PATH_NOT_AVAILABLE" });
  } else if (/Android|iPhone|iPad|Mobile/.test(navigator.userAgent)) {
    reply({ result: "error", errorCode: "METHOD_NOT_SUPPORTED_ON_DEVICE" });
  } else {
    url.searchParams.set("from", "rest_placement");
    url.searchParams.set("from_app", layout.params.clientId);
    sliders().open({
      url: url.pathname + url.search + url.hash, onClose: () => reply({ result: "close" }),
    });
  }
}

/* Opens the application's own page, never the placement's handler. Keys without the prefix
   become its options. */
function openApplication(layout, params, reply) {
  const options = Object.entries(params).filter(([name]) => !name.startsWith("bx24_"));
  sliders().open({
    application: {
      PLACEMENT: "DEFAULT", PLACEMENT_OPTIONS: Object.fromEntries(options),
      ID: layout.params.appId, POPUP: 1,
    },
    appCode: layout.params.appCode,
    width: Number(params.bx24_width) || null,
    leftBoundary: Number(params.bx24_leftBoundary) || null,
    title: params.bx24_title,
    label: params.bx24_label,
    onClose: () => reply(),
  });
}

/* A slider of a link (/marketplace/view/) stays: whether a portal closes it is not certain. */
function closeApplication(layout, params, reply) {
  const top = sliders().top();
  const isOurs = top?.appCode === layout.params.appCode
    || (top?.url ?? "").startsWith("/devops/placement/")
    || (top?.url ?? "").startsWith(`/marketplace/app/${layout.params.appCode}/`);
  if (top && isOurs) {
    reply();
    sliders().close(top);
  }
}

async function refreshAuth(layout, params, reply) {
  try {
    layout.auth = await layout.ask({ action: "access_refresh" });
  } catch {
    /* oxlint-disable-next-line no-alert -- The portal shows a box, and is silent towards the frame. */
    window.alert("Unable to get a new access token for the application.");
    return;
  }
  reply(layout.auth);
}

/* The page goes away whatever the server said: it answers false to those who may not install. */
async function setInstallFinish(layout, params) {
  await layout.ask({ action: "set_installed", v: params.value === false ? "N" : "Y" });
  const slider = sliders().top();
  if (slider && document.body.classList.contains("is-slider")) {
    sliders().reopen(slider);
    return;
  }
  const url = new URL(location.href);
  url.searchParams.set("install_finished", "Y");
  location.assign(url);
}

async function setAppOption(layout, params, reply) {
  if (!layout.params.isAdmin) return;
  const fields = { action: "set_option", name: params.name, value: params.value };
  layout.params.appOptions = await layout.ask(fields);
  reply(layout.params.appOptions);
}

export const COMMANDS = Object.assign(Object.create(null), {
  getInitData: (layout, params, reply) => reply(layout.initData()),
  setInstall(layout, params, reply) {
    layout.ask({ action: "set_first_run", v: params.install ? "Y" : "N" });
    reply(params);
  },
  setInstallFinish,
  refreshAuth,
  resizeWindow: resizeWrapper,
  setTitle(layout, params, reply) {
    layout.heading().textContent = String(params.title);
    reply(params);
  },
  setScroll(layout, params, reply) {
    const isInSlider = document.body.classList.contains("is-slider");
    if (!isInSlider && params.scroll >= 0) window.scrollTo(window.scrollX, Number(params.scroll));
    reply(params);
  },
  reloadWindow: () => location.reload(),
  openPath,
  openApplication,
  closeApplication,
  async selectUser(layout, params, reply) {
    const users = await selectUsers(Boolean(params.mult));
    if (users !== null) reply(params.mult ? users : users[0]);
  },
  async selectCRM(layout, params, reply) {
    const chosen = await selectCrm(params);
    if (chosen !== null) reply(chosen);
  },
  getInterface(layout, params, reply) {
    const own = placementInterface(layout.params.placement);
    reply({ command: Object.keys(own.commands), event: Object.keys(own.events) });
  },
  placementBindEvent(layout, params, reply) {
    placementInterface(layout.params.placement).events[params.event]?.push(reply);
  },
  setUserOption(layout, params, reply) {
    layout.params.userOptions = { ...layout.params.userOptions, [params.name]: params.value };
    layout.ask({ action: "set_user_option", name: params.name, value: params.value });
    reply(params);
  },
  setAppOption,
});
