import type { Cluster } from "../../operate/cluster/cluster";
import type { Power } from "../../operate/cluster/nodes";
import { runDrill } from "../../operate/drill/drill";
import { DEFAULT_LOAD } from "../../operate/drill/load";
import type { DrillPlan, Observer } from "../../operate/drill/plan";
import { SCENES } from "../../operate/drill/scenes";
import type { Scene } from "../../operate/drill/scenes/scene";
import type { Verdict } from "../../operate/drill/verdict/verdict";
import { messageOf, UserError } from "../../operate/errors";
import type { Report } from "../../local/report";
import type { Side } from "./side";

/** Result of a scene for one design: a verdict, or the reason why there is none. */
export interface Outcome {
  readonly scene: string;
  readonly verdict?: Verdict;
  readonly failure?: string;
}

const COMPARED = ["drain", "broker-kill", "node-off", "worker-kill", "partition"];
/** Above the default, so that more than one task is in flight when the fault occurs. */
const RATE = 80;

export function comparedScenes(): Scene[] {
  return COMPARED.map((name) => {
    const scene = SCENES.find((each) => each.name === name);
    if (scene) return scene;
    throw new UserError(`There is no scene "${name}" to compare.`);
  });
}

/** Runs the scenes in sequence on the installation's own workers and queue. */
export async function runScenes(
  cluster: Cluster,
  power: Power,
  initialSide: Side,
  scenes: readonly Scene[],
  signal: AbortSignal,
  report: Report,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  let side = initialSide;
  for (const scene of scenes) {
    const reportLine = (line: string) => report(`${side.name}, ${scene.name}: ${line}`);
    const plan = planOf(side, scene);
    const outcome = await runDrill(cluster, side.installation, plan, observerFor(reportLine), signal, {
      power,
    }).then(
      ({ verdict }): Outcome => ({ scene: scene.name, verdict }),
      (error: unknown): Outcome => {
        if (signal.aborted) throw error;
        return { scene: scene.name, failure: messageOf(error) };
      },
    );
    outcomes.push(outcome);
    reportLine(describeOutcome(outcome));
    if (side.renew && (outcome.verdict?.fullStrengthSeconds ?? null) === null) {
      reportLine("reinstalling");
      side = await side.renew();
    }
  }
  return outcomes;
}

function planOf(side: Side, scene: Scene): DrillPlan {
  return {
    run: `${side.name}-${scene.name}-${new Date().toISOString().slice(11, 19).replace(/\D/g, "")}`,
    scene,
    load: { ...DEFAULT_LOAD, rate: RATE, ...scene.load },
    limits: scene.limits,
    warmSeconds: 8,
    coolSeconds: 10,
    holdSeconds: scene.holdSeconds,
    recoveryTimeoutSeconds: 180,
    usePool: true,
  };
}

const observerFor = (report: Report): Observer => ({
  phase: (phase) => report(phase),
  event: ({ text }) => report(`  ${text}`),
  prepared: ({ victim }) => report(`  the leader is ${victim.pod} on ${victim.kubernetesNode}`),
});

function describeOutcome({ verdict, failure }: Outcome): string {
  if (!verdict) return `no verdict: ${failure}`;
  const { confirmed, lost, duplicated, publishGapSeconds, consumeGapSeconds } = verdict;
  return `${confirmed} tasks, ${lost} lost, ${duplicated} duplicated, publish gap ${publishGapSeconds} s, consume gap ${consumeGapSeconds} s`;
}
