// Filters the cases. Without it all of them are there.
"use strict";
{
  const form = document.getElementById("filter");
  const count = document.getElementById("count");
  const cases = [...document.querySelectorAll("details.case")];

  function fits(one, wanted) {
    const { area, agents, deviations } = one.dataset;
    if (wanted.area !== "" && area !== wanted.area) return false;
    if (wanted.agent !== "" && !agents.split(" ").includes(wanted.agent)) return false;
    if (wanted.deviation !== "") {
      // Of the agent that is asked for, or of any.
      const named = deviations.split(" ").some((pair) => {
        const colon = pair.indexOf(":");
        return pair.slice(colon + 1) === wanted.deviation
          && (wanted.agent === "" || pair.slice(0, colon) === wanted.agent);
      });
      if (!named) return false;
    }
    const text = one.querySelector("summary").textContent.toLowerCase();
    return wanted.words.toLowerCase().split(/\s+/).every((word) => text.includes(word));
  }

  function show() {
    const wanted = Object.fromEntries(new FormData(form));
    let shown = 0;
    for (const one of cases) {
      one.hidden = !fits(one, wanted);
      if (!one.hidden) shown += 1;
    }
    count.textContent = shown === cases.length
      ? `${shown} cases`
      : `${shown} of ${cases.length} cases`;
  }

  form.addEventListener("input", show);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(show));
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-agent]");
    if (button === null) return;
    form.elements.agent.value = button.dataset.agent;
    form.elements.area.value = button.dataset.area || "";
    form.elements.deviation.value = button.dataset.deviation || "";
    form.elements.words.value = "";
    show();
    document.getElementById("cases").scrollIntoView();
    form.elements.agent.focus({ preventScroll: true });
  });
  // What the browser kept of the form when the page is loaded again.
  show();
}
