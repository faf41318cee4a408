/* Steps a Turing machine: the semantics of theory/turing.py, on a page. A machine is a bbchallenge
   text: rows of states A, B, C ... separated by _; an entry is the symbol written, the move and the
   next state; --- is no entry. `Sheffer.machine` holds what the tests compare with the simulator. */
window.Sheffer = window.Sheffer || {};

Sheffer.machine = (() => {
  function read(text) {
    const lines = text.trim().split("_");
    const rows = lines.map((line) => line.match(/.{1,3}/g) || []);
    const symbols = rows[0].length;
    if (!symbols || rows.some((row) => row.length !== symbols)) {
      throw new Error("rows of entries such as 1RB, equally many in each, separated by _");
    }
    return rows.map((row, state) => row.map((entry, symbol) => {
      if (entry === "---") return null;
      const place = `state ${letter(state)}, symbol ${symbol}`;
      if (!/^\d[LR][A-Z]$/.test(entry)) throw new Error(`${place}: ${entry} is no entry such as 1RB`);
      if (Number(entry[0]) >= symbols) throw new Error(`${place}: there is no symbol ${entry[0]}`);
      return { write: Number(entry[0]), move: entry[1] === "R" ? 1 : -1, state: entry.charCodeAt(2) - 65 };
    }));
  }

  const letter = (state) => String.fromCharCode(65 + state);
  const start = () => ({ state: 0, position: 0, steps: 0, tape: new Map() });
  const under = (now) => now.tape.get(now.position) || 0;
  const entry = (table, now) => (table[now.state] || [])[under(now)] || null;

  /** Takes one step in place; false where the machine has halted. */
  function step(table, now) {
    const next = entry(table, now);
    if (!next) return false;
    now.tape.set(now.position, next.write);
    now.position += next.move;
    now.state = next.state;
    now.steps += 1;
    return true;
  }

  const ones = (now) => [...now.tape.values()].filter(Boolean).length;

  /** The tape from its first to its last cell that is not blank, the head's cell in brackets. */
  function text(now) {
    const cells = [...now.tape].filter(([, symbol]) => symbol).map(([place]) => place);
    const first = Math.min(now.position, ...cells), last = Math.max(now.position, ...cells);
    let line = "";
    for (let k = first; k <= last; k++) {
      const symbol = now.tape.get(k) || 0;
      line += k === now.position ? `[${symbol}]` : symbol;
    }
    return line;
  }

  /** Runs a machine on the blank tape for at most `fuel` steps. */
  function run(source, fuel) {
    const table = read(source), now = start();
    while (now.steps < fuel && step(table, now));
    return { halted: !entry(table, now), steps: now.steps, ones: ones(now), state: letter(now.state), tape: text(now) };
  }

  return { read, start, step, entry, under, ones, text, run, letter };
})();

(() => {
  const M = Sheffer.machine;
  const REACH = 12; // cells shown on each side of the head
  const BURST = 1000; // most steps between two pictures of a run

  function element(name, attributes = {}, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
      else made.setAttribute(key, value);
    }
    made.append(...children);
    return made;
  }

  function mount(place, number) {
    let table, now, timer = null;
    const id = `machine-${number}`;
    const field = element("input", { id, type: "text", spellcheck: "false", autocomplete: "off", value: place.dataset.machine });
    const problem = element("p", { class: "problem", role: "alert" });
    const tape = element("div", { class: "tape", "aria-hidden": "true" });
    const status = element("p", { class: "status", role: "status" });
    const rules = element("div", { class: "rules", tabindex: "0" });
    const button = (text, action) => element("button", { type: "button", class: "md-button", onclick: action }, text);
    const stepButton = button("Step", () => { stop(); M.step(table, now); show(); });
    const runButton = button("Run", () => (timer ? stop() : go()));
    const resetButton = button("Reset", () => { stop(); load(); });
    const many = element("select", { "aria-label": "Steps at once" },
      ...[1, 10, 100, 1000].map((k) => element("option", { value: k }, k === 1 ? "1 step at a time" : `${k} steps at a time`)));

    function load() {
      try {
        table = M.read(field.value);
        problem.textContent = "";
      } catch (error) {
        problem.textContent = error.message;
        return;
      }
      now = M.start();
      show();
    }

    function go() {
      runButton.textContent = "Pause";
      timer = setInterval(() => {
        const steps = Math.min(BURST, Number(many.value));
        for (let k = 0; k < steps; k++) if (!M.step(table, now)) { stop(); break; }
        show();
      }, 120);
    }

    function stop() {
      clearInterval(timer);
      timer = null;
      runButton.textContent = "Run";
      if (now) show();
    }

    function show() {
      const next = M.entry(table, now);
      const cells = [];
      for (let k = now.position - REACH; k <= now.position + REACH; k++) {
        const symbol = now.tape.get(k) || 0;
        const kind = `${k === now.position ? "head " : ""}${symbol ? "one" : ""}`.trim();
        cells.push(element("span", kind ? { class: kind } : {}, String(symbol)));
      }
      tape.replaceChildren(...cells);
      const words = `step ${now.steps.toLocaleString("en")} · state ${M.letter(now.state)} · reads ${M.under(now)} · ones ${M.ones(now).toLocaleString("en")}`;
      status.textContent = next ? words : `HALT · ${words}`;
      status.setAttribute("aria-live", timer ? "off" : "polite");
      stepButton.disabled = !next;
      if (!timer) runButton.disabled = !next;
      place.dataset.steps = now.steps;
      place.dataset.tape = M.text(now);
      place.dataset.halted = !next;
      const heads = table[0].map((_, symbol) => element("th", { scope: "col" }, `reads ${symbol}`));
      rules.replaceChildren(element("table", {},
        element("thead", {}, element("tr", {}, element("th", { scope: "col" }, "state"), ...heads)),
        element("tbody", {}, ...table.map((row, state) => element("tr", {},
          element("th", { scope: "row" }, M.letter(state)),
          ...row.map((e, symbol) => element("td",
            state === now.state && symbol === M.under(now) ? { class: "current", "aria-current": "true" } : {},
            e ? `${e.write}${e.move > 0 ? "R" : "L"}${M.letter(e.state)}` : "---")))))));
      rules.setAttribute("aria-label", "The machine's table");
    }

    field.addEventListener("change", () => { stop(); load(); });
    place.append(
      element("p", { class: "controls" }, element("label", { for: id }, "Machine "), field), problem,
      tape, status,
      element("p", { class: "controls" }, stepButton, runButton, many, resetButton), rules);
    load();
    place.dataset.ready = "true";
  }

  document.addEventListener("DOMContentLoaded", () => document.querySelectorAll(".widget.machine").forEach(mount));
})();
