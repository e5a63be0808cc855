// The reading page. What a model wrote becomes text nodes, or goes through KaTeX, which builds nodes and is told to trust nothing.
"use strict";

const $ = (id) => document.getElementById(id);
const KEYS = {
  j: ["next step", () => move(1)],
  k: ["previous", () => move(-1)],
  s: ["sound", () => send({ verdict: "sound" }), "main"],
  f: ["flawed at this step", () => ask(), "main"],
  w: ["grader wrong", () => send({ verdict: "grader wrong" })],
  d: ["defective problem", () => send({ verdict: "defective" })],
  x: ["skip", () => send({ verdict: "skip" })],
  u: ["undo", () => undo()],
  n: ["note", () => note()],
  m: ["formulas or source", () => toggle()],
};
const ALSO = { ArrowDown: "j", ArrowUp: "k" };
const LONGEST_FORMULA = 4000; // characters; a longer one is shown as its source
const LARGEST_MOVE = 60; // em, a screen; a formula that moves or sizes a part by more is shown as its source (maxSize bounds no \raisebox or \kern)
const POLL = 5000; // milliseconds between looks for work where there was none

let item = null;
let current = 0;
let asking = false;
let busy = false;
let drawn = true; // formulas, not their source
let looked = 0; // milliseconds that this item was in view
let since = null;
let types = [];

// ---- the server -----------------------------------------------------------------------------------------------------

// What the server says, and shows it; `lost` where the item is in other hands by now.
async function call(path, body) {
  if (busy) return {};
  busy = true;
  try {
    const answer = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body ?? {}),
    });
    const found = await answer.json();
    if (!answer.ok) throw Object.assign(new Error(found.error ?? "the server refused this"), { lost: answer.status === 409 });
    if (found.reader) show(found);
    return found;
  } catch (error) {
    say(error instanceof TypeError ? "the server does not answer: is `reason audit read` still running?" : error.message, true);
    return { lost: error.lost };
  } finally {
    busy = false;
  }
}

async function send(reading) {
  if (!item || busy) return;
  const body = { lease: item.lease, note: $("note").value, seconds: seconds(), ...reading };
  const found = await call("/api/answer", body);
  if (found.reader) say(`recorded: ${reading.verdict}. Press u to take it back.`);
  else if (found.lost) {
    const why = $("message").textContent;
    await call("/api/next");
    say(why, true);
  }
}

async function undo() {
  const found = await call("/api/undo");
  if ("undone" in found) say(found.undone ? "taken back: say it anew" : "there is nothing to take back");
}

// ---- what is shown --------------------------------------------------------------------------------------------------

function show(found) {
  $("reader").textContent = found.reader;
  types = Object.entries(found.types);
  const agreed = found.agreement;
  const words = [`${found.settled} of ${found.problems} problems settled`, `${found.readings} read by you`];
  if (agreed.pairs) words.push(agreementWords(agreed));
  $("progress").textContent = words.join(" · ");
  $("bar").max = Math.max(found.problems, 1);
  $("bar").value = found.settled;
  const same = item && found.item && item.lease === found.item.lease;
  if (!same) start(found.item, found);
}

function agreementWords(agreed) {
  const figures = ["kappa", "ac1", "alpha"].filter((name) => agreed[name] !== null && agreed[name] !== undefined);
  const names = { kappa: "κ", ac1: "AC1", alpha: "α" };
  const shown = figures.map((name) => `${names[name]} ${agreed[name].toFixed(2)}`);
  return [`${agreed.pairs} read twice: ${Math.round(100 * agreed.agreement)} % agree`, ...shown].join(", ");
}

function start(next, found) {
  item = next;
  current = 0;
  leaveAsking();
  $("note").value = "";
  $("noting").hidden = true;
  $("work").hidden = !item;
  $("idle").hidden = Boolean(item);
  looked = 0;
  since = document.hidden ? null : performance.now();
  if (!item) {
    const over = found.settled === found.problems;
    $("why").textContent = over
      ? "Every problem is settled. Thank you."
      : "Nothing for you now: what is left waits for another reader, or is being read.";
    if (!over) setTimeout(() => { if (!item) call("/api/next"); }, POLL);
    return;
  }
  draw();
  scrollTo(0, 0);
}

function draw() {
  fill($("question"), item.question);
  fill($("reference"), item.reference);
  fill($("answer"), item.answer || "–");
  watcher.disconnect();
  $("steps").replaceChildren(
    ...item.steps.map((text) => {
      const row = document.createElement("li");
      const box = document.createElement("div");
      box.className = "untrusted";
      box.textContent = text.trimEnd();
      row.append(box);
      watcher.observe(row);
      return row;
    }),
  );
  mark();
}

// Formulas of a step are drawn when it comes near the screen, so that a long solution opens at once.
const watcher = new IntersectionObserver(
  (entries) => {
    for (const entry of entries.filter((e) => e.isIntersecting)) {
      watcher.unobserve(entry.target);
      const box = entry.target.firstChild;
      fill(box, box.textContent);
    }
  },
  { rootMargin: "600px" },
);

function mark() {
  [...$("steps").children].forEach((row, number) => {
    row.toggleAttribute("aria-current", number === current);
    row.classList.toggle("bad", asking && number === current);
  });
}

