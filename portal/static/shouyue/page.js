// Small comforts; every page works without them.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  // Lists become cards on a phone: each cell learns its heading.
  const list = document.getElementById("result_list");
  if (list) {
    const heads = Array.from(list.querySelectorAll("thead th"), (th) => th.innerText.trim());
    list.querySelectorAll("tbody tr").forEach((row) => Array.from(row.children).forEach((cell, i) => { if (heads[i]) cell.dataset.label = heads[i]; }));
    list.classList.add("sy-stack");
  }
  // The menu on a phone.
  document.querySelectorAll("[data-toggles]").forEach((button) => button.addEventListener("click", () => {
    const open = document.body.classList.toggle(button.dataset.toggles);
    button.setAttribute("aria-expanded", String(open));
  }));
  // The boxes of select2 are named like the fields they stand for (axe: aria-input-field-name).
  const nameBoxes = () => document.querySelectorAll("select.select2-hidden-accessible").forEach((select) => {
    const boxes = select.nextElementSibling ? select.nextElementSibling.querySelectorAll(".select2-selection, .select2-selection__rendered") : [];
    const label = document.querySelector(`label[for="${CSS.escape(select.id)}"]`);
    boxes.forEach((box) => box.setAttribute("aria-label", select.getAttribute("aria-label") || (label ? label.innerText : "")));
  });
  if (document.querySelector("select.admin-autocomplete")) new MutationObserver(nameBoxes).observe(document.body, { childList: true, subtree: true });
  // What scrolls sideways can be reached by the keyboard.
  document.querySelectorAll(".sy-scroll, .results").forEach((box) => { if (box.scrollWidth > box.clientWidth) box.tabIndex = 0; });
  // Menus close when one clicks or presses Escape elsewhere.
  const closeMenus = (except) => document.querySelectorAll("details.sy-menu[open], details.sy-filter[open]").forEach((menu) => { if (menu !== except) menu.open = false; });
  document.addEventListener("click", (event) => closeMenus(event.target.closest("details.sy-menu, details.sy-filter")));
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") closeMenus(null); });
  // A form is sent once: the server refuses the repeat, the page need not ask.
  document.querySelectorAll("form.sy-form").forEach((form) => form.addEventListener("submit", () => {
    form.querySelectorAll("button:not([type=button])").forEach((button) => { button.setAttribute("aria-disabled", "true"); });
  }));
  // What went wrong is read first.
  const errors = document.querySelector(".sy-errors");
  if (errors) errors.focus();
});
