/* What a page adds for one placement: its commands and events. getInterface lists them. */
import { refresh } from "./refresh.js";

const ENTITY_UPDATE_MS = 10_000;

/* Only these cards register commands. Smart invoices, smart processes and orders do not: their
   getInterface is empty and reloadData is silence. */
const ENTITY_TYPES = Object.assign(Object.create(null), {
  CRM_DEAL_DETAIL_TAB: "DEAL", CRM_LEAD_DETAIL_TAB: "LEAD", CRM_CONTACT_DETAIL_TAB: "CONTACT",
  CRM_COMPANY_DETAIL_TAB: "COMPANY", CRM_QUOTE_DETAIL_TAB: "QUOTE",
  CRM_DEAL_LIST_MENU: "DEAL", CRM_LEAD_LIST_MENU: "LEAD", CRM_CONTACT_LIST_MENU: "CONTACT",
  CRM_COMPANY_LIST_MENU: "COMPANY", CRM_QUOTE_LIST_MENU: "QUOTE",
});

const registry = Object.create(null);

/* Returns {commands, events, overrides} of a placement code. `overrides` replace common commands
   and are not commands of the placement, so getInterface does not name them. */
export function placementInterface(code) {
  registry[code] ??= {
    commands: Object.create(null), events: Object.create(null), overrides: Object.create(null),
    ...cardInterface(ENTITY_TYPES[code], code.endsWith("_LIST_MENU")),
  };
  return registry[code];
}

/* Sends an event to every frame that bound itself to it. */
export function firePlacementEvent(code, event, value) {
  for (const reply of placementInterface(code).events[event] ?? []) reply(value);
}

/* Sets the wrapper's size, not the frame's, and answers the size it has then. */
export function resizeWrapper(layout, params, reply) {
  const { style } = layout.wrapper;
  style.width = params.width === "100%" ? "100%" : `${Number.parseInt(params.width, 10) || 100}px`;
  const height = Number.parseInt(params.height, 10);
  if (height) style.height = `${height}px`;
  const box = layout.wrapper.getBoundingClientRect();
  reply({ width: box.width, height: box.height });
}

function cardInterface(type, isList) {
  if (!type) return {};
  return {
    commands: Object.assign(Object.create(null), {
      /* Reaches the other windows of the portal (lists, other cards); a list renews itself, too. */
      reloadData(layout, params, reply) {
        const update = { entityTypeName: type, entityId: layout.params.placementOptions.ID };
        localStorage.setItem("onCrmEntityUpdate", JSON.stringify(update));
        setTimeout(() => localStorage.removeItem("onCrmEntityUpdate"), ENTITY_UPDATE_MS);
        if (isList) refresh("table.list");
        reply();
      },
    }),
    overrides: Object.assign(Object.create(null), {
      resizeWindow: (layout, params, reply) =>
        resizeWrapper(layout, { ...params, width: "100%" }, reply),
    }),
  };
}
