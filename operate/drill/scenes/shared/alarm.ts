import type { Drill, Scene } from "../scene";
import { Moments } from "./moments";
import { UNCONFIRMED } from "./unconfirmed";

/** How to raise an alarm on one broker, and to take it back. */
export interface Alarm {
  readonly name: string;
  readonly summary: string;
  /** For rabbitmqctl. */
  readonly raise: readonly string[];
  /** For `rabbitmqctl eval`: sets what the configuration says, so that it is right after any number of drills. */
  readonly restore: string;
  /** Of a node in the management API. */
  readonly sign: string;
}

/** Seconds from the command that ends an alarm to the first confirm. The command alone starts an Erlang machine. */
const RESUME_SECONDS = 15;

/** Publishers are blocked on all brokers while the alarm holds on one; workers go on. */
export function alarmScene({ name, summary, raise, restore, sign }: Alarm): Scene {
  const [raised, ended] = [new Moments(), new Moments()];
  const isRaised = async ({ brokers, victim }: Drill) => {
    const nodes = await brokers.management.get<Record<string, unknown>[]>(`/nodes?columns=name,${sign}`);
    return nodes.some((node) => node["name"] === victim.node && node[sign] === true);
  };
  return {
    name,
    summary,
    // More than the workers manage, so that there is work left while nothing is published.
    load: { rate: 40, taskSeconds: 0.3 },
    holdSeconds: 45,
    // How long publishing stands still is how long the alarm holds.
    limits: { duplicated: UNCONFIRMED, fullStrengthSeconds: 60 },
    async inject(drill) {
      const { brokers, victim } = drill;
      drill.undo(`${victim.pod}: no alarm`, async () => {
        // Before the command, which takes longer to end than to act.
        ended.note(drill);
        await brokers.exec(victim, "rabbitmqctl", "--quiet", "eval", restore);
      });
      await brokers.exec(victim, "rabbitmqctl", "--quiet", ...raise);
      await drill.until(`${victim.pod} raises its alarm`, 30, () => isRaised(drill));
      raised.note(drill);
      drill.event(`${victim.pod}: alarm`);
    },
    async check(drill) {
      const [from, to] = [raised.of(drill), ended.of(drill)];
      const { confirmed, started } = await drill.load.events();
      const during = (at: number) => at > from && at < to;
      const worked = started.filter(({ at }) => during(at)).length;
      const again = Math.min(...confirmed.map(({ at }) => at).filter((at) => at > to)) - to;
      drill.note("confirmed during the alarm", confirmed.filter(({ at }) => during(at)).length);
      drill.note("tasks begun during the alarm", worked);
      drill.note("seconds until publishing resumed", Number(again.toFixed(1)));
      return [
        ...(worked === 0 ? ["workers began no task while the alarm held"] : []),
        ...(again > RESUME_SECONDS
          ? [`publishing resumed only ${again.toFixed(1)} s after the alarm, more than ${RESUME_SECONDS} s`]
          : []),
      ];
    },
  };
}