function move(by) {
  if (!item) return;
  current = Math.min(Math.max(current + by, 0), item.steps.length - 1);
  mark();
  $("steps").children[current]?.scrollIntoView({ block: "nearest" });
}

function toggle() {
  drawn = !drawn;
  if (item) draw();
  say(drawn ? "formulas are drawn" : "formulas are shown as their source");
}

// ---- formulas -------------------------------------------------------------------------------------------------------

// Displayed, then inline; a dollar opens only before a character and closes only behind one and before no digit, so prices stay.
const FORMULA = new RegExp(
  [
    /\$\$(?<a>[^]{1,4000}?)\$\$/,
    /\\\[(?<b>[^]{1,4000}?)\\\]/,
    /(?<c>\\begin\{(?<env>(?:align|gather|equation|alignat|multline|CD)\*?)\}[^]{1,4000}?\\end\{\k<env>\})/,
    /\\\((?<d>[^]{1,4000}?)\\\)/,
    /\$(?<e>[^\s$](?:[^$]{0,1000}?[^\s$\\])?)\$(?!\d)/,
    /(?<f>\\boxed\{(?:[^{}]|\{(?:[^{}]|\{[^{}]{0,200}\}){0,200}\}){0,400}\})/,
  ]
    .map((part) => part.source)
    .join("|"),
  "g",
);

function fill(box, text) {
  const parts = [];
  let at = 0;
  for (const found of drawn ? formulas(text) : []) {
    parts.push(text.slice(at, found.index), formula(found));
    at = found.index + found[0].length;
  }
  box.replaceChildren(...parts, text.slice(at));
}

function* formulas(text) {
  if (text.length > 5 * LONGEST_FORMULA) return; // no step of a solution; its source is as readable
  yield* text.matchAll(FORMULA);
}

function formula(found) {
  const { a, b, c, d, e, f } = found.groups;
  const node = document.createElement("span");
  try {
    const options = { displayMode: Boolean(a ?? b ?? c), throwOnError: true, trust: false, strict: "ignore", maxSize: 20, maxExpand: 300 };
    katex.render(a ?? b ?? c ?? d ?? e ?? f, node, options);
    const moves = [...node.querySelectorAll("[style]")].flatMap((part) => part.getAttribute("style").match(/-?[\d.]+(?=em)/g) ?? []);
    if (moves.some((em) => Math.abs(em) > LARGEST_MOVE)) throw new Error("a formula that leaves its box");
  } catch {
    node.replaceChildren(Object.assign(document.createElement("code"), { className: "tex", textContent: found[0] }));
  }
  return node;
}

// ---- keys -----------------------------------------------------------------------------------------------------------

function ask() {
  if (!item) return;
  asking = true;
  $("ask").hidden = false;
  $("actions").hidden = true;
  $("asked").textContent = `What is wrong in step ${current + 1}, the first that does not hold?`;
  const choices = types.map(([name, meaning], number) =>
    button(String(number + 1), name, () => choose(number), meaning),
  );
  $("types").replaceChildren(...choices, button("j", "next step", () => stepAsking(1)), button("k", "previous", () => stepAsking(-1)), button("Esc", "back", leaveAsking));
  mark();
}

function stepAsking(by) {
  move(by);
  ask();
}

function choose(number) {
  send({ verdict: "flawed", step: current, type: types[number][0] });
}

function leaveAsking() {
  asking = false;
  $("ask").hidden = true;
  $("actions").hidden = false;
  mark();
}

function note() {
  $("noting").hidden = false;
  $("note").focus();
}

function press(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (document.activeElement === $("note")) {
    if (event.key === "Escape") $("note").blur();
    return;
  }
  const act = asking ? whileAsking(event.key) : KEYS[ALSO[event.key] ?? event.key]?.[1];
  if (!act || event.repeat && !["j", "k"].includes(ALSO[event.key] ?? event.key)) return;
  event.preventDefault();
  act();
}

function whileAsking(key) {
  if (key === "Escape" || key === "f") return leaveAsking;
  const step = { j: 1, k: -1 }[ALSO[key] ?? key];
  if (step) return () => stepAsking(step);
  if (key === "n") return note;
  const number = Number(key) - 1;
  return number in types ? () => choose(number) : null;
}

function button(key, words, act, title, kind) {
  const node = document.createElement("button");
  const name = document.createElement("kbd");
  name.textContent = key;
  node.type = "button";
  node.title = title ?? "";
  node.className = kind ?? "";
  node.append(name, ` ${words}`);
  node.addEventListener("click", () => { node.blur(); act(); });
  return node;
}

function say(text, wrong = false) {
  $("message").textContent = text;
  $("message").classList.toggle("error", wrong);
}

// ---- time in view ---------------------------------------------------------------------------------------------------

function seconds() {
  return (looked + (since === null ? 0 : performance.now() - since)) / 1000;
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden && since !== null) looked += performance.now() - since;
  since = document.hidden ? null : performance.now();
});

$("actions").append(...Object.entries(KEYS).map(([key, [words, act, kind]]) => button(key, words, act, "", kind)));
document.addEventListener("keydown", press);
call("/api/next");
