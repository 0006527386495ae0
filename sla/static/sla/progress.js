// Moves each progress[data-progress] while its work runs, and loads the page anew when it is over.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll("progress[data-progress]").forEach((bar) => {
    const words = document.querySelector("[data-progress-words]");
    const look = async () => {
      const answer = await fetch(bar.dataset.progress, { headers: { Accept: "application/json" } });
      if (!answer.ok) return;
      const said = await answer.json();
      if (said.over) { window.location.reload(); return; }
      bar.value = said.percent;
      if (words) words.textContent = `${said.percent} % (${said.done} / ${said.total})`;
      window.setTimeout(look, 2000);
    };
    window.setTimeout(look, 1000);
  });
});
