// While a title is typed, the nearest answers are shown below it; without this script the page of answers is linked.
"use strict";
(() => {
  const place = document.getElementById("suggested"), title = document.getElementById("id_title");
  if (!place || !title) return;
  const WAIT = 400, FEWEST = 2;
  let timer = 0, asked = "", running = null;
  const ask = async () => {
    const text = title.value.trim();
    if (text === asked) return;
    asked = text;
    if (running) running.abort();
    if (text.length < FEWEST) { place.replaceChildren(); return; }
    running = new AbortController();
    try {
      const answer = await fetch(`${place.dataset.url}?q=${encodeURIComponent(text.slice(0, 200))}`,
        { signal: running.signal, headers: { "X-Requested-With": "fetch" } });
      if (!answer.ok || answer.redirected) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (text === title.value.trim()) place.replaceChildren(...page.body.childNodes);
    } catch (error) {
      if (error.name !== "AbortError") place.replaceChildren();
    }
  };
  (title.closest(".sy-field") || title).after(place);
  title.setAttribute("aria-controls", "suggested");
  title.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, WAIT); });
  ask();
})();
