// The form of a price shows only the fields that its model uses, and gives more rows for tiers; without this script it shows all.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  const used = {
    flat: ["flat_amount"],
    unit: ["meter", "unit", "unit_price", "free_units", "minimum", "maximum"],
    graduated: ["meter", "unit", "tiers", "free_units", "minimum", "maximum"],
    volume: ["meter", "unit", "tiers", "free_units", "minimum", "maximum"],
    package: ["meter", "unit", "unit_price", "package_size", "free_units", "minimum", "maximum"],
  };
  const all = new Set(Object.values(used).flat());
  const model = document.querySelector('select[name="model"]');
  const box = (name) => {
    const field = document.querySelector(`[name="${name}"], [name^="${name}-"]`);
    return field && (field.closest(".fieldBox") || field.closest(".sy-field") || field.closest(".form-row"));
  };
  const show = () => {
    const wanted = used[model.value];
    if (!wanted) return;
    for (const name of all) {
      const found = box(name);
      if (found) found.hidden = !wanted.includes(name);
    }
  };
  if (model) {
    model.addEventListener("change", show);
    show();
  }
  document.querySelectorAll("[data-tiers]").forEach((table) => {
    const more = table.querySelector("[data-more-tiers]");
    const rows = table.querySelector("tbody");
    more.hidden = false;
    more.addEventListener("click", () => {
      const row = rows.lastElementChild.cloneNode(true);
      const number = rows.children.length + 1;
      row.querySelector("th").textContent = String(number);
      row.querySelectorAll("input").forEach((input) => {
        input.value = "";
        input.setAttribute("aria-label", input.getAttribute("aria-label").replace(/\d+/, String(number)));
      });
      rows.append(row);
      row.querySelector("input").focus();
    });
  });
  // What is chosen here changes what can be chosen further on.
  document.querySelectorAll("select[data-sends]").forEach((select) => select.addEventListener("change", () => select.form.submit()));
});
