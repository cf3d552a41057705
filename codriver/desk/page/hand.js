// The box in hand, on the right: its pictures large, its fields, what the voice would say of it.

import { draw, element, SIGNS } from "./list.js";
import { write } from "./server.js";

const at = (id) => document.getElementById(id);
const PAUSE = 150; // milliseconds without a key, after which the voice's words are asked for

export class Hand {
  // `typing(draft)` is told at each key; `marked(field, value)` at a click on a mark.
  constructor(sheet, typing, marked) {
    this.sheet = sheet;
    this.words = at("words");
    this.distance = at("distance");
    at("unit").textContent = sheet.unit;
    for (const field of [this.words, this.distance]) {
      field.addEventListener("input", () => {
        typing();
        this.ask();
      });
    }
    at("form").addEventListener("submit", (event) => event.preventDefault());
    this.choices(marked);
  }

  // One row of buttons a mark, for those with a mouse, and to see what there is.
  choices(marked) {
    const rows = [
      ["danger", "Danger", SIGNS.map((sign, level) => [level, sign || "none"])],
      ["highlight", "Highlight", [["", "none"], ...this.sheet.highlights.map((one) => [one.name, one.meaning])]],
      ["importance", "Class", [[null, "by itself"], ...this.sheet.classes.map((name, at) => [at, name])]],
      ["joined", "Called", [[false, "by itself"], [true, "in one breath with the next"]]],
    ];
    for (const [mark, name, values] of rows) {
      const row = element("dd");
      for (const [value, label] of values) {
        const button = element("button", "", label);
        Object.assign(button, { type: "button", tabIndex: -1 });
        Object.assign(button.dataset, { mark, value: String(value) });
        if (mark === "highlight") button.dataset.highlight = value;
        button.addEventListener("click", () => marked(mark, value));
        row.append(button);
      }
      at("marks").append(element("dt", "", name), row);
    }
  }

  // Show a box; the fields are filled too, unless `text` is false since the crew is typing in them.
  show(box, text = true) {
    const another = this.box?.key !== box.key;
    this.box = box;
    at("number").textContent = box.number;
    at("total").textContent = box.total || "-.--";
    at("partial").textContent = box.partial ? `+${box.partial}` : "";
    at("partial").hidden = !box.partial;
    at("danger").textContent = SIGNS[box.danger];
    at("cap").textContent = box.cap;
    at("badges").replaceChildren(...box.badges.map((badge) => element("span", "badge", badge)));
    at("asbook").textContent = box.changed;
    at("measure").hidden = !box.asks;
    for (const button of at("marks").querySelectorAll("button")) {
      const { mark, value } = button.dataset;
      button.ariaPressed = String(String(box[mark]) === value);
    }
    if (text) this.fill();
    if (another) {
      this.pictures();
      this.settled();
      at("said").textContent = "";
    }
    this.ask(0);
  }

  fill() {
    this.words.value = this.box.words;
    this.distance.value = this.box.asks ? this.box.total : "";
    at("hint").textContent = this.box.asks ? `from the start; +0.42 from the box before` : "";
  }

  pictures() {
    at("pictures").classList.toggle("both", this.box.tulip && this.box.drawing);
    for (const part of ["tulip", "drawing"]) {
      const figure = at(part);
      figure.hidden = !this.box[part] && (part === "drawing" || this.box.drawing);
      figure.classList.toggle("none", !this.box[part]);
      figure.textContent = this.box[part] ? "" : "The book has no drawing here.";
      if (this.box[part]) draw(figure, this.box.key, part, "large", this.sheet.file);
    }
  }

  // The hands into the field that comes first: the distance, where nobody knows it yet.
  focus() {
    const field = this.box.asks && !this.box.total ? this.distance : this.words;
    field.focus({ preventScroll: true });
    field.setSelectionRange(field.value.length, field.value.length);
  }

  // What is typed and not yet written.
  typed() {
    const set = {};
    if (this.words.value !== this.box.words.replace(/\r\n?/g, "\n")) set.words = this.words.value;
    if (this.box.asks && this.distance.value.trim() !== this.box.total) set.total = this.distance.value.trim();
    return set;
  }

  // What the voice would say, after a pause.
  ask(after = PAUSE) {
    clearTimeout(this.asking);
    const { key } = this.box;
    this.asking = setTimeout(async () => {
      const { words } = this.typed();
      const answer = await write(`said/${encodeURIComponent(key)}`, words === undefined ? {} : { words }).catch(() => null);
      if (answer && this.box.key === key) at("said").replaceChildren("the voice: ", element("b", "", answer.said));
    }, after);
  }

  // A word about what was entered into a box: it stays, over other boxes too, until that box is mended.
  remark(box, sentence) {
    if (!sentence && this.remarked !== box?.key) return;
    this.remarked = sentence ? box.key : null;
    at("wrong").textContent = sentence && `Box ${box.number}: ${sentence}`;
  }

  // A box that was changed elsewhere: both are shown, and the crew says which it is to be. What is there (`box`) stays
  // where only the crew's own has changed.
  choose(box, edit) {
    if (box) at("theirs").textContent = told(box, Object.keys(edit.set));
    at("mine").textContent = told(edit.set, Object.keys(edit.set));
    at("conflict").hidden = false;
  }

  settled() { at("conflict").hidden = true; }
}

function told(values, fields) {
  return fields.map((field) => (field === "words" ? values[field] ?? "as the book has it" : `${field} ${values[field]}`)).join(", ");
}
