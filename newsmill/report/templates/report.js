// Draws the charts in the page's colours and follows the chosen topic and period. Without it every table still reads.
(() => {
  "use strict";
  const page = document.documentElement;
  const charts = JSON.parse(document.getElementById("charts").textContent);
  const drawn = new Map();
  const period = document.getElementById("period");
  const choices = [...document.querySelectorAll('input[name="topic"]')];

  // Marks name a style; the place they are drawn in gives it its colours.
  const config = (place) => {
    const css = getComputedStyle(place);
    const color = (name) => css.getPropertyValue(`--${name}`).trim();
    const palette = [0, 1, 2, 3, 4, 5, 6, 7].map((number) => color(`c${number}`));
    return {
      background: null,
      font: css.fontFamily,
      view: { stroke: null },
      range: { category: palette, ordinal: palette },
      axis: {
        labelColor: color("muted"), labelFontSize: 12, labelPadding: 6, gridColor: color("line"),
        domainColor: color("line"), domain: false, ticks: false,
      },
      axisX: { domain: true },
      title: { anchor: "start", color: color("muted"), fontSize: 12, fontWeight: 400, offset: 8 },
      style: {
        "topic-line": { strokeWidth: 2, strokeJoin: "round" },
        hovered: { filled: true, size: 60 },
        "stories-area": { color: color("tint"), fillOpacity: 0.18 },
        "stories-line": { color: color("tint"), strokeWidth: 2, strokeJoin: "round" },
        "stories-point": { color: color("tint"), filled: true, size: 60 },
        "pages-area": { color: color("muted"), fillOpacity: 0.18 },
        "pages-line": { color: color("muted"), strokeWidth: 1.5, strokeJoin: "round" },
        "pages-point": { color: color("muted"), filled: true, size: 60 },
        burst: { color: color("burst"), fillOpacity: 0.28 },
        "whole-bar": { color: color("whole"), cornerRadiusEnd: 2 },
        "part-bar": { color: color("part"), cornerRadiusEnd: 2 },
      },
    };
  };

  const draw = async (place, spec) => {
    drawn.get(place)?.finalize();
    // The interpreter evaluates chart expressions without eval, which the page's policy forbids.
    const options = {
      mode: "vega-lite", renderer: "svg", actions: false, ast: true, defaultStyle: false, config: config(place),
      tooltip: { disableDefaultStyle: true, theme: "plain" },
    };
    drawn.set(place, await vegaEmbed(place, spec, options));
  };

  const rows = (columns) => {
    const names = Object.keys(columns);
    return columns[names[0]].map((_, row) => Object.fromEntries(names.map((name) => [name, columns[name][row]])));
  };
  const datasets = Object.fromEntries(Object.entries(charts.datasets).map(([name, columns]) => [name, rows(columns)]));

  const chosen = () => choices.find((input) => input.checked);

  // What is chosen goes into the charts as parameters; those that have none show everything.
  const drawChart = (place, name) => {
    const values = { topic: chosen()?.value, period: Number(period?.value ?? place.dataset.period) };
    const spec = { ...charts.specs[name], datasets };
    if (place.dataset.height) spec.height = Number(place.dataset.height);
    spec.params = spec.params?.map((param) => (param.name in values ? { ...param, value: values[param.name] } : param));
    return draw(place, spec);
  };

  const drawTopics = async () => {
    const [first, second] = ["topics", "topic_pages"].map((name) => document.querySelector(`[data-chart="${name}"]`));
    if (!first) return;
    const topic = chosen().value;
    second.hidden = !topic;
    await drawChart(first, topic ? "topic_stories" : "all_topics");
    if (topic) await drawChart(second, "topic_pages");
  };

  const showTopic = () => {
    const choice = chosen();
    const topic = choice?.value ?? "";
    for (const list of document.querySelectorAll(".stories[data-topic]")) list.hidden = list.dataset.topic !== topic;
    for (const row of document.querySelectorAll("[data-row-topic]")) row.hidden = topic !== "" && row.dataset.rowTopic !== topic;
    for (const earlier of document.querySelectorAll(".more-bursts")) earlier.open = topic !== "";
    if (!choice) return;
    const name = choice.parentElement.querySelector(".card-name bdi")?.textContent;
    document.getElementById("topic-caption").textContent = topic ? name : "All topics";
    document.getElementById("topic-legend").hidden = !topic;
    document.getElementById("topic-figure").className = choice.dataset.color ?? "";
  };

  const drawAll = async () => {
    await drawTopics();
    for (const name of ["sources", "languages", "books"]) {
      const place = document.querySelector(`[data-chart="${name}"]`);
      if (place) await drawChart(place, name);
    }
    page.dataset.drawn = "yes";
  };

  // The chosen topic stands in the address, so that a link can lead to it.
  const chooseFromAddress = () => {
    const asked = new URLSearchParams(location.hash.slice(1)).get("topic");
    const choice = choices.find((input) => input.value === asked);
    if (choice) choice.checked = true;
  };

  page.classList.add("js");
  chooseFromAddress();
  showTopic();
  drawAll();
  for (const input of choices) {
    input.addEventListener("change", () => {
      history.replaceState(null, "", input.value ? `#${new URLSearchParams({ topic: input.value })}` : "#topics");
      showTopic();
      drawTopics();
    });
  }
  period?.addEventListener("change", drawTopics);
  window.addEventListener("hashchange", () => { chooseFromAddress(); showTopic(); drawTopics(); });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
})();
