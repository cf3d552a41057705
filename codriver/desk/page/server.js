// What the page asks of the desk's server. A question that fails throws one of three errors, each with a sentence.

export class Gone extends Error {}      // nobody answers, or the disk takes nothing: ask again
export class Refused extends Error {}   // this cannot be written as it is
export class Stale extends Error {      // the box was changed elsewhere meanwhile; `box` is what it is now
  constructor(box) { super("changed elsewhere"); this.box = box; }
}

export const read = (what) => ask(what, {});
export const write = (what, value) => ask(what, {
  method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(value),
});

export const picture = (key, part, size, of) =>
  `picture/${encodeURIComponent(key)}/${part}?size=${size}&scale=${scale()}&of=${of}`;

async function ask(what, how) {
  let answer;
  try {
    answer = await fetch(what, { ...how, signal: AbortSignal.timeout(10_000) });
  } catch {
    throw new Gone("The desk is gone: start it again");
  }
  if (answer.ok) return answer.json();
  if (answer.status === 409) throw new Stale(await answer.json());
  if (answer.status === 422) throw new Refused(await answer.text());
  throw new Gone(await answer.text());
}

function scale() {
  return Math.min(3, Math.max(1, Math.ceil(window.devicePixelRatio)));
}
