/* Behaviour of the pages around htmx. It holds no words: everything said comes from templates.
   The files of this folder are one script: the app joins them, in the order of b24app/web/plumbing/assets.py,
   inside one function, so that they share what they declare and the page makes one request. */
const frame = window.B24Frame;
const body = document.body;
const page = document.getElementById("page");
const byId = (id) => document.getElementById(id);
const on = (name, handle, capture) => document.addEventListener(name, handle, capture);
const copyOf = (id) => byId(id).content.cloneNode(true);
/* A list as the page's language writes it: it has one of two parts. A page of the previous version has none, and may
   get this script while its process is being replaced. */
const aroundParts = (body.dataset.pair ?? "{0}, {1}").split(/\{[01]\}/);
const asList = (parts) => (parts.length ? aroundParts[0] + parts.join(aroundParts[1]) + aroundParts[2] : "");
/* What is too long, or too private, for an address is posted, but changes nothing. */
const isPosted = (config) => "reads" in config.elt.dataset;
const isWrite = (config) => config.verb !== "get" && !isPosted(config);
/* The same control on the page as it is now: an answer may have replaced it in the meantime. */
const present = (elt) => (elt.isConnected ? elt : byId(elt.id));

/* What is kept for the session of the card. A frame may be refused its storage: then it is forgotten with the page. */
function store(name, value) {
  try {
    sessionStorage.setItem(name, JSON.stringify(value));
  } catch {
    /* As above. */
  }
}

function stored(name) {
  try {
    return JSON.parse(sessionStorage.getItem(name));
  } catch {
    return null;
  }
}

/* Once for all that one answer brings, before the next picture: it tells of every part of every payment by itself,
   and what looks through a long list each time stands still for seconds. */
const due = new Set();
function soon(act) {
  if (!due.size) queueMicrotask(() => {
    const acts = [...due];
    due.clear();
    for (const one of acts) one();
  });
  due.add(act);
}
