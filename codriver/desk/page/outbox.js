// Edits on their way to the disk, one after the other. Until the server has said that an edit is saved it is kept in
// the browser's storage too, and sent again for as long as that takes: over a dead server, a reload, a closed window.
// Windows keep theirs apart, each under a lock that it holds while it lives; what a dead window left is taken over.

import { read, write, Gone, Refused, Stale } from "./server.js";

const AGAIN = 1000; // milliseconds until a server that is gone is asked again

export class Outbox {
  // `told` hears what becomes of them: saved(answer, edit), stale(box, edit), refused(edit, sentence), state(name, sentence).
  constructor(book, told) {
    this.told = told;
    this.prefix = `codriver desk ${book} `;
    this.name = this.prefix + crypto.randomUUID();
    this.edits = [];
    this.stuck = new Map(); // by box: edits that wait for the crew to settle a conflict
    this.draft = null;
    this.busy = false;
  }

  // Hold this window's lock, and take over what windows left that are no more: now, or as soon as they are.
  async begin() {
    navigator.locks.request(this.name, () => new Promise(() => {}));
    const names = Object.keys(localStorage).filter((name) => name.startsWith(this.prefix) && name !== this.name);
    for (const name of names) {
      const gone = await navigator.locks.request(name, { ifAvailable: true }, (lock) => lock && this.adopt(name));
      if (!gone) navigator.locks.request(name, () => this.adopt(name));
    }
    this.work();
  }

  adopt(name) {
    const left = JSON.parse(localStorage.getItem(name)) ?? { edits: [], draft: null };
    this.edits.push(...left.edits, ...(left.draft ? [left.draft] : []));
    this.keep();
    localStorage.removeItem(name);
    this.work();
    return true;
  }

  get waiting() { return this.edits.length + this.stuck.size; }

  has(key) { return this.stuck.has(key) || this.edits.some((edit) => edit.key === key); }

  // What is typed and not yet an edit: kept, not sent.
  type(draft) {
    this.draft = draft;
    this.keep();
  }

  put(key, base, set) {
    const stuck = this.stuck.get(key);
    const last = this.edits.findLast((edit, at) => edit.key === key && !(this.busy && at === 0));
    if (stuck) Object.assign(stuck.set, set);
    else if (last) Object.assign(last.set, set);
    else this.edits.push({ key, base, set: { ...set } });
    this.draft = null;
    this.keep();
    this.work();
  }

  // The crew has looked at a conflict: write it over what is there (`base`), or drop it.
  settle(key, base) {
    const edit = this.stuck.get(key);
    this.stuck.delete(key);
    if (edit && base) this.edits.push({ ...edit, base });
    this.keep();
    this.work();
  }

  async work() {
    if (this.busy) return;
    this.busy = true;
    while (this.edits.length) await this.send(this.edits[0]);
    this.busy = false;
    this.told.state(this.stuck.size ? "conflict" : "saved");
  }

  async send(edit) {
    this.told.state("saving");
    try {
      const answer = await write(`box/${encodeURIComponent(edit.key)}`, { base: edit.base, set: edit.set });
      this.done(edit, answer.rev);
      this.told.saved(answer, edit);
    } catch (error) {
      if (error instanceof Stale) {
        this.done(edit, "");
        this.stuck.set(edit.key, edit);
        this.keep();
        this.told.stale(error.box, edit);
      } else if (error instanceof Refused) {
        this.done(edit, edit.base);
        this.told.refused(edit, error.message);
      } else if (error instanceof Gone) {
        this.told.state("lost", error.message);
        await new Promise((on) => setTimeout(on, AGAIN));
      } else throw error;
    }
  }

  // An edit is settled: those to the same box behind it are written upon what it left.
  done(edit, rev) {
    this.edits.shift();
    for (const next of this.edits) if (next.key === edit.key) next.base = rev;
    this.keep();
  }

  keep() {
    const edits = [...this.edits, ...this.stuck.values()];
    if (edits.length || this.draft) localStorage.setItem(this.name, JSON.stringify({ edits, draft: this.draft }));
    else localStorage.removeItem(this.name);
  }
}

// Ask now and then whether the desk is there and whether somebody else has written: `changed()` is told.
export function watch(stamp, changed, gone, back) {
  let away = false;
  setInterval(async () => {
    if (document.hidden) return;
    try {
      const now = (await read("stamp")).stamp;
      if (away) back();
      away = false;
      if (now !== stamp()) changed();
    } catch (error) {
      away = true;
      gone(error.message);
    }
  }, 2000);
}
