"use strict";
// Draws the page from the JSON beside it. Text only ever becomes text: no value of an object can be markup here.

const contents = JSON.parse(document.getElementById("contents").textContent);
const { texts, paths, layers, stories, objects, files, results, difference, services, graphs } = contents;
const [TEXT, PATH, STORY, WIDTH] = [0, 1, 2, 3]; // of a line
const [KIND, SAID, NAME, PLACE, FIELD, THROUGH, DEPENDS, AT] = [0, 1, 2, 3, 4, 5, 6, 7]; // of a layer
const KINDS = {
  base: "what every service starts from",
  overlay: "added by what the service is",
  preset: "a preset that was asked for",
  profile: "the defaults of a profile",
  modelservice: "the ModelService itself",
  layer: "a layer given with -f",
  set: "--set on the command line",
  patch: "a patch of the ModelService",
  edit: "edited by hand in the generated file",
  file: "an object that no ModelService made",
  kubernetes: "filled in by the API server",
};
const WAYS = { changed: "~", added: "+", removed: "-", renamed: ">" };
const WORDS = { changed: "changed", added: "created", removed: "deleted", renamed: "renamed" };
const EFFECTS = { recreate: "refused", restart: "pods restart", created: "created", deleted: "deleted", replicas: "replicas", note: "note" };
const SMALLEST = 0.75; // of its size: a picture that is larger than its place is made smaller down to this, and scrolls then
const MOST = 300; // lines that a search shows
const WORKLOADS = ["Deployment", "LeaderWorkerSet", "DisaggregatedSet", "StatefulSet"];
const byId = (id) => document.getElementById(id);
const main = byId("main");

