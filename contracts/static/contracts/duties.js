// The form of an obligation shows only the fields that the chosen rule uses; without this script it shows all.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  const rule = document.querySelector('select[name="rule"]');
  if (!rule) return;
  const used = {
    once: ["due_date"],
    every: ["every_number", "every_unit", "anchor", "day_of_month", "rolls"],
    on_event: ["event_name"],
    after_working: ["event_name", "after_number"],
    after_days: ["event_name", "after_number"],
  };
  const all = new Set(Object.values(used).flat());
  const show = () => {
    for (const name of all) {
      const field = document.querySelector(`[name="${name}"]`)?.closest(".sy-field");
      if (field) field.hidden = !(used[rule.value] || []).includes(name);
    }
  };
  rule.addEventListener("change", show);
  show();
});
