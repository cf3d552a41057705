// The keys: one table that the page obeys and its foot shows. Digits and letters are places on the keyboard, so that
// they are the same with every layout.

export const KEYS = [
  { on: ["Enter"], does: "next", shown: ["Enter"], says: "save, next" },
  { on: ["ArrowDown", "ArrowUp"], does: "step", shown: ["↓", "↑"], says: "next, previous box" },
  { on: ["PageDown", "PageUp"], does: "leap", shown: ["PgDn", "PgUp"], says: "ten boxes" },
  { on: ["Ctrl+Home", "Ctrl+End"], does: "ends", shown: ["Ctrl Home", "End"], says: "first, last" },
  { on: ["Alt+ArrowDown", "Alt+ArrowUp"], does: "waiting", shown: ["Alt ↓", "↑"], says: "next box without words" },
  { on: ["Alt+Digit0", "Alt+Digit1", "Alt+Digit2", "Alt+Digit3"], does: "danger", shown: ["Alt 0-3"], says: "danger" },
  { on: ["Alt+KeyH"], does: "highlight", shown: ["Alt H"], says: "highlight" },
  { on: ["Alt+KeyC"], does: "importance", shown: ["Alt C"], says: "class" },
  { on: ["Alt+KeyJ"], does: "joined", shown: ["Alt J"], says: "join to the next" },
  { on: ["Alt+KeyB"], does: "asbook", shown: ["Alt B"], says: "as the book has it" },
  { on: ["Ctrl+KeyZ"], does: "undo", shown: ["Ctrl Z"], says: "undo" },
  { on: ["Ctrl+KeyY", "Ctrl+Shift+KeyZ"], does: "redo", shown: ["Ctrl Y"], says: "redo" },
  { on: ["Ctrl+KeyF", "F3"], does: "search", shown: ["Ctrl F"], says: "find" },
  { on: ["Alt+KeyM"], does: "keep" },
  { on: ["Alt+KeyT"], does: "drop" },
  { on: ["Escape"], does: "forget", shown: ["Esc"], says: "forget what is typed" },
  { on: [], shown: ["Shift Enter"], says: "new line" },
];

// Letters whose place differs between layouts are taken by what they write.
const MOVED = { z: "KeyZ", y: "KeyY", m: "KeyM" };

// Which of `KEYS` this is, and which of its keys; nothing for what belongs to the field.
export function meant(event) {
  if (event.isComposing || event.getModifierState("AltGraph")) return null;
  const control = event.ctrlKey || event.metaKey ? "Ctrl+" : "";
  const name = control + (event.altKey ? "Alt+" : "") + (event.shiftKey ? "Shift+" : "");
  const code = MOVED[event.key.toLowerCase()] ?? (Object.values(MOVED).includes(event.code) && !event.altKey ? "" : event.code);
  for (const key of KEYS) {
    const at = key.on.indexOf(name + (code === "NumpadEnter" ? "Enter" : code));
    if (at >= 0) return { does: key.does, at };
  }
  return null;
}

export function show(foot) {
  for (const { shown, says } of KEYS) {
    if (!shown) continue;
    const line = document.createElement("span");
    for (const key of shown) line.append(Object.assign(document.createElement("kbd"), { textContent: key }), " ");
    line.append(says);
    foot.append(line);
  }
}
