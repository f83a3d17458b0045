// One story: how it spread, what it says of its topics, and its pages.
const relationText = (relation) => relation.replace(/_/g, " ");

const spreadText = (story) => {
  const said = [];
  const { arrivals, outlets, half } = story;
  const last = arrivals[arrivals.length - 2];
  if (outlets === 2) said.push(`second outlet after ${durationText(last)}`);
  if (outlets > 2) said.push(`half of its outlets within ${durationText(half)}, all within ${durationText(last)}`);
  if (lasted(story) > last + 60) said.push(`newest page after ${durationText(lasted(story))}`);
  return `${said.join("; ")}${story.dayOnly ? " (told by dates without a time)" : ""}`;
};

const storyMeta = (story) => el("p", { class: "meta" },
  story.site ? ["first on ", el("b", null, story.site), ", "] : null,
  story.dayOnly ? dayText(story.first) : momentText(story.first), " · ",
  count(story.outlets, "outlet"), " · ", count(story.pages, "page"),
  story.languages.length > 1 ? ` · ${count(story.languages.length, "language")} (${story.languages.join(", ")})` : null,
  story.told.map((one) => [" ", el("em", { class: `tag c${one.topic % 8}` },
    el("i", { class: "dot" }), el("bdi", null, topics[one.topic].name), one.strength === "main" ? "" : one.strength === "part" ? ", in part" : ", in a teaser only")]));

const quotation = (story, [topic, place, before, phrase, after, site, code, url]) =>
  el("blockquote", null,
    el("p", { dir: "auto", ...language(code) }, before, phrase ? el("mark", null, phrase) : null, after),
    el("footer", null, `${topics[topic].name}: ${place} of `, link(url ?? story.url, site || "the page")));

const memberItem = (story, [relation, alike, site, day, own, title, code]) => {
  const url = own === 0 ? story.url : own;
  return el("li", null, el("span", { class: "relation" }, relationText(relation)),
    el("span", null, link(url, (title ?? story.title) || url || "Untitled page", title === undefined ? story.lang : code),
      el("small", null, site || "a file", " · ", dayText(day), alike === null ? "" : ` · ${alike}% alike`, isWeb(url) ? "" : ` · ${url}`)));
};

const storyDetails = (story, topic) => {
  const said = story.said.filter(([own]) => topic === undefined || own === topic);
  return [
    said.map((one) => quotation(story, one)),
    el("ul", { class: "members" }, story.members.map((one) => memberItem(story, one)),
      story.pages > story.members.length ? el("li", { class: "more" },
        `and ${count(story.pages - story.members.length, "more page")}: `, el("code", null, `newsmill query "from analyst.pages where story_id = '${story.id}'"`)) : null),
  ];
};

const storyItem = (story, topic, open = false) => {
  const details = el("details", { open }, el("summary", null, story.said.length ? "What it says, and its pages" : "Its pages"));
  const fillDetails = () => {
    if (details.open && details.children.length === 1) details.append(...storyDetails(story, topic).flat());
  };
  details.addEventListener("toggle", fillDetails);
  if (open) fillDetails();
  return el("li", { class: "story", "data-story": story.id },
    el("h3", { dir: "auto" }, link(story.url, story.title || "Untitled page", story.lang, "span")),
    storyMeta(story),
    story.outlets > 1 ? el("p", { class: "spread" }, story.outlets > 2 ? stairs(story.arrivals) : null, el("span", null, spreadText(story))) : null,
    details);
};
