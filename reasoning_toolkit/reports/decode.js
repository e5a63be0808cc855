// The page's behaviour: sort and filter the table of problems, open one, walk through its trace.
// Model text enters the document as text nodes and plain attributes only.
"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const [list, table, detail, filter, show] = ["list", "table", "detail", "filter", "show"].map(byId);
  const headers = [...table.tHead.rows[0].cells];
  const rows = [...table.tBodies[0].rows];
  const methods = headers.filter((header) => "method" in header.dataset).map((header) => header.textContent);
  const WORDS = { right: "right", wrong: "wrong", no_answer: "no answer", truncated: "cut off", error: "error",
    not_drawn: "not drawn" };
  const GLYPHS = { right: "✓", wrong: "✗", no_answer: "∅", truncated: "✂", error: "!", not_drawn: "·" };
  const COLOURS = 8; // k0 is the gold answer's; k1 to k7 the others', most votes first
  const COST = 24; // height of the bar of the subthought whose continuation took the most tokens
  const LONG = 80; // subthoughts from which on their plot takes the page's whole width
  const MISSING = "–";

  const el = (tag, attributes = {}, ...children) => build(document.createElement(tag), attributes, children);
  const svg = (tag, attributes = {}, ...children) =>
    build(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);

  function build(node, attributes, children) {
    for (const [name, value] of Object.entries(attributes)) {
      if (value !== null && value !== false) node.setAttribute(name, value === true ? "" : value);
    }
    node.append(...children.filter((child) => child !== null));
    return node;
  }

  function brief(text, limit) {
    const line = text.slice(0, 4 * limit).replace(/\s+/g, " ").trim();
    return line.length <= limit && text.length <= 4 * limit ? line : line.slice(0, limit - 1) + "…";
  }

  const plural = (count, noun) => `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
  const share = (part, whole) => (whole ? `${((100 * part) / whole).toFixed(0)}%` : MISSING);

  // ---- the table -------------------------------------------------------------------------------------------------

  const visible = () => rows.filter((row) => !row.hidden);
  const current = () => rows.find((row) => row.hasAttribute("aria-current"));
  const collator = new Intl.Collator("en", { numeric: true });

  function sortBy(column) {
    const header = headers[column];
    const sign = header.getAttribute("aria-sort") === "ascending" ? -1 : 1;
    headers.forEach((other) => other.removeAttribute("aria-sort"));
    header.setAttribute("aria-sort", sign === 1 ? "ascending" : "descending");
    const key = new Map(rows.map((row) => [row, row.cells[column].textContent.trim()]));
    const absent = (row) => key.get(row) === MISSING;
    rows.sort((a, b) => absent(a) - absent(b) || sign * collator.compare(key.get(a), key.get(b)));
    table.tBodies[0].append(...rows);
  }

  function applyFilter() {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    const [rule, column] = show.value.split(" ");
    for (const row of rows) {
      const outcomes = [...row.querySelectorAll("[data-outcome]")].map((cell) => cell.dataset.outcome);
      const isRight = outcomes[column] === "right";
      const right = outcomes.filter((outcome) => outcome === "right").length;
      const differ = right > 0 && right < outcomes.filter(Boolean).length;
      const kept = { "": true, differ, right: isRight, not: !isRight };
      const text = `${row.dataset.id} ${row.textContent}`.toLowerCase();
      row.hidden = !(kept[rule] && words.every((word) => text.includes(word)));
    }
    byId("shown").textContent = `${visible().length} of ${rows.length}`;
  }

  // ---- one problem -----------------------------------------------------------------------------------------------

  // What the answers of a problem are drawn as: which are right, and each one's colour.
  function answerClasses(problem) {
    const right = new Set([problem.gold]);
    problem.subthoughts.forEach((s) => s.outcome === "right" && s.answer !== null && right.add(s.answer));
    const voted = problem.votes.map(([answer]) => answer);
    const others = voted.filter((answer) => !right.has(answer)).slice(0, COLOURS - 1);
    const colours = new Map(others.map((answer, place) => [answer, `k${place + 1}`]));
    return {
      shown: voted.filter((answer) => right.has(answer) || colours.has(answer)),
      isRight: (answer) => right.has(answer),
      colour: (answer) => (answer === null ? "none" : right.has(answer) ? "k0" : colours.get(answer) ?? "other"),
    };
  }

  const verdict = (outcome) =>
    el("span", { class: `verdict outcome-${outcome}` }, `${GLYPHS[outcome] ?? "?"} ${WORDS[outcome] ?? outcome}`);
  const spoken = (s) => (s.answer === null ? WORDS[s.outcome] ?? s.outcome : s.answer);

  const answerText = (s) => el("span", { class: "run" }, brief(spoken(s), 80));

  function top(problem) {
    const open = visible();
    const place = open.indexOf(current());
    const button = (label, step) => {
      const node = el("button", { type: "button", disabled: !open[place + step] }, label);
      node.addEventListener("click", () => move(step));
      return node;
    };
    const close = el("button", { type: "button", "aria-label": "Close the problem" }, "Close");
    close.addEventListener("click", closeDetail);
    return el("div", { class: "top" },
      el("h2", {}, problem.id), el("span", { class: "soft" }, place < 0 ? "" : `${place + 1} of ${open.length}`),
      button("← Previous", -1), button("Next →", 1), close);
  }

  function question(problem) {
    const extra = Object.entries(problem.extra ?? {}).flatMap(([key, value]) => [
      el("dt", {}, key), el("dd", {}, typeof value === "string" ? value : JSON.stringify(value))]);
    return el("div", {}, el("h3", {}, "Question"), el("pre", {}, problem.question),
      el("dl", { class: "extra" }, el("dt", {}, "gold"), el("dd", {}, problem.gold), ...extra));
  }

  function answers(problem) {
    const given = methods.filter((name) => problem.answers[name]).map((name) => {
      const { answer, outcome, reason } = problem.answers[name];
      return el("tr", {}, el("th", { scope: "row" }, name),
        el("td", {}, answer === null ? MISSING : brief(answer, 200), el("small", {}, reason ?? "")),
        el("td", {}, verdict(outcome)));
    });
    return el("div", {}, el("h3", {}, "Answers"), el("table", {}, el("tbody", {}, ...given)));
  }

  function voteBars(problem, classes) {
    const total = problem.votes.reduce((sum, [, count]) => sum + count, 0);
    const most = Math.max(1, ...problem.votes.map(([, count]) => count));
    const kept = problem.votes.filter(([answer]) => classes.shown.includes(answer));
    const rest = problem.votes.length - kept.length;
    const bars = kept.flatMap(([answer, count]) => [
      el("span", { class: "run" }, brief(answer, 60) + (classes.isRight(answer) ? " ✓" : "")),
      svg("svg", { "aria-hidden": "true" }, svg("rect", {
        class: `fill-k ${classes.colour(answer)}`, rx: 3, height: 14, width: `${(100 * count) / most}%` })),
      el("span", {}, `${count} `, el("span", { class: "soft" }, share(count, total)))]);
    return el("div", {}, el("h3", {}, `Votes: ${total} for ${plural(problem.votes.length, "answer")}`),
      el("div", { class: "votes" }, ...bars),
      rest > 0 ? el("p", { class: "soft" }, `and ${plural(rest, "answer")} with fewer votes, drawn in grey`) : null);
  }

  // Rows of the plot over position: the gold answer first, then by votes, then the rest and the unanswered.
  function plotRows(problem, classes) {
    const rightOnes = classes.shown.filter(classes.isRight);
    const goals = rightOnes.length ? rightOnes : [problem.gold];
    const named = [...goals, ...classes.shown.filter((answer) => !classes.isRight(answer))];
    const drawn = problem.subthoughts.filter((s) => s.outcome !== "not_drawn");
    const isRest = (s) => s.answer !== null && !named.includes(s.answer) && !classes.isRight(s.answer);
    const rest = drawn.some(isRest) ? ["others"] : [];
    const unanswered = drawn.some((s) => s.answer === null) ? ["no answer"] : [];
    const labels = [...named.map((answer) => brief(answer, 13)), ...rest, ...unanswered];
    const rowOf = (s) => {
      if (s.answer === null) return labels.length - 1;
      return isRest(s) ? named.length : Math.max(0, named.indexOf(s.answer));
    };
    return { labels, goals: goals.length, places: problem.subthoughts.map(rowOf) };
  }

  function evolution(problem, classes) {
    const { labels, goals, places } = plotRows(problem, classes);
    const count = problem.subthoughts.length;
    const [left, width, step] = [110, count > LONG ? 990 : 470, 22];
    const x = (i) => left + 10 + (count > 1 ? ((width - 20) * i) / (count - 1) : 0);
    const y = (row) => 14 + step * row;
    const lines = labels.map((label, row) => svg("g", {},
      svg("path", { class: row < goals ? "goal" : "grid", d: `M${left} ${y(row)}h${width}` }),
      svg("text", { class: "name", x: left - 10, y: y(row) + 4 }, label + (row < goals ? " ✓" : ""))));
    const radius = Math.max(2, Math.min(5.5, (width / count) * 0.6));
    const dots = problem.subthoughts.map((s, i) => (s.outcome === "not_drawn" ? null : svg("circle", {
      class: `fill-k ${classes.colour(s.answer)}`, "data-place": i, cx: x(i).toFixed(1), cy: y(places[i]), r: radius },
      svg("title", {}, `${i + 1}: ${brief(spoken(s), 60)}`))));
    const most = Math.max(1, ...problem.subthoughts.map((s) => s.tokens));
    const floor = y(labels.length) + 14;
    const costs = problem.subthoughts.map((s, i) => (s.tokens ? svg("rect", { class: "cost", "data-place": i,
      x: (x(i) - radius * 0.8).toFixed(1), width: (radius * 1.6).toFixed(1), y: (floor - (COST * s.tokens) / most).toFixed(1),
      height: ((COST * s.tokens) / most).toFixed(1) }, svg("title", {}, `${i + 1}: ${plural(s.tokens, "token")}`)) : null));
    const costName = svg("text", { class: "name", x: left - 10, y: floor - 4 }, "tokens");
    const bottom = floor + 15;
    const ends = [...new Set([0, count - 1])];
    const ticks = ends.map((i) => svg("text", { class: "tick", x: x(i), y: bottom }, String(i + 1)));
    const reached = dots.filter((dot, i) => dot !== null && places[i] < goals).length;
    const label = `Answers over ${count} subthoughts; ${reached} lead to the gold answer`;
    const viewBox = `0 0 ${left + width} ${bottom + 6}`;
    return el("div", {}, el("h3", {}, "Answer, and its cost, by the subthought it was continued from"), el("div", { class: "wide" },
      svg("svg", { class: "evolution", viewBox, role: "img", "aria-label": label }, ...lines, ...dots, costName, ...costs, ...ticks)),
      stopped(problem.stop));
  }

  const FIRED = { exact: "the rest could not change the winner", full: "all was drawn",
    certified: "the winner was certified", heuristic: "the heuristic was sure enough (no guarantee)" };

  function stopped(stop) {
    if (!stop) return null;
    const saved = stop.tokens_saved ? `; about ${plural(stop.tokens_saved, "token")} saved` : "";
    const risk = stop.alpha === null ? "" : ` up to α = ${stop.alpha}`;
    return el("p", { class: "soft" },
      `Stopped after ${stop.draws} of ${plural(stop.total, "continuation")}: ${FIRED[stop.rule] ?? stop.rule}${risk}${saved}.`);
  }

  function trace(problem, classes) {
    const { before, after, finish_reason: finish, tokens } = problem.trace;
    const spans = problem.subthoughts.map((s, i) => el("span", {
      class: `run subthought ${classes.colour(s.answer)}`, role: "button", tabindex: -1, "data-place": i,
      "data-label": brief(spoken(s), 14),
      title: `Subthought ${i + 1} leads to: ${brief(spoken(s), 80)} (${WORDS[s.outcome] ?? s.outcome})` }, s.text));
    const frame = (text) => el("span", { class: "run frame" }, text);
    const cutOff = finish === "length" ? ", cut off at its limit" : "";
    return el("div", {}, el("h3", {}, `Trace: ${plural(tokens, "token")}${cutOff}`),
      el("pre", { class: "trace" }, frame(before), ...spans, frame(after)));
  }

  function continuation(s, place, count) {
    if (s.outcome === "not_drawn") {
      return [el("h3", {}, `Subthought ${place + 1} of ${count}`),
        el("p", { class: "soft" }, "Not continued: the vote was decided before its turn.")];
    }
    const cost = `${plural(s.tokens, "token")}${s.finish_reason === "length" ? ", cut off at its limit" : ""}`;
    return [el("h3", {}, `Continuation after subthought ${place + 1} of ${count}`),
      el("p", { class: "soft" }, `${cost}; answer `, answerText(s), " ", verdict(s.outcome)),
      el("pre", {}, s.continuation)];
  }

  const SAID = [["right", "right", "wrong"], ["sound", "sound", "not sound"]];

  // What the source of an imported sample says of it.
  function source(label) {
    const words = SAID.filter(([name]) => typeof label?.[name] === "boolean").map(([name, yes, no]) => (label[name] ? yes : no));
    if (typeof label?.first_error === "number") words.push(`first error in step ${label.first_error + 1}`);
    return words.length ? ` · its source: ${words.join(", ")}` : "";
  }

  function samples(problem) {
    if (!problem.samples.length) return null;
    const heading = el("h3", {}, `${problem.subthoughts.length ? "Self-consistency: " : ""}${plural(problem.samples.length, "sample")}`);
    return el("section", { class: "samples" }, heading,
      ...problem.samples.map((s, i) => el("details", {},
        el("summary", {}, `${i + 1}. `, answerText(s), " ", verdict(s.outcome), ` · ${plural(s.tokens, "token")}`, source(s.label)),
        el("pre", {}, s.text))));
  }

  // The middle of the detail: what the subthoughts led to, and the trace itself with one continuation beside it.
  function thoughts(problem) {
    const classes = answerClasses(problem);
    const pane = el("div", { class: "continuation", "aria-live": "polite" });
    const body = trace(problem, classes);
    if (!problem.subthoughts.length) return [el("div", { class: "pair" }, body)];
    const plots = el("div", { class: problem.subthoughts.length > LONG ? "pair long" : "pair" },
      evolution(problem, classes), voteBars(problem, classes));
    const nodes = [plots, el("div", { class: "pair" }, body, pane)];
    const pick = (place) => {
      for (const part of nodes) {
        part.querySelectorAll("[data-place]").forEach((node) => {
          const chosen = Number(node.dataset.place) === place;
          if (chosen) node.setAttribute("aria-current", "true");
          else node.removeAttribute("aria-current");
          if (node.matches(".subthought")) node.tabIndex = chosen ? 0 : -1;
        });
      }
      pane.replaceChildren(...continuation(problem.subthoughts[place], place, problem.subthoughts.length));
    };
    nodes.forEach((part) => part.addEventListener("click", (event) => {
      const target = event.target.closest("[data-place]");
      if (target) pick(Number(target.dataset.place));
    }));
    body.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1, Enter: 0, " ": 0 }[event.key];
      const place = Number(event.target.dataset.place) + step;
      if (!problem.subthoughts[place]) return;
      event.preventDefault();
      pick(place);
      body.querySelector(`[data-place="${place}"]`).focus();
    });
    pick(Math.max(0, problem.subthoughts.findIndex((s) => s.outcome !== "not_drawn")));
    return nodes;
  }

  // ---- moving around ---------------------------------------------------------------------------------------------

  function openProblem(row) {
    current()?.removeAttribute("aria-current");
    row.setAttribute("aria-current", "true");
    const problem = JSON.parse(byId(`data-${row.dataset.index}`).textContent);
    detail.hidden = false;
    detail.replaceChildren(...[top(problem), el("div", { class: "pair first" }, question(problem), answers(problem)),
      ...thoughts(problem), samples(problem)].filter((part) => part !== null));
    const offset = row.getBoundingClientRect().top - list.getBoundingClientRect().top;
    if (offset < 60 || offset > list.clientHeight - 60) list.scrollTop += offset - list.clientHeight / 3;
    detail.scrollIntoView({ block: "start" });
  }

  function closeDetail() {
    current()?.removeAttribute("aria-current");
    detail.hidden = true;
    detail.replaceChildren();
    history.replaceState(null, "", "#problems");
  }

  const address = (row) => row.querySelector("a").hash;

  function followAddress() {
    const row = rows.find((candidate) => address(candidate) === location.hash);
    if (row) openProblem(row);
  }

  function move(step) {
    const open = visible();
    const place = open.indexOf(current());
    const target = place < 0 ? open[0] : open[place + step];
    if (target) location.replace(address(target));
  }

  function onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") {
      if (event.target === filter) filter.blur();
      else if (!detail.hidden) closeDetail();
      return;
    }
    if (event.target.matches("input, select, textarea")) return;
    const inList = list.contains(event.target);
    const actions = { j: () => move(1), k: () => move(-1), "/": () => filter.focus() };
    if (inList) Object.assign(actions, { ArrowDown: actions.j, ArrowUp: actions.k });
    if (!actions[event.key]) return;
    event.preventDefault();
    actions[event.key]();
  }

  function start() {
    document.documentElement.classList.add("js");
    filter.form.hidden = false;
    headers.forEach((header, column) => {
      const button = el("button", { type: "button" }, header.textContent);
      button.addEventListener("click", () => sortBy(column));
      header.replaceChildren(button);
    });
    table.tBodies[0].addEventListener("click", (event) => {
      const row = event.target.closest("tr");
      if (!event.target.closest("a") && !String(getSelection())) location.hash = address(row);
    });
    filter.form.addEventListener("submit", (event) => event.preventDefault());
    filter.addEventListener("input", applyFilter);
    show.addEventListener("input", applyFilter);
    addEventListener("hashchange", followAddress);
    addEventListener("keydown", onKey);
    applyFilter();
    followAddress();
  }

  start();
})();
