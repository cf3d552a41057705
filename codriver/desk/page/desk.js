// The desk, put together: the book, the box in hand, the keys, and edits on their way to the disk.

import { Hand } from "./hand.js";
import { History } from "./history.js";
import { meant, show } from "./keys.js";
import { List } from "./list.js";
import { Outbox, watch } from "./outbox.js";
import { read } from "./server.js";

const at = (id) => document.getElementById(id);
const LEAP = 10;

let sheet, boxes, places, list, hand, outbox, here;
const past = new History();

const boxOf = (key) => boxes[places.get(key)];

// From the server

async function load() {
  sheet = await read("book");
  boxes = sheet.boxes;
  places = new Map(boxes.map((box, place) => [box.key, place]));
  document.title = `${sheet.name}: desk`;
  at("name").textContent = sheet.name;
  at("facts").textContent = sheet.facts;
  list ??= new List(at("book"), sheet.file, (key) => go(places.get(key)));
  list.draw(boxes);
  progress();
}

// Somebody else has written: read the book again, but leave alone what is being typed.
async function reload(always = false) {
  if (outbox.edits.length && !always) return;
  const typed = hand.typed();
  const { key } = boxes[here];
  await load().catch(() => {});
  here = places.get(key) ?? 0;
  list.choose(boxes[here].key);
  hand.show(boxes[here], Object.keys(typed).length === 0);
}

function progress() {
  const silent = boxes.filter(waits).length;
  at("progress").textContent = silent ? `${silent} of ${boxes.length} wait for words` : "each box has its words";
}

const waits = (box) => !box.cancelled && (!box.words || (box.asks && !box.total));

// Moving. What is typed is written before the box is left.

function go(place) {
  commit();
  here = Math.min(boxes.length - 1, Math.max(0, place));
  const { key } = boxes[here];
  list.choose(key);
  hand.show(boxes[here]);
  hand.focus();
  const stuck = outbox.stuck.get(key);
  if (stuck) hand.choose(boxes[here], stuck);
  sessionStorage.setItem("here", key);
}

function nextWaiting(step) {
  for (let place = here + step; place >= 0 && place < boxes.length; place += step) {
    if (waits(boxes[place])) return place;
  }
  return here;
}

// Writing

function commit() {
  if (here === undefined) return;
  const set = hand.typed();
  if (Object.keys(set).length) enter(boxes[here].key, set);
}

function enter(key, set) {
  const box = boxOf(key);
  const before = Object.fromEntries(Object.keys(set).map((field) => [field, box.own[field] ?? null]));
  past.add(key, before, set);
  put(key, set);
}

// Shown at once, as far as the page knows it; what the server answers replaces it.
function put(key, set) {
  const box = boxOf(key);
  outbox.put(key, box.rev, set);
  for (const [field, value] of Object.entries(set)) {
    if (value === null) continue; // the server knows what the book has
    box[field] = value;
    box.own[field] = value;
  }
  if (set.importance !== undefined) box.className = sheet.classes[set.importance] ?? "";
  list.update(box, true);
  if (boxes[here].key === key) hand.show(box, "words" in set || "total" in set);
  if (boxes[here].key === key && outbox.stuck.has(key)) hand.choose(null, outbox.stuck.get(key));
  progress();
}

function saved(answer, edit) {
  sheet.stamp = answer.stamp;
  hand.remark(boxOf(edit.key), answer.told);
  for (const box of answer.boxes) {
    if (!places.has(box.key)) return void reload();
    if (outbox.has(box.key)) {
      boxOf(box.key).rev = box.rev; // more is on its way, and what it writes is shown already
      continue;
    }
    const typing = here === places.get(box.key) && Object.keys(hand.typed()).length > 0;
    boxes[places.get(box.key)] = box;
    list.update(box, false);
    if (here === places.get(box.key)) hand.show(box, !typing);
  }
  progress();
}

function stale(box, edit) {
  boxes[places.get(box.key)] = box;
  list.update(box, true);
  state("conflict", `box ${box.number} was changed elsewhere`);
  go(places.get(box.key));
  hand.choose(box, edit);
}

function settle(mine) {
  const box = boxes[here];
  const edit = outbox.stuck.get(box.key);
  if (!edit) return;
  hand.settled();
  outbox.settle(box.key, mine ? box.rev : "");
  if (mine) put(box.key, edit.set);
  else list.update(box, false);
  hand.show(box);
  hand.focus();
}

function refused(edit, sentence) {
  const box = boxOf(edit.key);
  past.forget(edit.key);
  reload(true).then(() => {
    go(places.get(edit.key) ?? here);
    if ("words" in edit.set) hand.words.value = edit.set.words ?? "";
    if ("total" in edit.set) hand.distance.value = edit.set.total ?? "";
    hand.remark(box, sentence);
    if ("total" in edit.set) hand.distance.focus();
  });
}