function el(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

const plural = (count, one) => `${count} ${one}${count === 1 ? "" : "s"}`;
const baseName = (place) => place.slice(place.lastIndexOf("/") + 1);
const worst = (found) => ["error", "warning", "info"].find((severity) => found.some((one) => one.severity === severity));

// ---- what is about what

const numbers = new Map(objects.map((object, number) => [object.key, number]));
const resultsOf = objects.map(() => []);
const resultsIn = files.map(() => []);
results.forEach((result) => {
  if (result.object !== null) resultsOf[result.object].push(result);
  if (result.at) resultsIn[result.at[0]].push(result);
});
const changeOf = new Map();
if (difference) difference.objects.forEach((change) => change.object !== null && changeOf.set(change.object, change));

function lineOf(object, line) {
  const at = line * WIDTH;
  const story = object.lines[at + STORY];
  return { text: texts[object.lines[at + TEXT]], path: paths[object.lines[at + PATH]] || "", story: story < 0 ? null : stories[story] };
}

function stepsOf(story) {
  const steps = [];
  for (let at = 0; at < story.length; at += 2) steps.push({ layer: layers[story[at]], value: story[at + 1] < 0 ? null : texts[story[at + 1]] });
  return steps.reverse();
}

function short(layer) {
  const [kind, , name, place] = layer;
  if (kind === "kubernetes") return "kubernetes";
  if (kind === "set") return place;
  if (kind === "base") return `base ${baseName(place)}`;
  if (["overlay", "preset", "profile"].includes(kind)) return `${kind} ${name || baseName(place)}`;
  const where = baseName(place).replace(/:\d+$/, "");
  return kind === "patch" || kind === "edit" ? `${kind} ${where}` : where || kind;
}

// ---- pieces

const chip = (kind) => el("span", { class: `chip of-${kind}` }, kind);
const objectLink = (number, line) => `#object/${number}${line === null || line === undefined ? "" : `/${line + 1}`}`;

function placeLink(place, at) {
  const text = place || (at ? files[at[0]].name : "");
  if (!at) return el("span", { class: "mono" }, text);
  const shown = files[at[0]].ours && at[1] > 1 ? `${text}:${at[1]}` : text;
  return el("a", { class: "mono", href: `#file/${at[0]}/${at[1]}` }, shown);
}

function resultCard(result) {
  const about = result.object === null ? null : objects[result.object];
  const story = about && result.line !== null ? lineOf(about, result.line).story : null;
  const setter = story && !result.at ? layers[story[story.length - 2]] : null; // where to mend it
  return el("li", { class: `card ${result.severity}` },
    el("p", null, el("span", { class: `badge ${result.severity}` }, result.severity), " ", result.message),
    el("div", { class: "where" },
      placeLink(result.place, result.at), setter ? el("span", null, "set by ", placeLink(setter[PLACE], setter[AT])) : null,
      about ? el("a", { href: objectLink(result.object, result.line) }, `${about.kind} ${about.name}`) : result.about && el("span", null, result.about),
      result.field && el("code", null, result.field)),
    contents.checks[result.check]
      ? el("details", null, el("summary", null, `check ${result.check}`), el("p", null, contents.checks[result.check]))
      : el("p", { class: "quiet" }, `check ${result.check}`));
}

const pieces = (said) => said.map(([style, text], place) =>
  el("span", { class: style ? `s-${style.split(" ").pop()}` : null }, place ? text : text.replace(/^ /, "").replace(/^\n/, "")));

function changeCard(change) {
  const impact = change.impact.filter((one) => !(one.effect === "created" && change.way === "added"));
  return el("article", { class: `card ${change.way}` },
    el("p", null,
      el("span", { class: `badge ${change.way}` }, WORDS[change.way]), " ",
      change.object === null ? el("b", null, change.title) : el("a", { href: objectLink(change.object) }, el("b", null, change.title))),
    impact.length ? el("ul", { class: "impact" }, impact.map((one) => el("li", null,
      change.way === "removed" ? null : el("span", { class: `badge ${one.effect}` }, EFFECTS[one.effect] || one.effect), " ", one.message,
      one.effect === "recreate" && one.paths.length ? el("span", { class: "quiet" }, ` (${one.paths.join(", ")})`) : null))) : null,
    change.fields.length ? el("ul", { class: "fields" }, change.fields.map((field) => el("li", null,
      field.line === null ? el("span", null, `${field.path}:`) : el("a", { href: objectLink(change.object, field.line) }, `${field.path}:`),
      el("pre", null, pieces(field.said))))) : null);
}

function coloured(text) {
  const found = /^(\s*(?:- )*)("[^"]*"|'[^']*'|[^\s"'#][^:]*)(:)(?=\s|$)/.exec(text);
  return found ? [found[1], el("span", { class: "key" }, found[2] + found[3]), text.slice(found[0].length)] : [text];
}

function yamlLines(number) {
  const object = objects[number];
  const count = object.lines.length / WIDTH;
  const told = new Map();
  const beside = (line, kind, text) => told.set(line, [...(told.get(line) || []), el("span", { class: `beside ${kind}` }, ...[text].flat())]);
  resultsOf[number].forEach((result) => result.line !== null && beside(result.line, result.severity, `${result.severity}: ${result.message}`));
  const change = changeOf.get(number);
  if (change) change.fields.forEach((field) => field.line !== null && beside(field.line, "change", [`changed${field.isThere ? "" : ` ${field.path}`}: `, ...pieces(field.said)]));
  const list = el("ol", { class: "yaml", role: "listbox", "aria-label": `YAML of ${object.kind} ${object.name}` });
  let before = null;
  let at = 0;
  for (let line = 0; line < count; line++) {
    const { text, story } = lineOf(object, line);
    const layer = story ? layers[story[story.length - 2]] : null;
    const who = layer ? short(layer) : "";
    const kind = worst(resultsOf[number].filter((result) => result.line === line));
    const item = el("li", {
      role: "option", "data-line": line, tabindex: line ? "-1" : "0", "aria-selected": "false",
      class: `${layer ? `told of-${layer[KIND]}` : ""} ${kind === "error" ? "error" : ""}`.trim(), "aria-label": `${text.trim()}${who ? `, ${who}` : ""}`,
    },
    el("span", { class: "bar" }), el("span", { class: "number" }, String(at + 1)),
    el("span", { class: "who" }, who && who !== before ? who : ""), el("pre", null, coloured(text)), told.get(line) || []);
    at += text.split("\n").length;
    before = layer ? who : before;
    list.append(item);
  }
  return list;
}

function legend(number, list) {
  const counts = new Map();
  const object = objects[number];
  for (let line = 0; line < object.lines.length / WIDTH; line++) {
    const { story } = lineOf(object, line);
    if (story) counts.set(layers[story[story.length - 2]][KIND], (counts.get(layers[story[story.length - 2]][KIND]) || 0) + 1);
  }
  const buttons = Object.keys(KINDS).filter((kind) => counts.has(kind)).map((kind) => el("button", {
    type: "button", class: `chip of-${kind}`, "aria-pressed": "false", title: KINDS[kind],
    onclick: (event) => {
      const pressed = event.currentTarget.getAttribute("aria-pressed") !== "true";
      buttons.forEach((button) => button.setAttribute("aria-pressed", String(button === event.currentTarget && pressed)));
      list.classList.toggle("only", pressed);
      list.querySelectorAll("li").forEach((item) => item.classList.toggle("shown", item.classList.contains(`of-${kind}`)));
    },
  }, kind, el("span", null, String(counts.get(kind)))));
  return el("div", { class: "legend", role: "group", "aria-label": "Layers: show the lines of one" }, buttons);
}

function picture(group) {
  const drawn = document.adoptNode(new DOMParser().parseFromString(group.svg, "image/svg+xml").documentElement);
  drawn.setAttribute("role", "group");
  drawn.style.minWidth = `${Number(drawn.getAttribute("width")) * SMALLEST}px`;
  drawn.setAttribute("aria-label", "How the objects find one another");
  drawn.querySelectorAll(".node").forEach((node) => {
    const number = numbers.get(node.dataset.key);
    if (number === undefined) return node.removeAttribute("tabindex");
    node.dataset.object = number;
    node.setAttribute("role", "link");
    node.setAttribute("aria-label", `${objects[number].kind} ${objects[number].name}`);
    const open = () => { location.hash = objectLink(number); };
    node.addEventListener("click", open);
    node.addEventListener("keydown", (event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); open(); } });
  });
  return el("div", { class: "picture" }, drawn);
}

