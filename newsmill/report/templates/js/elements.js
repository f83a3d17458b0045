// Elements are made from text alone: no page's words are ever read as markup.
const SVG = "http://www.w3.org/2000/svg";

const fill = (made, properties, children) => {
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat(2).filter((child) => child !== null && child !== undefined && child !== false));
  return made;
};

const el = (name, properties, ...children) => fill(document.createElement(name), properties, children);
const svg = (name, properties, ...children) => fill(document.createElementNS(SVG, name), properties, children);
const at = (id) => document.getElementById(id);
const language = (code) => (code ? { lang: code } : {});

// Only http and https addresses become links; any other text stays text.
const isWeb = (url) => {
  if (!/^https?:\/\/[^\s]+$/i.test(url ?? "")) return false;
  try {
    return ["http:", "https:"].includes(new URL(url).protocol);
  } catch {
    return false;
  }
};

// Within running text a title is isolated (bdi); where it stands alone (span) its own direction is the line's.
const link = (url, text, code, wrapper = "bdi") => {
  const words = el(wrapper, { ...language(code) }, text);
  return isWeb(url) ? el("a", { href: url, rel: "noopener noreferrer", target: "_blank" }, words) : words;
};

// A way to the stories behind a number: a link into this page, which can be copied like any other.
const behind = (show, text, label) =>
  el("a", { href: `#show=${show}`, "data-show": show, class: "behind", "aria-label": label }, text);

const cell = (value, properties) => el("td", { class: "n", ...properties }, value);
const heading = (text, numeric) => el("th", { scope: "col", class: numeric ? "n" : null }, text);

const table = (headings, rows) =>
  el("table", null, el("thead", null, el("tr", null, headings)), el("tbody", null, rows));

// A small line over time.
const sparkline = (values, { width = 96, height = 24, className = "spark" } = {}) => {
  if (values.length < 2) return "–";
  const top = Math.max(...values, 1);
  const step = width / (values.length - 1);
  const points = values.map((value, i) => `${(i * step).toFixed(1)},${(height - 2 - ((height - 4) * value) / top).toFixed(1)}`);
  return svg(
    "svg", { class: className, viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none", "aria-hidden": "true" },
    svg("polyline", { points: points.join(" ") }),
  );
};

// Outlets that have a story, by the time since its first page: a stair.
const stairs = (arrivals, width = 120, height = 26) => {
  const end = Math.max(arrivals[arrivals.length - 2], 1);
  const top = arrivals[arrivals.length - 1];
  let path = "";
  for (let i = 0; i < arrivals.length; i += 2) {
    const x = ((arrivals[i] / end) * width).toFixed(1);
    const y = (height - 2 - ((height - 4) * arrivals[i + 1]) / top).toFixed(1);
    path += i === 0 ? `M0,${y}` : `H${x}V${y}`;
  }
  return svg(
    "svg", { class: "stairs", viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none", "aria-hidden": "true" },
    svg("path", { d: path }),
  );
};
