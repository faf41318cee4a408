/* Walks through the layers of a search graph: which behaviours each length reaches first, with which
   error, and which steps lead on from one of them. The graph stands in the page as JSON. */
(() => {
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
    const graph = JSON.parse(place.querySelector("script").textContent);
    const number_of = (text) => (text === "inf" ? Infinity : text.split("/").reduce((a, b) => a / b));
    const errors = graph.nodes.map(([, error]) => number_of(error));
    const greatest = Math.max(...errors.filter(Number.isFinite), 1);
    const before = new Map(), after = new Map();
    for (const [from, to, step] of graph.edges) {
      if (!before.has(to)) before.set(to, [from, step]);
      if (!after.has(from)) after.set(from, []);
      after.get(from).push([to, step]);
    }
    const depth = Math.max(...graph.nodes.map(([layer]) => layer));
    let layer = 0, chosen = 0;

    const id = `layer-${number}`;
    const slider = element("input", { id, type: "range", min: 0, max: depth, value: 0 });
    const words = element("output", { for: id });
    const nodes = element("div", { class: "nodes", role: "group", "aria-label": "Behaviours first reached at this length" });
    const detail = element("div", { class: "detail", role: "status" });
    const steps = element("div", { class: "steps", role: "group", "aria-label": "Steps that lead on" });

    function way(node) {
      const found = [];
      while (before.has(node)) {
        const [from, step] = before.get(node);
        found.unshift(step);
        node = from;
      }
      return found;
    }

    function choose(node) {
      chosen = node;
      layer = graph.nodes[node][0];
      show();
    }

    function show() {
      slider.value = layer;
      const here = graph.nodes.map((_, k) => k).filter((k) => graph.nodes[k][0] === layer);
      here.sort((a, b) => errors[a] - errors[b]);
      if (graph.nodes[chosen][0] !== layer) chosen = here[0];
      const least = Math.min(...errors.filter((_, k) => graph.nodes[k][0] <= layer));
      words.textContent = `length ${layer}: ${here.length} new behaviour${here.length === 1 ? "" : "s"}, least error so far ${least}`;
      nodes.replaceChildren(...here.map((k) => {
        const made = element("button", {
          type: "button", "aria-pressed": k === chosen, "aria-label": `error ${graph.nodes[k][1]}`,
          onclick: () => { choose(k); nodes.querySelector("[aria-pressed=true]").focus(); } }, graph.nodes[k][1]);
        made.style.setProperty("--share", `${Math.round(100 * Math.min(1, errors[k] / greatest))}%`);
        return made;
      }));
      const path = way(chosen);
      detail.replaceChildren(`Error ${graph.nodes[chosen][1]}, first reached by ${path.length ? "" : "the empty sequence"}`,
        ...path.flatMap((step, k) => [k ? "; " : "", element("code", {}, step)]), ".");
      const on = after.get(chosen) || [];
      on.sort((a, b) => errors[a[0]] - errors[b[0]]);
      steps.replaceChildren(...(on.length
        ? on.map(([to, step]) => element("button", { type: "button", onclick: () => { choose(to); nodes.querySelector("[aria-pressed=true]").focus(); } }, `${step} → ${graph.nodes[to][1]}`))
        : [errors[chosen] ? "No step leads to a behaviour that is new at the next length." : "Nothing is left to do."]));
      place.dataset.layer = layer;
      place.dataset.error = graph.nodes[chosen][1];
    }

    slider.addEventListener("input", () => { layer = Number(slider.value); show(); });
    place.append(
      element("p", { class: "controls" }, element("label", { for: id }, "Length "), slider, words),
      nodes, detail, steps);
    show();
    place.dataset.ready = "true";
  }

  document.addEventListener("DOMContentLoaded", () => document.querySelectorAll(".widget.layers").forEach(mount));
})();