function graphPanel(group, open) {
  const of = group.service === null ? "other objects" : services[group.service].name;
  return el("details", { class: "graph", open, ontoggle: (event) => { graphIsOpen = event.currentTarget.open; } },
    el("summary", null, "How the objects find one another", graphs.length > 1 ? el("span", { class: "quiet" }, ` – ${of}`) : null),
    picture(group),
    group.problems.length ? el("ul", { class: "problems" }, group.problems.map((problem) => el("li", null, problem))) : null);
}

// ---- the story of a line

const storyPanel = byId("story");
let shownLine = null; // [object, line]: what the panel tells while the mouse is nowhere

function tellStory(number, line) {
  const object = objects[number];
  const { text, path, story } = lineOf(object, line);
  const parts = [el("button", { type: "button", class: "close", "aria-label": "Close", onclick: closeStory }, "×")];
  if (!story) {
    parts.push(el("p", { class: "path" }, text.trim()), el("p", { class: "quiet" }, path ? "Nothing is known of where this is from." : "Holds the lines below, each of which has a layer of its own."));
  } else {
    const [last, ...replaced] = stepsOf(story);
    parts.push(el("p", { class: "path" }, path || object.kind));
    parts.push(el("pre", { class: "value" }, text.replace(/^\s*(- )*/, "")));
    parts.push(el("h3", null, "Set by"), el("ol", null, step(last)));
    parts.push(el("h3", null, replaced.length ? "It replaced" : "It replaced nothing"), el("ol", null, replaced.map(step)));
  }
  const change = changeOf.get(number);
  const changed = change ? change.fields.filter((field) => field.line === line) : [];
  if (changed.length) parts.push(el("h3", null, "Changed"), ...changed.map((field) => el("pre", { class: "value" }, field.isThere ? null : `${field.path}: `, pieces(field.said))));
  const about = resultsOf[number].filter((result) => result.line === line);
  if (about.length) parts.push(el("h3", null, "Results"), el("ul", null, about.map(resultCard)));
  storyPanel.replaceChildren(...parts);
  storyPanel.classList.add("open");
}

