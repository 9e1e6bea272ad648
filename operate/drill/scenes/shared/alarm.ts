import { type AlarmLimit, endAlarm, raiseAlarm } from "../../alarms";
import type { Drill, Scene } from "../scene";
import { deleteBroker } from "./killBroker";
import { Timestamp } from "./timestamp";
import { UNCONFIRMED } from "./unconfirmed";

/** How to raise a resource alarm on one broker, and how to clear it. */
export interface Alarm {
  readonly name: string;
  readonly summary: string;
  readonly limit: AlarmLimit;
  /** @default 45 */
  readonly holdSeconds?: number;
  /** Force-deletes the broker instead of clearing the alarm, which ends with the broker. */
  readonly killsBroker?: boolean;
}

/** Limit from the command that clears the alarm to the first confirm. The command itself starts an Erlang VM. */
const RESUME_SECONDS = 15;

/** While one broker has an alarm, all brokers block publishers. Workers continue. */
export function alarmScene(alarm: Alarm): Scene {
  const { name, summary, limit, holdSeconds = 45, killsBroker = false } = alarm;
  const { field } = limit;
  const [raisedAt, clearedAt] = [new Timestamp(), new Timestamp()];
  const isRaised = async ({ brokers, victim }: Drill) => {
    const nodes = await brokers.management.get<Record<string, unknown>[]>(`/nodes?columns=name,${field}`);
    return nodes.some((node) => node["name"] === victim.node && node[field] === true);
  };
  const end = async (drill: Drill) => {
    if (killsBroker && (await isRaised(drill))) await deleteBroker(drill);
    else await drill.brokers.exec(drill.victim, "rabbitmqctl", "--quiet", "eval", endAlarm(limit));
  };
  return {
    name,
    summary,
    // More than the workers can process, so that work remains while publishers are blocked.
    load: { rate: 40, taskSeconds: 0.3 },
    holdSeconds,
    // There is no limit for the publish gap, because it lasts as long as the alarm.
    limits: { duplicated: UNCONFIRMED, fullStrengthSeconds: 60 },
    async inject(drill) {
      const { brokers, victim } = drill;
      drill.undo(
        `${victim.pod}: ${killsBroker ? "deleted, which ends its alarm" : "alarm cleared"}`,
        async () => {
          // Recorded first, because the command takes effect before it exits.
          clearedAt.record(drill);
          await end(drill);
        },
      );
      const raise = raiseAlarm(limit, drill.load.run, drill.deadlineSeconds);
      await brokers.exec(victim, "rabbitmqctl", "--quiet", "eval", raise);
      await drill.until(`${victim.pod} has raised its alarm`, 30, () => isRaised(drill));
      raisedAt.record(drill);
      drill.event(`${victim.pod}: alarm raised`);
    },
    async check(drill) {
      const [from, until] = [raisedAt.of(drill), clearedAt.of(drill)];
      const { confirmed, started } = await drill.load.events();
      const isDuring = ({ at }: { at: number }) => at > from && at < until;
      const begun = started.filter(isDuring).length;
      const resumed = Math.min(...confirmed.map(({ at }) => at).filter((at) => at > until)) - until;
      drill.note("confirmed during the alarm", confirmed.filter(isDuring).length);
      drill.note("tasks begun during the alarm", begun);
      drill.note("seconds until publishing resumed", Number(resumed.toFixed(1)));
      return [
        // Workflows leave no backlog, and their tasks wait until they can publish.
        ...(begun === 0 && drill.load.options.kind === "tasks"
          ? ["workers began no task during the alarm"]
          : []),
        ...(resumed > RESUME_SECONDS
          ? [`publishing resumed ${resumed.toFixed(1)} s after the alarm, at most ${RESUME_SECONDS} s`]
          : []),
      ];
    },
  };
}
