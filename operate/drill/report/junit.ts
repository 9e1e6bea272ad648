import type { Timeline } from "../verdict/events";
import type { Verdict } from "../verdict/verdict";

/** A drill that has a verdict, or that ended without one. */
export type Outcome =
  | { readonly verdict: Verdict; readonly timeline: Timeline }
  | { readonly scene: string; readonly error: string };

const SUITE = "ha-celery drill";

/**
 * Returns the drills as JUnit XML, which CI systems show as tests: one test case for each drill, an error for a
 * drill without a verdict.
 */
export function junit(outcomes: readonly Outcome[]): string {
  const cases = outcomes.map(testCase);
  const failures = outcomes.filter((each) => "verdict" in each && !each.verdict.passed).length;
  const errors = outcomes.filter((each) => "error" in each).length;
  const suite = `<testsuite name="${SUITE}" tests="${outcomes.length}" failures="${failures}" errors="${errors}">`;
  return ['<?xml version="1.0" encoding="UTF-8"?>', suite, ...cases, "</testsuite>", ""].join("\n");
}

function testCase(outcome: Outcome): string {
  if ("error" in outcome)
    return element(outcome.scene, "0", [`<error message="${escaped(outcome.error)}"/>`]);
  const { verdict, timeline } = outcome;
  const { lost, duplicated, confirmed } = verdict;
  return element(verdict.scene, (timeline.loadUntil - timeline.loadFrom).toFixed(1), [
    ...(verdict.passed ? [] : [`<failure message="${escaped(verdict.reasons.join("; "))}"/>`]),
    `<system-out>${verdict.run}: ${confirmed} tasks confirmed, ${lost} lost, ${duplicated} duplicated</system-out>`,
  ]);
}

const element = (scene: string, seconds: string, content: readonly string[]): string =>
  [
    `<testcase classname="${SUITE}" name="${escaped(scene)}" time="${seconds}">`,
    ...content.map((line) => `  ${line}`),
    "</testcase>",
  ]
    .map((line) => `  ${line}`)
    .join("\n");

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** XML 1.0 allows no control characters but tab and line ends, not even as references. */
const escaped = (text: string): string =>
  text
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, "")
    .replace(/[&<>"]/g, (character) => ENTITIES[character] ?? character);
