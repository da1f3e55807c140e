// Clicks through the page that `cors-conformance report` makes, in the page itself, and leaves in
// it what it found. `cargo xtask agents page` puts it there and reads it.
"use strict";
{
  const failed = [];
  let passed = 0;
  function check(what, holds) {
    if (holds) passed += 1; else failed.push(what);
  }
  const all = (selector) => [...document.querySelectorAll(selector)];
  const visible = (selector) => all(selector).filter((one) => one.checkVisibility());
  const cases = () => visible("details.case");
  const form = document.getElementById("filter");
  const count = document.getElementById("count");
  const settled = () => new Promise((resolve) => setTimeout(resolve, 50));
  function choose(name, value) {
    form.elements[name].value = value;
    form.elements[name].dispatchEvent(new Event("input", { bubbles: true }));
  }

  async function test() {
    const everything = all("details.case").length;
    check("all cases are there at first", everything > 100 && cases().length === everything);
    check("their number is told", count.textContent === `${everything} cases`);

    const first = all("details.case")[0];
    check("a case is closed at first", !first.open && !first.querySelector(".sides").checkVisibility());
    first.querySelector("summary").click();
    await settled();
    const sides = [...first.querySelectorAll("section")].filter((one) => one.checkVisibility());
    check("a click opens it", first.open && sides.length >= 2);
    check("one side is the standard", sides[0].querySelector("h3").textContent === "the standard");
    check("its steps are links", sides[0].querySelector(".steps a[href^='https://']") !== null);
    check("the other names the deviation and its reason",
      sides[1].querySelector(".reason b").checkVisibility()
      && sides[1].querySelector(".reason").textContent.length > 40);
    check("both have a sequence", sides.every((one) => one.querySelector(".blocks li") !== null));
    check("what differs is marked", sides[1].querySelector(".alone") !== null);
    first.querySelector("summary").click();
    await settled();
    check("another click closes it", !first.querySelector(".sides").checkVisibility());

    const button = document.querySelector("#areas button[data-agent='1']");
    button.click();
    await settled();
    const area = button.dataset.area;
    check("a number of the table shows just its cases",
      cases().length === Number(button.textContent)
      && cases().every((one) => one.dataset.area === area
        && one.dataset.agents.split(" ").includes("1")));
    check("the filter says so", form.elements.agent.value === "1" && form.elements.area.value === area);
    check("and has the focus", document.activeElement === form.elements.agent);
    check("how many of how many", count.textContent === `${cases().length} of ${everything} cases`);

    form.reset();
    await settled();
    check("resetting shows all", cases().length === everything);

    choose("agent", "2");
    const ofAgent = cases().length;
    check("one agent has some of the cases", ofAgent > 0 && ofAgent < everything);
    choose("area", cases()[0].dataset.area);
    check("one area of these has fewer", cases().length > 0 && cases().length < ofAgent);
    form.reset();
    await settled();
    const name = all(".deviations dt button")[0];
    name.click();
    check("a deviation shows as many cases as it tells",
      cases().length === Number.parseInt(name.textContent, 10));
    form.reset();
    await settled();
    choose("words", all("details.case code")[0].textContent);
    check("words find a case by its id", cases().length >= 1 && cases()[0] === first);
    choose("words", "there is no such case");
    check("words that are nowhere find nothing", cases().length === 0);
    form.reset();
    await settled();

    // Everything that can be clicked can be had by the keyboard.
    const controls = visible("summary, button, select, input, a");
    check("all controls take the focus", controls.every((one) => {
      one.focus({ preventScroll: true });
      return document.activeElement === one && one.tabIndex === 0;
    }));
    document.activeElement.blur();
    check("nothing came from elsewhere", performance.getEntriesByType("resource").length === 0);
  }

  test()
    .catch((error) => failed.push(String(error && error.stack || error)))
    .then(() => {
      // For the picture: one case that several agents fail, opened.
      const several = all("details.case").find((one) => one.dataset.agents.includes(" "));
      if (location.hash === "#picture" && several) {
        several.open = true;
        // A picture is of the top of a page.
        for (const one of document.querySelector("main").children) {
          one.hidden = one !== several && one !== form && one.id !== "cases";
        }
        return;
      }
      const result = document.createElement("pre");
      result.id = "self-test";
      result.textContent = `${passed} passed, ${failed.length} failed\n${failed.join("\n")}`;
      document.body.append(result);
    });
}