function step({ layer, value }) {
  const isOurs = layer[AT] && files[layer[AT][0]].ours;
  return el("li", { class: `step of-${layer[KIND]}` },
    el("span", { class: `chip of-${layer[KIND]}` }, layer[KIND]), " ", layer[NAME] ? el("b", null, layer[NAME]) : null,
    value === null ? null : el("p", { class: "mono" }, el("del", null, value)),
    layer[PLACE] ? el("p", null, placeLink(layer[PLACE], layer[AT])) : null,
    layer[FIELD] && layer[KIND] !== "file" ? el("p", { class: "mono quiet" }, layer[FIELD]) : null,
    layer[THROUGH] ? el("p", { class: "quiet" }, `put in by ${layer[THROUGH]}`) : null,
    layer[DEPENDS].length ? el("p", { class: "quiet" }, `depends on ${layer[DEPENDS].join(", ")}, too`) : null,
    el("p", { class: "quiet" }, KINDS[layer[KIND]] + (isOurs ? ", part of modelservice" : "")));
}

function closeStory() {
  storyPanel.classList.remove("open");
  const line = main.querySelector('.yaml li[aria-selected="true"]');
  if (line) line.focus();
}

function noStory() {
  shownLine = null;
  storyPanel.classList.remove("open");
  const used = Object.entries(KINDS).filter(([kind]) => layers.some((layer) => layer[KIND] === kind));
  storyPanel.replaceChildren(
    el("p", null, objects.length ? "Point at a line, or choose one, and its story is told here: who set it, where, and what it replaced." : ""),
    used.length ? el("h3", null, "Layers, the lowest first") : "",
    el("ul", null, used.map(([kind, what]) => el("li", { class: `step of-${kind}` }, chip(kind), el("p", { class: "quiet" }, what)))));
}

function select(list, item, focus) {
  list.querySelectorAll('[aria-selected="true"]').forEach((other) => { other.setAttribute("aria-selected", "false"); other.tabIndex = -1; });
  list.querySelectorAll('[tabindex="0"]').forEach((other) => { other.tabIndex = -1; });
  item.setAttribute("aria-selected", "true");
  item.tabIndex = 0;
  if (focus) item.focus();
  shownLine = [Number(list.dataset.object), Number(item.dataset.line)];
  tellStory(...shownLine);
  history.replaceState(null, "", objectLink(...shownLine));
}

function listen(list, number) {
  list.dataset.object = number;
  let under = null; // the line that the mouse is over; a page that moves below a mouse that rests tells nothing
  list.addEventListener("mousemove", (event) => {
    const item = event.target.closest("li");
    if (!item || item === under || !(event.movementX || event.movementY)) return;
    under = item;
    tellStory(number, Number(item.dataset.line));
  });
  list.addEventListener("mouseleave", () => { if (under) { under = null; if (shownLine) tellStory(...shownLine); else noStory(); } });
  list.addEventListener("click", (event) => {
    const item = event.target.closest("li");
    if (item && !String(window.getSelection())) select(list, item, true);
  });
  list.addEventListener("focusin", (event) => {
    const item = event.target.closest("li");
    if (item && item.getAttribute("aria-selected") !== "true" && item.matches(":focus-visible")) select(list, item, false);
  });
  list.addEventListener("keydown", (event) => {
    const item = event.target.closest("li");
    if (!item || event.ctrlKey || event.metaKey || event.altKey) return;
    const to = { ArrowDown: item.nextElementSibling, ArrowUp: item.previousElementSibling, Home: list.firstElementChild, End: list.lastElementChild }[event.key];
    if (to) { event.preventDefault(); select(list, to, true); }
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      select(list, item, true);
      const link = storyPanel.querySelector("a");
      if (link) link.focus();
    }
  });
}

