/* The portal's own choosers. Each resolves to the choice, or to null when it is closed without
   one: the frame that asked then never hears an answer. */

export function portalContext() {
  return JSON.parse(document.getElementById("portal-context").textContent);
}

/* Nobody is preselected. Resolves to a list of users in the shape the frame gets. */
export async function selectUsers(isMultiple) {
  const { users } = portalContext();
  const rows = users.map((user) => ({
    key: user.id, name: user.name, hint: user.position,
    value: {
      id: String(user.id), name: user.name, photo: "", position: user.position,
      url: `/company/personal/user/${user.id}/`, sub: false, sup: false,
    },
  }));
  return choose(isMultiple ? "Select users" : "Select a user", rows, isMultiple);
}

/* Resolves to {contact: {"0": {...}}, ...}: one bucket for each type that has a choice. */
export async function selectCrm(params) {
  const types = [params.entityType ?? ["lead", "contact", "company", "deal"]].flat();
  const answer = await fetch(`/bitrix/tools/crm_entity_selector.php?type=${encodeURIComponent(types)}`);
  const items = await answer.json();
  const rows = items.map((item) => ({
    key: item.id, name: item.title, hint: item.type, value: item,
  }));
  const chosen = await choose("Select CRM items", rows, Boolean(params.multiple));
  if (chosen === null) return null;
  const buckets = {};
  for (const item of chosen) {
    const bucket = (buckets[item.type] ??= {});
    bucket[Object.keys(bucket).length] = item;
  }
  return buckets;
}

function choose(title, rows, isMultiple) {
  const dialog = document.createElement("dialog");
  dialog.className = "selector";
  dialog.setAttribute("aria-label", title);
  const form = document.createElement("form");
  form.method = "dialog";
  const heading = document.createElement("h2");
  heading.textContent = title;
  const list = document.createElement("div");
  list.className = "selector__list";
  list.append(...rows.map((row, index) => option(row, index, isMultiple)));
  form.append(heading, list, footer());
  dialog.append(form);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      const chosen = [...form.elements.choice ? new FormData(form).getAll("choice") : []];
      dialog.remove();
      const isChosen = dialog.returnValue === "select" && chosen.length > 0;
      resolve(isChosen ? chosen.map((index) => rows[Number(index)].value) : null);
    });
  });
}

function option(row, index, isMultiple) {
  const label = document.createElement("label");
  label.className = "selector__option";
  const input = document.createElement("input");
  input.type = isMultiple ? "checkbox" : "radio";
  input.name = "choice";
  input.value = String(index);
  const name = document.createElement("span");
  name.className = "selector__name";
  name.textContent = row.name;
  const hint = document.createElement("span");
  hint.className = "selector__hint";
  hint.textContent = row.hint;
  label.append(input, name, hint);
  return label;
}

function footer() {
  const foot = document.createElement("div");
  foot.className = "selector__foot";
  for (const [value, text] of [["select", "Select"], ["cancel", "Cancel"]]) {
    const button = document.createElement("button");
    button.value = value;
    button.className = value === "select" ? "button button--primary" : "button";
    button.textContent = text;
    foot.append(button);
  }
  return foot;
}
