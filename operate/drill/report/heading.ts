import type { Verdict } from "../verdict/verdict";
import { figuresOf, headline } from "./figures";
import { shorten } from "../../shorten";
import { text } from "./svg";

const SHOWN_REASONS = 3;
const LONGEST = 150;

/** Draws the verdict, the reasons for a failure, and the measured figures. Returns the picture and its height. */
export function heading(
  verdict: Verdict,
  left: number,
): { readonly picture: string; readonly height: number } {
  const reasons = verdict.reasons.slice(0, SHOWN_REASONS);
  const hidden = verdict.reasons.length - reasons.length;
  const rest = hidden > 0 ? [`and ${hidden} more`] : [];
  const figures = figuresOf(verdict)
    .slice(3)
    .filter(({ value, withinLimit }) => value !== "-" && (value !== "0" || withinLimit === false))
    .map(
      ({ name, value, limit, withinLimit }) =>
        `${name} ${value}${withinLimit === false ? ` (${limit})` : ""}`,
    );
  const lines = [
    ...[...reasons, ...rest].map((reason) => ({ kind: "failed", content: reason })),
    ...(figures.length > 0 ? [{ kind: "quiet", content: figures.join("  ·  ") }] : []),
    { kind: "quiet", content: `run ${verdict.run}` },
  ];
  const picture = [
    text({ x: left, y: 36, class: `title ${verdict.passed ? "passed" : "failed"}` }, headline(verdict)),
    ...lines.map(({ kind, content }, index) =>
      text({ x: left, y: 58 + index * 17, class: kind }, shorten(content, LONGEST)),
    ),
  ];
  return { picture: picture.join(""), height: 58 + lines.length * 17 };
}
