// What was written, to be taken back and done again. An undo is an edit like any other: it is saved, and may be stale.

export class History {
  constructor() {
    this.past = [];
    this.future = [];
  }

  // `before` and `after` are what the crew's own values of these fields were and are; null is "as the book has it".
  add(key, before, after) {
    this.past.push({ key, before, after });
    this.future = [];
  }

  // The last edit of a box was refused: there is nothing to take back.
  forget(key) {
    const at = this.past.findLastIndex((step) => step.key === key);
    if (at >= 0) this.past.splice(at, 1);
  }

  undo() {
    const step = this.past.pop();
    if (step) this.future.push(step);
    return step && { key: step.key, set: step.before };
  }

  redo() {
    const step = this.future.pop();
    if (step) this.past.push(step);
    return step && { key: step.key, set: step.after };
  }
}
