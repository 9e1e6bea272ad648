import { type MemberState, podOf } from "./brokers";

export const alarmsOf = (members: readonly MemberState[]): string[] =>
  members.flatMap(({ node, alarms }) => alarms.map((alarm) => `${alarm} alarm on ${podOf(node)}`));

/** The alarms as problems of an installation. */
export const alarmProblems = (alarms: readonly string[]): string[] =>
  alarms.map((alarm) => `${alarm}, which blocks all publishers`);