function replay(step) {
  if (!step) return;
  go(places.get(step.key) ?? here);
  put(step.key, step.set);
}

function state(name, sentence = "") {
  const kept = outbox.waiting;
  if (name === "saved" && Object.keys(hand.typed()).length) name = "typing";
  const said = { saved: "saved", typing: "typing", saving: "saving", conflict: "look: two versions" }[name] ?? sentence;
  const lamp = at("state");
  lamp.dataset.state = name === "conflict" ? "lost" : name;
  lamp.textContent = name === "lost" && kept ? `NOT SAVED: ${sentence}. ${kept} kept here, sent when it is back` : said;
}

// The keys

const cycle = (values, now) => values[(values.indexOf(now) + 1) % values.length];

const DEEDS = {
  next() {
    if (document.activeElement === hand.distance) {
      commit();
      hand.words.focus();
    } else go(here + 1);
  },
  step: (up) => go(here + (up ? -1 : 1)),
  leap: (up) => go(here + (up ? -LEAP : LEAP)),
  ends: (last) => go(last ? boxes.length - 1 : 0),
  waiting: (up) => go(nextWaiting(up ? -1 : 1)),
  danger: (level) => mark("danger", level),
  highlight: () => mark("highlight", cycle(["", ...sheet.highlights.map((one) => one.name)], boxes[here].highlight)),
  importance: () => mark("importance", cycle([null, ...sheet.classes.keys()], boxes[here].importance)),
  joined: () => mark("joined", !boxes[here].joined),
  asbook() {
    hand.fill();
    const own = Object.keys(boxes[here].own);
    if (own.length) enter(boxes[here].key, Object.fromEntries(own.map((field) => [field, null])));
  },
  undo() {
    if (Object.keys(hand.typed()).length) return false; // the field's own undo
    return void replay(past.undo());
  },
  redo() {
    if (Object.keys(hand.typed()).length) return false;
    return void replay(past.redo());
  },
  search() {
    commit();
    at("search").select();
  },
  keep: () => settle(true),
  drop: () => settle(false),
  forget() {
    hand.fill();
    hand.remark({ key: hand.remarked }, "");
    outbox.type(null);
    state(outbox.waiting ? "saving" : "saved");
    hand.focus();
  },
};

function mark(field, value) {
  commit();
  enter(boxes[here].key, { [field]: value });
}

function pressed(event) {
  const key = meant(event);
  if (!key) return;
  if (event.target === at("search") && key.does !== "search") return void searching(event, key.does);
  if (DEEDS[key.does](key.at) !== false) event.preventDefault();
}

// Finding: by number, distance, words or badge, from the box in hand on, and round.

function searching(event, does) {
  if (does !== "next" && does !== "forget" && does !== "step") return;
  event.preventDefault();
  if (does === "forget") {
    at("search").value = "";
    hand.focus();
  } else find(event.key === "ArrowUp" ? -1 : 1, does === "next");
}

function find(step, enterBox) {
  const wanted = at("search").value.trim().toLowerCase();
  if (!wanted) return;
  const holds = (box) => [box.number, box.total, box.words, ...box.badges].some((text) => text.toLowerCase().includes(wanted));
  const exact = boxes.findIndex((box) => box.number.toLowerCase() === wanted);
  let place = exact;
  for (let far = 1; exact < 0 && place < 0 && far <= boxes.length; far += 1) {
    const tried = (here + step * far + boxes.length * 2) % boxes.length;
    if (holds(boxes[tried])) place = tried;
  }
  at("search").style.outline = place < 0 ? "4px solid #d60000" : "";
  if (place < 0) return;
  go(place);
  if (!enterBox) at("search").focus();
}

// The beginning

async function begin() {
  await load();
  outbox = new Outbox(sheet.file, { saved, stale, refused, state });
  hand = new Hand(sheet, typing, mark);
  show(at("keys"));
  document.addEventListener("keydown", pressed);
  at("keep").addEventListener("click", () => settle(true));
  at("drop").addEventListener("click", () => settle(false));
  document.addEventListener("visibilitychange", () => document.hidden && commit());
  window.addEventListener("beforeunload", (event) => {
    commit();
    if (outbox.waiting) event.preventDefault();
  });
  go(places.get(sessionStorage.getItem("here")) ?? 0);
  await outbox.begin();
  watch(() => sheet.stamp, () => reload(), (why) => state("lost", why), back);
}

// The server is there again: what it could not draw meanwhile is drawn.
function back() {
  outbox.work();
  list.draw(boxes);
  list.choose(boxes[here].key);
  hand.pictures();
}

function typing() {
  const set = hand.typed();
  const typed = Object.keys(set).length > 0;
  outbox.type(typed ? { key: boxes[here].key, base: boxes[here].rev, set } : null);
  if (at("state").dataset.state !== "lost") state(typed ? "typing" : "saved");
}

begin().catch((error) => {
  at("state").dataset.state = "lost";
  at("state").textContent = error.message;
});