storyPanel.addEventListener("keydown", (event) => { if (event.key === "Escape") closeStory(); });

// ---- views

let graphIsOpen = true;
let graphOf = null; // the group whose graph is drawn, and its element

function showObject(number, line) {
  const object = objects[number];
  if (!object) return showNothing();
  const group = graphs.find((one) => one.service === object.service);
  if (group && (!graphOf || graphOf.group !== group)) graphOf = { group, panel: graphPanel(group, graphIsOpen) };
  if (group && byId("graph").firstChild !== graphOf.panel) byId("graph").replaceChildren(graphOf.panel);
  byId("graph").querySelectorAll(".node").forEach((node) => node.classList.toggle("selected", node.dataset.object === String(number)));
  const list = yamlLines(number);
  listen(list, number);
  const about = resultsOf[number].filter((result) => result.line === null);
  const change = changeOf.get(number);
  main.replaceChildren(...[
    contents.failed ? el("p", { class: "card error" }, "Nothing was generated, since there are errors: ", el("a", { href: "#results" }, "see the results"), ". This is what would be.") : null,
    el("div", { class: "heading" },
      el("h1", null, `${object.kind} ${object.name}`),
      el("span", { class: "quiet" }, `${object.apiVersion}${object.namespace ? `, namespace ${object.namespace}` : ""}`),
      change ? el("a", { href: "#difference" }, el("span", { class: `badge ${change.way}` }, WORDS[change.way])) : null,
      el("span", { class: "steps" },
        order.indexOf(number) > 0 ? el("a", { href: objectLink(order[order.indexOf(number) - 1]), "aria-keyshortcuts": "[" }, "previous") : null,
        order.indexOf(number) < order.length - 1 ? el("a", { href: objectLink(order[order.indexOf(number) + 1]), "aria-keyshortcuts": "]" }, "next") : null)),
    about.length ? el("ul", null, about.map(resultCard)) : null,
    legend(number, list), list].filter(Boolean));
  if (line === null) return noStory();
  const item = list.children[Math.min(line, list.children.length - 1)];
  if (!item) return noStory();
  select(list, item, false);
  item.focus({ preventScroll: true });
  item.scrollIntoView({ block: window.matchMedia("(max-width: 860px)").matches ? "start" : "center" }); // there the story is below
}

function showNothing() {
  noStory();
  main.replaceChildren(el("h1", null, contents.failed ? "Nothing was generated" : "There is no object"),
    contents.failed ? el("p", null, "There are errors: ", el("a", { href: "#results" }, "see the results"), ".") : "");
}

function showResults() {
  noStory();
  const of = (severity) => results.filter((result) => result.severity === severity);
  const counted = ["error", "warning", "info"].map((severity) => [of(severity).length, severity]).filter(([count]) => count);
  main.replaceChildren(el("div", { class: "heading" }, el("h1", null, "Results"),
    el("span", { class: "quiet" }, counted.map(([count, severity]) => plural(count, severity)).join(", ") || "nothing to tell: no errors, no warnings")),
  contents.failed ? el("p", null, objects.length ? "With errors nothing is generated; the objects here are what would be." : "With errors nothing is generated.") : "",
  el("ul", null, ["error", "warning", "info"].flatMap(of).map(resultCard)));
}

function showDifference() {
  noStory();
  main.replaceChildren(el("div", { class: "heading" }, el("h1", null, "Difference"),
    el("span", { class: "quiet" }, el("code", null, difference.old), " → ", el("code", null, difference.new))),
  el("p", null, difference.summary || "Both sides mean the same."), ...difference.objects.map(changeCard));
}

