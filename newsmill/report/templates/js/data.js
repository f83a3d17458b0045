// The data of the report: counts by time bucket (a day, or a week in the far past), from which any period is counted exactly.
// All scripts run as the body of one async function (page.py). An old browser stops here and shows the page without scripts.
if (!window.DecompressionStream) {
  byId("old-browser")?.removeAttribute("hidden");
  return;
}

const readData = async () => {
  const bytes = Uint8Array.from(atob(byId("report-data").textContent), (char) => char.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).json();
};

const data = await readData();
const topics = data.topics;
// The index of the series of all topics together.
const ANY_TOPIC = topics.length;
const topicIndex = (id) => topics.findIndex((topic) => topic.id === id);
const monday = (day) => day - ((day + 3) % 7);

const timeBuckets = data.buckets && (() => {
  const first = dayNumber(data.buckets.first);
  const daily = dayNumber(data.buckets.daily);
  const last = dayNumber(data.buckets.last);
  const weeks = (daily - first) / 7;
  return {
    first, daily, last,
    size: weeks + last - daily + 1,
    index(day) {
      const inside = Math.min(Math.max(day, first), last);
      return inside >= daily ? weeks + inside - daily : Math.floor((inside - first) / 7);
    },
    start: (bucket) => (bucket < weeks ? first + 7 * bucket : daily + bucket - weeks),
    end: (bucket) => (bucket < weeks ? first + 7 * bucket + 6 : daily + bucket - weeks),
  };
})();

// Stories or outlets of a period, each counted once: those whose last appearance before a bucket is before the period.
const countDistinct = (topic, measure, from, to) => {
  const series = data.series[topic][measure];
  let total = 0;
  for (let bucket = from; bucket <= to; bucket += 1) {
    const gaps = series[bucket];
    for (let i = 0; i < gaps.length; i += 2) if (gaps[i] === 0 || bucket - gaps[i] < from) total += gaps[i + 1];
  }
  return total;
};

const sum = (values, from, to) => {
  let total = 0;
  for (let bucket = from; bucket <= to; bucket += 1) total += values[bucket] ?? 0;
  return total;
};

// Whether nothing was collected in these buckets: lines have a gap there, and tables a dash.
const gaps = new Set(data.gaps ?? []);
const isGap = (from, to) => {
  for (let bucket = from; bucket <= to; bucket += 1) if (!gaps.has(bucket)) return false;
  return true;
};

const countTopic = (topic, from, to) => ({
  stories: countDistinct(topic, "stories", from, to),
  pages: sum(data.series[topic].pages, from, to),
  outlets: countDistinct(topic, "outlets", from, to),
  teasers: sum(data.series[topic].teasers, from, to),
});

// Split a period into days or whole weeks, each with its first and last bucket, first and last day, and label.
const splitPeriod = (from, to, unit) => {
  const parts = [];
  if (unit === "day") {
    for (let bucket = timeBuckets.index(from); bucket <= timeBuckets.index(to); bucket += 1) parts.push({ from: bucket, to: bucket });
  } else {
    for (let day = monday(from); day <= to; day += 7) {
      if (day + 6 < timeBuckets.first) continue;
      parts.push({ from: timeBuckets.index(day), to: timeBuckets.index(day + 6), week: day });
    }
  }
  return parts.map((part) => {
    const start = part.week ?? timeBuckets.start(part.from);
    const end = Math.min(timeBuckets.end(part.to), timeBuckets.last);
    const label = part.week === undefined ? weekdayText(isoDay(start)) : `week of ${dayText(isoDay(start))}`;
    return { ...part, start, end, label: end < start + 6 && part.week !== undefined ? `${label}, so far` : label };
  });
};

// The stories with the values that the file omits. `topicDays`: for each topic its strength and [bucket, pages, ...].
const stories = data.stories.map((story) => {
  const topicDays = Object.entries(story.topics ?? {}).map(([topic, [strength, ...days]]) => ({ topic: Number(topic), strength, days }));
  const defaults = {
    title: "", site: "", outlets: 0, last: story.first, languages: [story.language || "und"],
    arrivals: [], sentences: [], members: [], entities: [], sites: [],
  };
  return { ...defaults, ...story, topicDays };
});

const firstDay = (story) => dayNumber(story.first);
const lastDay = (story) => dayNumber(story.last);
const durationMinutes = (story) => (Date.parse(`${story.last}Z`) - Date.parse(`${story.first}Z`)) / 60000;

const sumDays = (story, topic, from, to, isTeaser) => {
  const days = story.topicDays.find((row) => row.topic === topic && (row.strength === "teaser") === isTeaser)?.days ?? [];
  let pages = 0;
  for (let i = 0; i < days.length; i += 2) if (days[i] >= from && days[i] <= to) pages += days[i + 1];
  return pages;
};

// Pages of a story with a topic in a period; and those of a story that only teasers connect with the topic.
const countPages = (story, topic, from, to) => sumDays(story, topic, from, to, false);
const countTeaserPages = (story, topic, from, to) => sumDays(story, topic, from, to, true);
