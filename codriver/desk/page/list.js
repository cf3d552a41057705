// The book as crews know it: distances, tulip, notes; a row a box. Only what is in sight is laid out and drawn.
// A book's own words become text and nothing else.

import { picture } from "./server.js";

export const SIGNS = ["", "!", "!!", "!!!"];

export function element(tag, name = "", text = "") {
  const made = document.createElement(tag);
  if (name) made.className = name;
  made.textContent = text;
  return made;
}

export class List {
  constructor(place, of, chosen) {
    this.place = place;
    this.of = of; // the file that the pictures are of
    this.rows = new Map();
    place.addEventListener("click", (event) => {
      const row = event.target.closest(".box");
      if (row) chosen(row.dataset.key);
    });
  }

  draw(boxes) {
    this.rows = new Map(boxes.map((box) => [box.key, this.row(box)]));
    this.place.replaceChildren(...this.rows.values());
  }

  // One box anew; its pictures stay where they are, so that nothing flickers.
  update(box, pending) {
    const old = this.rows.get(box.key);
    const row = this.row(box, old);
    row.classList.toggle("here", old.classList.contains("here"));
    row.classList.toggle("pending", pending);
    old.replaceWith(row);
    this.rows.set(box.key, row);
  }

  choose(key) {
    this.place.querySelector(".here")?.classList.remove("here");
    const row = this.rows.get(key);
    row?.classList.add("here");
    row?.scrollIntoView({ block: "nearest" });
  }

  row(box, old) {
    const row = element("li", "box");
    row.dataset.key = box.key;
    if (box.highlight) row.dataset.highlight = box.highlight;
    row.classList.toggle("joined", box.joined);
    row.classList.toggle("cancelled", box.cancelled);
    const distance = element("div", "distance");
    distance.classList.toggle("near", box.near);
    const total = element("span", "total", box.total || "-.--");
    total.classList.toggle("unknown", !box.total);
    distance.append(total, element("span", "number", box.number));
    if (box.partial) distance.append(element("span", "partial", box.partial));
    row.append(distance, this.figure(box, "tulip", old), this.notes(box, old), element("div", "margin"));
    return row;
  }

  notes(box, old) {
    const notes = element("div", "notes");
    const text = element("div");
    const line = element("div", "line");
    if (box.danger) line.append(element("span", "danger", SIGNS[box.danger]));
    for (const badge of box.badges) line.append(element("span", "badge", badge));
    if (box.cap) line.append(element("span", "cap", box.cap));
    if (box.changed) line.append(element("span", "changed", box.changed));
    if (box.className) line.append(element("span", "class", box.className));
    const words = element("p", "words", box.words);
    words.classList.toggle("own", "words" in box.own);
    if (line.childElementCount) text.append(line);
    text.append(words);
    notes.append(text);
    if (box.drawing) notes.append(this.figure(box, "drawing", old));
    return notes;
  }

  figure(box, part, old) {
    const there = old?.querySelector(`[data-part="${part}"]`);
    if (there) return there;
    const figure = element("div", "picture");
    figure.dataset.part = part;
    if (box[part]) draw(figure, box.key, part, "small", this.of);
    return figure;
  }
}

// A picture into its frame; or the sentence why there is none.
export function draw(figure, key, part, size, of) {
  const image = element("img");
  image.loading = size === "small" ? "lazy" : "eager";
  image.alt = "";
  image.src = picture(key, part, size, of);
  image.addEventListener("error", async () => {
    const answer = await fetch(image.src).catch(() => null);
    figure.classList.add("none");
    figure.textContent = answer ? await answer.text() : "";
  });
  figure.classList.remove("none");
  figure.replaceChildren(image);
}
