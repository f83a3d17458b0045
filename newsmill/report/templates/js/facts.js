// What the file knows: numbers by slot (a day, in the far past a week), and any period counted from them exactly.
// All scripts are the body of one async function (page.py). An old browser stops here and shows the page as without scripts.
if (!window.DecompressionStream) {
  at("old-browser")?.removeAttribute("hidden");
  return;
}

const readData = async () => {
  const bytes = Uint8Array.from(atob(at("facts").textContent), (char) => char.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).json();
};

const facts = await readData();
const topics = facts.topics;
const ANY = topics.length;

const slots = facts.slots && (() => {
  const first = dayNumber(facts.slots.first);
  const daily = dayNumber(facts.slots.daily);
  const last = dayNumber(facts.slots.last);
  const weeks = (daily - first) / 7;
  return {
    first, daily, last, weeks,
    size: weeks + last - daily + 1,
    of(day) {
      const inside = Math.min(Math.max(day, first), last);
      return inside >= daily ? weeks + inside - daily : Math.floor((inside - first) / 7);
    },
    start: (slot) => (slot < weeks ? first + 7 * slot : daily + slot - weeks),
    end: (slot) => (slot < weeks ? first + 7 * slot + 6 : daily + slot - weeks),
  };
})();

// A period has as many stories (or outlets) as were not told earlier in it: each slot knows how long ago that was.
const distinct = (topic, measure, from, to) => {
  const series = facts.series[topic][measure];
  let found = 0;
  for (let slot = from; slot <= to; slot += 1) {
    const told = series[slot];
    for (let i = 0; i < told.length; i += 2) if (told[i] === 0 || slot - told[i] < from) found += told[i + 1];
  }
  return found;
};

const sum = (values, from, to) => {
  let total = 0;
  for (let slot = from; slot <= to; slot += 1) total += values[slot] ?? 0;
  return total;
};

const counts = (topic, from, to) => ({
  stories: distinct(topic, "stories", from, to),
  pages: sum(facts.series[topic].pages, from, to),
  outlets: distinct(topic, "outlets", from, to),
  teasers: sum(facts.series[topic].teasers, from, to),
});

// The days or weeks of a period, each as its first and last slot; weeks are whole ones.
const buckets = (from, to, by) => {
  const found = [];
  if (by === "day") {
    for (let slot = slots.of(from); slot <= slots.of(to); slot += 1) found.push({ from: slot, to: slot });
  } else {
    const monday = (day) => day - ((day + 3) % 7);
    for (let day = monday(from); day <= to; day += 7) {
      if (day + 6 < slots.first) continue;
      found.push({ from: slots.of(day), to: slots.of(day + 6), week: day });
    }
  }
  return found.map((one) => {
    const start = one.week ?? slots.start(one.from);
    const end = Math.min(slots.end(one.to), slots.last);
    const label = one.week === undefined ? weekdayText(isoDay(start)) : `week of ${dayText(isoDay(start))}`;
    return { ...one, start, end, label: end < start + 6 && one.week !== undefined ? `${label}, so far` : label };
  });
};

const stories = facts.stories.map((story, place) => {
  const told = Object.entries(story.topics ?? {}).map(([topic, [strength, ...days]]) => ({ topic: Number(topic), strength, days }));
  return { place, title: "", site: "", outlets: 0, last: story.first, languages: [story.lang || "und"], arrivals: [], said: [], members: [], entities: [], sites: [], ...story, told };
});

const firstDay = (story) => dayNumber(story.first);
const lastDay = (story) => dayNumber(story.last);
const lasted = (story) => (Date.parse(`${story.last}Z`) - Date.parse(`${story.first}Z`)) / 60000;
const topicIndex = (id) => topics.findIndex((topic) => topic.id === id);

// Pages of a story that speak of a topic in a period; 0 where it has none.
const pagesIn = (story, topic, from, to) => {
  const told = story.told.find((one) => one.topic === topic);
  let pages = 0;
  for (let i = 0; told && i < told.days.length; i += 2) if (told.days[i] >= from && told.days[i] <= to) pages += told.days[i + 1];
  return pages;
};