function showFile(number, line) {
  noStory();
  const file = files[number];
  if (!file) return showNothing();
  const list = el("ol", { class: "yaml", "aria-label": file.name });
  const lines = file.text.replace(/\n$/, "").split("\n");
  lines.forEach((text, place) => {
    const about = resultsIn[number].filter((result) => result.at[1] === place + 1);
    list.append(el("li", { class: `files${place + 1 === line ? " here" : ""}${worst(about) === "error" ? " error" : ""}`, tabindex: place + 1 === line ? "-1" : null },
      el("span", { class: "bar" }), el("span", { class: "number" }, String(place + 1)), el("pre", null, coloured(text)),
      about.map((result) => el("span", { class: `beside ${result.severity}` }, `${result.severity}: ${result.field ? `${result.field}: ` : ""}${result.message}`))));
  });
  main.replaceChildren(el("div", { class: "heading" }, el("h1", null, file.name), el("span", { class: "quiet" }, file.ours ? "part of modelservice" : "as it was read"),
    el("span", { class: "steps" }, el("a", { href: "#", onclick: (event) => { event.preventDefault(); history.back(); } }, "back"))), list);
  const here = list.querySelector(".here");
  if (here) { here.focus({ preventScroll: true }); here.scrollIntoView({ block: "center" }); }
}

function marked(text, words) {
  const at = text.toLowerCase().indexOf(words);
  return at < 0 ? [text] : [text.slice(0, at), el("mark", null, text.slice(at, at + words.length)), text.slice(at + words.length)];
}

function showSearch(asked) {
  noStory();
  document.body.dataset.view = "search";
  byId("graph").replaceChildren();
  const words = asked.toLowerCase();
  const has = (text) => text.toLowerCase().includes(words);
  const inText = texts.map(has), inPath = paths.map(has);
  const inStory = stories.map((story) => has(short(layers[story[story.length - 2]])) || has(layers[story[story.length - 2]][SAID]));
  let count = 0;
  const found = order.map((number) => {
    const object = objects[number];
    const lines = [];
    for (let line = 0; line < object.lines.length / WIDTH; line++) {
      const at = line * WIDTH;
      const story = object.lines[at + STORY];
      if (!inText[object.lines[at + TEXT]] && !inPath[object.lines[at + PATH]] && !(story >= 0 && inStory[story])) continue;
      count += 1;
      if (count <= MOST) lines.push([line, lineOf(object, line)]);
    }
    const title = `${object.kind} ${object.name}`;
    if (!lines.length && !(has(title) && count <= MOST)) return null;
    return el("section", null, el("h2", null, el("a", { href: objectLink(number) }, marked(title, words))),
      el("ul", { class: "found" }, lines.map(([line, { text, path, story }]) => {
        const layer = story ? layers[story[story.length - 2]] : null;
        return el("li", null, el("a", { class: layer ? `of-${layer[KIND]}` : null, href: objectLink(number, line) }, el("code", null, marked(text.trim().split("\n").find(has) || text.trim().split("\n")[0], words)),
          el("small", { class: "quiet" }, path ? [marked(path, words), layer ? ", " : ""] .flat() : null, layer ? marked(short(layer), words) : null)));
      })));
  }).filter(Boolean);
  main.replaceChildren(el("div", { class: "heading" }, el("h1", null, `Search: ${asked}`),
    el("span", { class: "quiet", role: "status" }, plural(count, "line") + (count > MOST ? `, the first ${MOST} are shown` : ""))), ...found);
}

// ---- the frame

const groups = [...services.map((service, number) => ({ service, numbers: objects.flatMap((object, at) => (object.service === number ? [at] : [])) })),
  { service: null, numbers: objects.flatMap((object, at) => (object.service === null ? [at] : [])) }].filter((group) => group.service || group.numbers.length);
const order = groups.flatMap((group) => group.numbers);

function objectItem(number) {
  const object = objects[number];
  const change = changeOf.get(number);
  const severity = worst(resultsOf[number]);
  return el("li", null, el("a", { href: objectLink(number), "data-view": `object/${number}` },
    el("span", { class: "what" }, object.kind, el("small", null, object.name)),
    change ? el("span", { class: `mark ${change.way}`, title: WORDS[change.way] }, WAYS[change.way]) : null,
    severity ? el("span", { class: `mark ${severity}`, title: severity }, severity === "info" ? "i" : "!") : null));
}

