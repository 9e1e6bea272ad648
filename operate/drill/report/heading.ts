import type { Verdict } from "../verdict/verdict";
import { figuresOf, headline } from "./figures";
import { cut, text } from "./svg";

const SHOWN_REASONS = 3;
const LONGEST = 150;

/** Verdict, why it failed, and the figures that were measured; says how high it is. */
export function heading(
  verdict: Verdict,
  left: number,
): { readonly picture: string; readonly height: number } {
  const reasons = verdict.reasons.slice(0, SHOWN_REASONS);
  const hidden = verdict.reasons.length - reasons.length;
  const rest = hidden > 0 ? [`and ${hidden} more`] : [];
  const figures = figuresOf(verdict)
    .slice(3)
    .filter(({ value, held }) => value !== "-" && (value !== "0" || held === false))
    .map(({ name, value, limit, held }) => `${name} ${value}${held === false ? ` (${limit})` : ""}`);
  const lines = [
    ...[...reasons, ...rest].map((reason) => ({ kind: "failed", content: reason })),
    ...(figures.length > 0 ? [{ kind: "quiet", content: figures.join("  ·  ") }] : []),
    { kind: "quiet", content: `run ${verdict.run}` },
  ];
  const picture = [
    text({ x: left, y: 36, class: `title ${verdict.passed ? "passed" : "failed"}` }, headline(verdict)),
    ...lines.map(({ kind, content }, index) =>
      text({ x: left, y: 58 + index * 17, class: kind }, cut(content, LONGEST)),
    ),
  ];
  return { picture: picture.join(""), height: 58 + lines.length * 17 };
}
