// One story: how it spread, its sentences about topics, and its pages.
const codeText = (code) => code.replace(/_/g, " ");

const spreadText = (story) => {
  const { arrivals, outlets } = story;
  const facts = [];
  const last = arrivals[arrivals.length - 2];
  if (outlets === 2) facts.push(`second outlet after ${durationText(last)}`);
  if (outlets > 2) facts.push(`half of its outlets within ${durationText(story.minutes_to_half)}, all within ${durationText(last)}`);
  if (durationMinutes(story) > last + 60) facts.push(`newest page after ${durationText(durationMinutes(story))}`);
  return `${facts.join("; ")}${story.day_only ? " (from dates without a time)" : ""}`;
};

const STRENGTH_TEXT = { main: "", part: ", in part", teaser: ", in a teaser only" };

const storyMeta = (story) => el("p", { class: "meta" },
  story.site ? ["first on ", el("b", null, story.site), ", "] : null,
  story.day_only ? dayText(story.first) : momentText(story.first), " · ",
  count(story.outlets, "outlet"), " · ", count(story.pages, "page"),
  story.languages.length > 1 ? ` · ${count(story.languages.length, "language")} (${story.languages.join(", ")})` : null,
  story.topicDays.map(({ topic, strength }) => [" ", el("em", { class: `tag c${topic % 8}` },
    el("i", { class: "dot" }), el("bdi", null, topics[topic].name), STRENGTH_TEXT[strength])]));

const quotation = (story, [topic, place, before, phrase, after, site, code, url]) =>
  el("blockquote", null,
    el("p", { dir: "auto", ...langAttribute(code) }, before, phrase ? el("mark", null, phrase) : null, after),
    el("footer", null, `${topics[topic].name}: ${place} of `, link(url ?? story.url, site || "the page")));

const memberItem = (story, [relation, similarity, site, day, memberUrl, title, code]) => {
  const url = memberUrl === 0 ? story.url : memberUrl;
  return el("li", null, el("span", { class: "relation" }, codeText(relation)),
    el("span", null, link(url, (title ?? story.title) || url || "Untitled page", title === undefined ? story.language : code),
      el("small", null, site || "a file", " · ", dayText(day), similarity === null ? "" : ` · ${similarity}% similar`, isWebUrl(url) ? "" : ` · ${url}`)));
};

const storyDetails = (story, topic) => {
  const sentences = story.sentences.filter(([sentenceTopic]) => topic === undefined || sentenceTopic === topic);
  const hidden = story.pages - story.members.length;
  return [
    sentences.map((sentence) => quotation(story, sentence)),
    el("ul", { class: "members" }, story.members.map((member) => memberItem(story, member)),
      hidden > 0 ? el("li", { class: "more" },
        `and ${count(hidden, "more page")}: `, el("code", null, `newsmill query "from analyst.pages where story_id = '${story.id}'"`)) : null),
  ];
};

const storyItem = (story, topic, open = false) => {
  const details = el("details", { open }, el("summary", null, story.sentences.length ? "Sentences and pages" : "Pages"));
  const fillDetails = () => {
    if (details.open && details.children.length === 1) details.append(...storyDetails(story, topic).flat());
  };
  details.addEventListener("toggle", fillDetails);
  if (open) fillDetails();
  return el("li", { class: "story", "data-story": story.id },
    el("h3", { dir: "auto" }, link(story.url, story.title || "Untitled page", story.language, "span")),
    storyMeta(story),
    story.outlets > 1 ? el("p", { class: "spread" }, story.outlets > 2 ? stepChart(story.arrivals) : null, el("span", null, spreadText(story))) : null,
    details);
};