// What is looked at first: what is wrong, else what runs the model.
const start = order.find((number) => worst(resultsOf[number]) === "error") ?? order.find((number) => WORKLOADS.includes(objects[number].kind)) ?? order[0];

function drawFrame() {
  const counted = (count, kind) => (count ? el("span", { class: `count ${kind || ""}` }, String(count)) : null);
  byId("tabs").replaceChildren(...[
    objects.length ? el("a", { href: objectLink(start), "data-tab": "object" }, "Objects", counted(objects.length)) : null,
    el("a", { href: "#results", "data-tab": "results" }, "Results", counted(results.length, worst(results))),
    difference ? el("a", { href: "#difference", "data-tab": "difference" }, "Difference", counted(difference.objects.length)) : null].filter(Boolean));
  const section = (title, of, open) => el("details", { open }, el("summary", null, title), el("ul", null, of));
  const fileItem = (file, number) => el("li", null, el("a", { href: `#file/${number}/1`, "data-view": `file/${number}` }, el("span", { class: "what" }, file.name)));
  const listed = (ours) => files.flatMap((file, number) => (file.ours === ours ? [number] : []))
    .sort((one, other) => (files[one].name < files[other].name ? -1 : 1)).map((number) => fileItem(files[number], number));
  const mine = listed(false), theirs = listed(true);
  byId("objects").replaceChildren(...[
    ...groups.map((group) => section(
      [group.service ? group.service.name : "Other objects", group.service && group.service.namespace ? el("span", { class: "quiet" }, ` ${group.service.namespace}`) : ""],
      group.numbers.map(objectItem), groups.length <= 4)),
    mine.length ? section("Files", mine, groups.length <= 4) : null, theirs.length ? section("Files of modelservice", theirs, false) : null].filter(Boolean));
}

function route() {
  const [view, number, line] = location.hash.slice(1).split("/");
  const first = contents.failed || !objects.length ? "results" : difference ? "difference" : "object";
  const known = { object: objects.length, results: true, difference, file: files.length, search: true }[view] ? view : first;
  document.body.dataset.view = known;
  if (known !== "object") byId("graph").replaceChildren();
  if (known === "object") showObject(Number(view === known && number ? number : start), view === known && line ? Number(line) - 1 : null);
  if (known === "results") showResults();
  if (known === "difference") showDifference();
  if (known === "file") showFile(Number(number), Number(line));
  if (known === "search") showSearch(decodeURIComponent(location.hash.slice(8)));
  if (known !== "search") byId("search").value = "";
  document.querySelectorAll("#tabs a").forEach((tab) => (tab.dataset.tab === known ? tab.setAttribute("aria-current", "page") : tab.removeAttribute("aria-current")));
  const here = `${known}/${view === known && number ? number : start}`;
  document.querySelectorAll("#objects a").forEach((link) => {
    if (link.dataset.view !== here) return link.removeAttribute("aria-current");
    link.setAttribute("aria-current", "true");
    link.closest("details").open = true;
    const list = byId("objects"); // not scrollIntoView: on a small screen that would move the page
    const [top, height] = [link.getBoundingClientRect().top - list.getBoundingClientRect().top, link.offsetHeight];
    if (top < 0 || top + height > list.clientHeight) list.scrollTop += top - list.clientHeight / 3;
  });
  if (!(known === "object" && line) && known !== "file") window.scrollTo(0, 0);
}

const THEMES = { "": "Auto", dark: "Dark", light: "Light" };

function setTheme(theme) {
  if (theme) document.documentElement.dataset.theme = theme; else delete document.documentElement.dataset.theme;
  byId("theme").textContent = THEMES[theme];
  byId("theme").title = `Colours: ${THEMES[theme]} (t)`;
  byId("theme").setAttribute("aria-label", `Colours: ${THEMES[theme]}`);
  try { localStorage.setItem("modelservice-view-theme", theme); } catch { /* a browser that keeps nothing */ }
}

function nextTheme() {
  const all = Object.keys(THEMES);
  setTheme(all[(all.indexOf(document.documentElement.dataset.theme || "") + 1) % all.length]);
}

