// A chosen canned answer goes into the text, at the place of the cursor; without this script the server takes it.
"use strict";
document.addEventListener("change", (event) => {
  const select = event.target.closest("select[data-fills]");
  if (!select || !select.form) return;
  const chosen = select.selectedOptions[0], text = select.form.elements[select.dataset.fills];
  if (!chosen || !chosen.dataset.text || !text) return;
  const start = text.selectionStart, end = text.selectionEnd;
  text.setRangeText(chosen.dataset.text, start, end, "end");
  text.dispatchEvent(new Event("input", { bubbles: true }));
  text.focus();
});
