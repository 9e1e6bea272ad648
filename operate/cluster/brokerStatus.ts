import { podNames } from "../../components/rabbitMqCluster/names";
import { type Brokers, type MemberState, podOf } from "./brokers";
import { type DeadLetters, deadLettersIn } from "./deadLetters";

/** What the brokers of an installation report. */
export interface BrokerStatus {
  /** Pods of the StatefulSet whose broker does not run as a member of the cluster. */
  readonly outside: readonly string[];
  /** One sentence for each alarm. An alarm blocks all publishers. */
  readonly alarms: readonly string[];
  /** Queues that hold tasks, and how many. */
  readonly queues: readonly { name: string; messages: number }[];
  /** Undefined if there are none. */
  readonly deadLetters?: DeadLetters;
}

export const alarmsOf = (members: readonly MemberState[]): string[] =>
  members.flatMap(({ node, alarms }) => alarms.map((alarm) => `${alarm} alarm on ${podOf(node)}`));

/** The alarms as problems of an installation. */
export const alarmProblems = (alarms: readonly string[]): string[] =>
  alarms.map((alarm) => `${alarm}, which blocks all publishers`);

/** Fails if no broker answers. */
export async function readBrokerStatus(brokers: Brokers): Promise<BrokerStatus> {
  const [members, queues] = await Promise.all([brokers.members(), brokers.queues()]);
  const running = members.filter((member) => member.running).map(({ node }) => podOf(node));
  return {
    outside: podNames(brokers.name, brokers.replicas).filter((pod) => !running.includes(pod)),
    alarms: alarmsOf(members),
    deadLetters: await deadLettersIn(brokers, queues),
    queues: queues.filter(({ messages }) => messages > 0).map(({ name, messages }) => ({ name, messages })),
  };
}
