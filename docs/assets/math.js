/* Formulas are typeset with KaTeX from this site's own files, on pages that have some. */
(() => {
  const base = new URL("katex/", document.currentScript.src);

  function typeset() {
    for (const place of document.querySelectorAll(".arithmatex")) {
      const text = place.textContent.trim();
      const display = text.startsWith("\\[");
      katex.render(text.slice(2, -2), place, { displayMode: display, throwOnError: false });
    }
    document.documentElement.dataset.math = "done";
  }

  function load() {
    if (!document.querySelector(".arithmatex")) return;
    const style = document.createElement("link");
    style.rel = "stylesheet";
    style.href = new URL("katex.min.css", base);
    const program = document.createElement("script");
    program.src = new URL("katex.min.js", base);
    program.addEventListener("load", typeset);
    document.head.append(style, program);
  }

  document.addEventListener("DOMContentLoaded", load);
})();