const KEYS = [["/", "search; ↓ goes to what was found, Esc back"], ["↑ ↓ Home End", "through the lines of an object; the story of each is told"],
  ["Enter", "from a line to where it was set; Esc back to the line"], ["[ ]", "the object before, the next one"],
  ["Tab", "through graph, lines and links; Enter on a box of the graph shows the object"], ["1 2 3", "objects, results, difference"], ["t", "dark, light, as the system"], ["?", "these keys"]];

function showKeys() {
  byId("keys").replaceChildren(el("h1", null, "Keys"), el("dl", null, KEYS.map(([keys, does]) => [el("dt", null, el("kbd", null, keys)), el("dd", null, does)]).flat()),
    el("form", { method: "dialog" }, el("button", null, "Close")));
  byId("keys").showModal();
}

function neighbour(by) {
  const current = document.querySelector('#objects a[aria-current][data-view^="object/"]');
  const to = order[order.indexOf(current ? Number(current.dataset.view.slice(7)) : start) + by];
  if (to !== undefined) location.hash = objectLink(to);
}

function listenToAll() {
  const search = byId("search");
  search.addEventListener("input", () => {
    const asked = search.value.trim();
    history.replaceState(null, "", asked ? `#search/${encodeURIComponent(asked)}` : "#");
    if (asked) showSearch(asked); else route();
  });
  search.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { search.value = ""; search.blur(); history.replaceState(null, "", "#"); route(); main.focus(); }
    if (event.key === "ArrowDown" || event.key === "Enter") { const first = main.querySelector("section a"); if (first) { event.preventDefault(); first.focus(); } }
  });
  main.addEventListener("keydown", (event) => {
    const link = event.target.closest(".found a, section h2 a");
    if (!link || !["ArrowDown", "ArrowUp"].includes(event.key)) return;
    const all = [...main.querySelectorAll("section a")];
    const to = all[all.indexOf(link) + (event.key === "ArrowDown" ? 1 : -1)];
    event.preventDefault();
    (to || search).focus();
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, dialog")) return;
    const tab = { 1: "object", 2: "results", 3: "difference" }[event.key];
    if (event.key === "/") { event.preventDefault(); search.focus(); search.select(); }
    if (event.key === "?") showKeys();
    if (event.key === "t") nextTheme();
    if (event.key === "[") neighbour(-1);
    if (event.key === "]") neighbour(1);
    if (tab) { const link = document.querySelector(`#tabs [data-tab="${tab}"]`); if (link) link.click(); }
  });
  byId("theme").addEventListener("click", nextTheme);
  byId("help").addEventListener("click", showKeys);
  window.addEventListener("hashchange", route);
  window.addEventListener("beforeprint", drawForPrint);
  window.addEventListener("afterprint", () => byId("print").replaceChildren());
}

// What is printed: results, difference, and of the service that is looked at the graph and the objects with who set each line.
function drawForPrint() {
  const current = document.querySelector('#objects a[aria-current][data-view^="object/"]');
  const service = objects.length ? objects[current ? Number(current.dataset.view.slice(7)) : start].service : null;
  const group = graphs.find((one) => one.service === service);
  byId("print").replaceChildren(...[
    el("h1", null, contents.title), results.length ? el("h2", null, "Results") : null, el("ul", null, results.map(resultCard)),
    difference ? el("h2", null, `Difference: ${difference.old} → ${difference.new}`) : null, ...(difference ? difference.objects.map(changeCard) : []),
    group ? el("h2", null, "How the objects find one another") : null, group ? picture(group) : null,
    ...order.filter((number) => objects[number].service === service).flatMap((number) => [el("h2", null, `${objects[number].kind} ${objects[number].name}`), yamlLines(number)]),
  ].filter(Boolean));
}

let theme = "";
try { theme = localStorage.getItem("modelservice-view-theme") || ""; } catch { /* a browser that keeps nothing */ }
setTheme(theme in THEMES ? theme : "");
drawFrame();
listenToAll();
route();
