// Draws each canvas[data-chart] from the JSON beside it.  The same numbers stand in a table on the page.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(`--sy-${name}`).trim();
  const palette = ["info-mark", "warn-mark", "bad-mark", "ok-mark", "muted-mark"].map(colour);
  Chart.defaults.color = colour("muted");
  Chart.defaults.borderColor = colour("line");
  Chart.defaults.font.family = style.getPropertyValue("--sy-face");
  document.querySelectorAll("canvas[data-chart]").forEach((canvas) => {
    const data = JSON.parse(document.getElementById(canvas.dataset.chart).textContent);
    const datasets = data.series.map((s, i) => ({ label: s.label, data: s.data, backgroundColor: palette[i % 5], borderColor: palette[i % 5], borderRadius: 3, tension: 0.25 }));
    new Chart(canvas, {
      type: data.kind,
      data: { labels: data.labels, datasets },
      options: { maintainAspectRatio: false, animation: false, scales: { y: { beginAtZero: true, ticks: { precision: 0 } } }, plugins: { legend: { display: datasets.length > 1, position: "bottom" } } },
    });
  });
});
