import type { Timeline } from "../verdict/events";
import type { Verdict } from "../verdict/verdict";
import { count, fateOf, figuresOf, headline, seconds, SHOWN_IDS } from "./figures";

/** Formats the report as Markdown. The timeline is a separate file next to it. */
export function markdown(verdict: Verdict, timeline: Timeline): string {
  const { run, reasons, workers, more, starvedSeconds, lostIds, duplicatedIds } = verdict;
  const starved = starvedSeconds
    ? ["", `In the longest consume gap, no task was waiting for ${seconds(starvedSeconds)}.`]
    : [];
  const parts = [
    [`# ${headline(verdict)}`, "", `Run \`${run}\`, ${new Date(timeline.loadFrom * 1000).toISOString()}.`],
    reasons.length > 0 ? ["Why it failed:", "", ...reasons.map((reason) => `- ${reason}`)] : [],
    ["![publishes and tasks per second over time](timeline.svg)"],
    [
      ...rows(
        ["figure", "measured", "limit", "within limit", "meaning"],
        figuresOf(verdict).map(({ name, value, limit, withinLimit, meaning }) => [
          name,
          value,
          limit,
          withinLimit === undefined ? "" : withinLimit ? "yes" : "**no**",
          meaning,
        ]),
      ),
      ...starved,
    ],
    workers.length > 0
      ? [
          "## Workers",
          "",
          ...rows(
            ["worker", "state", "executed", "back after"],
            workers.map((each) => [
              each.worker,
              fateOf(each),
              count(each.executed),
              seconds(each.backSeconds),
            ]),
          ),
        ]
      : [],
    Object.keys(more).length > 0
      ? [
          "## Facts from the scene",
          "",
          ...rows(
            ["fact", "value"],
            Object.entries(more).map(([name, value]) => [name, String(value)]),
          ),
        ]
      : [],
    ids("Lost", lostIds),
    ids("Duplicated", duplicatedIds),
    [
      "## Timeline",
      "",
      "Seconds since the load began.",
      "",
      ...rows(
        ["seconds", "event"],
        timeline.events.map(({ at, text }) => [(at - timeline.loadFrom).toFixed(1), text]),
      ),
    ],
  ];
  return `${parts
    .filter((part) => part.length > 0)
    .map((part) => part.join("\n"))
    .join("\n\n")}\n`;
}

function ids(title: string, all: readonly string[]): string[] {
  if (all.length === 0) return [];
  const shown = all.slice(0, SHOWN_IDS).map((id) => `\`${id}\``);
  const more =
    all.length > SHOWN_IDS ? ` and ${count(all.length - SHOWN_IDS)} more. verdict.json lists them all.` : "";
  return [`## ${title}`, "", shown.join(", ") + more];
}

function rows(head: readonly string[], body: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...body.map(line)];
}
