// Create elements from text alone: text of pages is never parsed as markup.
const SVG = "http://www.w3.org/2000/svg";

const fill = (element, properties, children) => {
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(2).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
};

const el = (name, properties, ...children) => fill(document.createElement(name), properties, children);
const svg = (name, properties, ...children) => fill(document.createElementNS(SVG, name), properties, children);
const byId = (id) => document.getElementById(id);
const langAttribute = (code) => (code ? { lang: code } : {});

// Only http and https URLs become links; anything else stays text.
const isWebUrl = (url) => {
  if (!/^https?:\/\/[^\s]+$/i.test(url ?? "")) return false;
  try {
    return ["http:", "https:"].includes(new URL(url).protocol);
  } catch {
    return false;
  }
};

// A title within a sentence is isolated (bdi); a title alone on its line (span) sets the direction of the line.
const link = (url, text, code, wrapper = "bdi") => {
  const content = el(wrapper, { ...langAttribute(code) }, text);
  return isWebUrl(url) ? el("a", { href: url, rel: "noopener noreferrer", target: "_blank" }, content) : content;
};

// A number that opens the sheet with its stories or records; the link can be copied.
const sheetLink = (sheet, text, label) =>
  el("a", { href: `#show=${sheet}`, "data-sheet": sheet, class: "sheet-link", "aria-label": label }, text);

const cell = (value, properties) => el("td", { class: "n", ...properties }, value);
const heading = (text, numeric) => el("th", { scope: "col", class: numeric ? "n" : null }, text);

const table = (headings, rows) =>
  el("table", null, el("thead", null, el("tr", null, headings)), el("tbody", null, rows));

// A small line chart without axes.
const sparkline = (values, { width = 96, height = 24, className = "spark" } = {}) => {
  if (values.length < 2) return "–";
  const top = Math.max(...values, 1);
  const step = width / (values.length - 1);
  // A null ends a line; the next value begins another.
  const lines = [[]];
  values.forEach((value, i) => {
    if (value === null) lines.push([]);
    else lines[lines.length - 1].push(`${(i * step).toFixed(1)},${(height - 2 - ((height - 4) * value) / top).toFixed(1)}`);
  });
  return svg(
    "svg", { class: className, viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none", "aria-hidden": "true" },
    ...lines.filter((points) => points.length).map((points) => svg("polyline", { points: points.join(" ") })),
  );
};

// The number of outlets with a story over time, as a step chart.
const stepChart = (arrivals, width = 120, height = 26) => {
  const end = Math.max(arrivals[arrivals.length - 2], 1);
  const top = arrivals[arrivals.length - 1];
  let path = "";
  for (let i = 0; i < arrivals.length; i += 2) {
    const x = ((arrivals[i] / end) * width).toFixed(1);
    const y = (height - 2 - ((height - 4) * arrivals[i + 1]) / top).toFixed(1);
    path += i === 0 ? `M0,${y}` : `H${x}V${y}`;
  }
  return svg(
    "svg", { class: "step-chart", viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none", "aria-hidden": "true" },
    svg("path", { d: path }),
  );
};
