// The workbench: support time left goes on by itself, keys move about, forms open in place.  Every link works without.
"use strict";
(() => {
  const list = document.getElementById("desk-list"), box = document.getElementById("desk-form"), help = document.getElementById("desk-help");
  if (!list) return;
  const button = (name) => document.querySelector(`[data-desk="${name}"]`);
  let loaded = performance.now();
  let current = "";

  // --- What is left of support time --------------------------------------------------------------------------
  // The server says what was left when the page was drawn, and the stretches of support time that follow, in seconds from
  // then: what has passed of them since is taken off.  The reader's own clock is not asked.
  const ran = (spans, passed) => spans.split(" ").filter(Boolean).reduce((sum, span) => {
    const [from, to] = span.split("-").map(Number);
    return sum + Math.max(0, Math.min(passed, to) - from);
  }, 0);
  const runs = (spans, passed) => spans.split(" ").some((span) => { const [from, to] = span.split("-").map(Number); return passed >= from && passed < to; });
  const two = (number) => String(number).padStart(2, "0");
  const words = (seconds) => `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  const tick = () => {
    const passed = Math.floor((performance.now() - loaded) / 1000);
    list.querySelectorAll("[data-left]").forEach((mark) => {
      if (mark.tagName === "TABLE") return;
      const said = mark.closest("table").dataset, left = Number(mark.dataset.left) - ran(mark.dataset.spans, passed);
      const open = runs(mark.dataset.spans, passed);
      mark.textContent = `${left < 0 ? said.over : said.left} ${words(Math.abs(left))}${open ? "" : ` · ${said.closed}`}`;
      mark.classList.toggle("is-still", !open);
      const cell = mark.closest("td");
      if (left <= 0) { cell.classList.remove("tone-info", "tone-warn"); cell.classList.add("tone-bad"); }
    });
  };
  setInterval(tick, 1000);
  tick();

  // --- The list looks for news, unless nobody looks at it or it was told to stand still ------------------------
  const refresh = button("refresh");
  let calm = sessionStorage.getItem("desk-still") === "yes";
  const showRefresh = () => refresh.setAttribute("aria-pressed", String(!calm));
  refresh.hidden = false;
  showRefresh();
  refresh.addEventListener("click", () => { calm = !calm; sessionStorage.setItem("desk-still", calm ? "yes" : "no"); showRefresh(); });
  document.addEventListener("htmx:beforeRequest", (event) => {
    const asksItself = event.target === list && !(event.detail.requestConfig.triggeringEvent && event.detail.requestConfig.triggeringEvent.type === "desk-changed");
    if (asksItself && (calm || document.hidden)) event.preventDefault();
  });

  // --- Forms in place ----------------------------------------------------------------------------------------
  const close = () => {
    if (!box.childElementCount) return;
    const opened = box.firstElementChild.dataset.opened;
    box.replaceChildren();
    goTo(opened || current);
  };
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target === list) { loaded = performance.now(); tick(); mark(current); }
    if (event.target === box) {
      const field = box.querySelector(".sy-errors, textarea, select, input:not([type=hidden])");
      if (box.querySelector("[data-opened]")) { box.scrollIntoView({ block: "nearest" }); (field || box).focus(); }
      else goTo((box.firstElementChild || {}).dataset ? box.firstElementChild.dataset.done : "");
    }
  });
  document.addEventListener("click", (event) => { if (event.target.closest('[data-desk="close"]')) close(); });

  // --- Keys ----------------------------------------------------------------------------------------------------
  const rows = () => Array.from(list.querySelectorAll("tr[data-ticket]"));
  const rowOf = (ticket) => rows().find((row) => row.dataset.ticket === ticket);
  const linkOf = (row) => row && row.querySelector(".sla-desk-what a");
  function mark(ticket) { rows().forEach((row) => row.classList.toggle("is-current", row.dataset.ticket === ticket)); }
  function goTo(ticket) {
    const row = rowOf(ticket) || rows()[0];
    if (!row) return;
    current = row.dataset.ticket;
    mark(current);
    linkOf(row).focus();
    row.scrollIntoView({ block: "nearest" });
  }
  const step = (by) => {
    const all = rows(), at = all.findIndex((row) => row.dataset.ticket === current);
    const next = at < 0 ? 0 : Math.min(Math.max(at + by, 0), all.length - 1);
    if (all[next]) goTo(all[next].dataset.ticket);
  };
  const press = (verb) => {
    const row = rowOf(current), link = row && row.querySelector(`[data-verb="${verb}"]`);
    if (link) link.click();
  };
  list.addEventListener("focusin", (event) => {
    const row = event.target.closest("tr[data-ticket]");
    if (row) { current = row.dataset.ticket; mark(current); }
  });
  const open = () => { if (!help.open) help.showModal(); };
  button("help").hidden = false;
  button("help").addEventListener("click", open);
  const switchKeys = button("keys");
  switchKeys.checked = localStorage.getItem("desk-keys") !== "off";
  switchKeys.addEventListener("change", () => localStorage.setItem("desk-keys", switchKeys.checked ? "on" : "off"));
  const keys = {
    j: () => step(1),
    k: () => step(-1),
    a: () => press("accept"),
    r: () => press("respond"),
    "/": () => document.getElementById("desk-search").focus(),
    "?": open,
  };
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !help.open) { close(); return; }
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || help.open || !switchKeys.checked) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    const act = keys[event.key];
    if (act) { event.preventDefault(); act(); }
  });
})();
