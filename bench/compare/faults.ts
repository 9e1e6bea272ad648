import type { Cluster } from "../../operate/cluster/cluster";
import type { Installation } from "../../operate/cluster/installation";
import type { Power } from "../../operate/cluster/nodes";
import { runDrill } from "../../operate/drill/drill";
import { DEFAULT_LOAD } from "../../operate/drill/load";
import type { DrillPlan, Observer } from "../../operate/drill/plan";
import type { Scene } from "../../operate/drill/scenes/scene";
import { messageOf } from "../../operate/errors";
import type { Report } from "../../local/report";
import type { Contestant } from "./contestant";
import { figuresOf, loadAverage, type Result } from "./results";

/** Above the default, so that more than one task is in flight when the fault occurs. */
const RATE = 80;

/** What the scenes of one design need. */
export interface Run {
  readonly cluster: Cluster;
  readonly power: Power;
  readonly scenes: readonly Scene[];
  readonly signal: AbortSignal;
  readonly report: Report;
  /** Called after each scene, so that a run that is stopped keeps what it has measured. */
  readonly add: (result: Result) => void;
}

/**
 * Starts a design and runs the scenes in sequence on its own workers and queue. A design that does not start, or does
 * not recover and then does not start again, has a failure for each scene that is left.
 */
export async function runScenes(contestant: Contestant, run: Run): Promise<void> {
  const { scenes, signal, report, add } = run;
  let installation: Installation | undefined;
  for (const scene of scenes) {
    const reportLine = (line: string) => report(`${contestant.name}, ${scene.name}: ${line}`);
    try {
      if (!installation) {
        reportLine("starting the design");
        installation = await contestant.start(signal);
      }
      const result = await runScene(contestant, installation, scene, run, reportLine);
      add(result);
      reportLine(describeResult(result));
      if (contestant.renewable && (result.figures?.fullStrengthSeconds ?? null) === null)
        installation = undefined;
    } catch (error) {
      if (signal.aborted) throw error;
      const result = resultOf(contestant, scene, { failure: messageOf(error) });
      add(result);
      reportLine(describeResult(result));
    }
  }
}

async function runScene(
  contestant: Contestant,
  installation: Installation,
  scene: Scene,
  { cluster, power, signal }: Run,
  reportLine: Report,
): Promise<Result> {
  const plan = planOf(contestant.name, contestant.scene(scene));
  try {
    const { verdict } = await runDrill(cluster, installation, plan, observerFor(reportLine), signal, {
      power,
    });
    return resultOf(contestant, scene, { figures: figuresOf(verdict) });
  } catch (error) {
    if (signal.aborted) throw error;
    return resultOf(contestant, scene, { failure: messageOf(error) });
  }
}

const resultOf = (
  { name }: Contestant,
  scene: Scene,
  outcome: Pick<Result, "figures" | "failure">,
): Result => ({
  design: name,
  scene: scene.name,
  at: new Date().toISOString(),
  loadAverage: loadAverage(),
  ...outcome,
});

function planOf(design: string, scene: Scene): DrillPlan {
  return {
    run: `${design}-${scene.name}-${new Date().toISOString().slice(11, 19).replace(/\D/g, "")}`,
    scene,
    load: { ...DEFAULT_LOAD, rate: RATE, ...scene.load },
    limits: scene.limits,
    warmSeconds: 8,
    coolSeconds: 10,
    holdSeconds: scene.holdSeconds,
    recoveryTimeoutSeconds: 120,
    usePool: true,
  };
}

const observerFor = (report: Report): Observer => ({
  phase: (phase) => report(phase),
  event: ({ text }) => report(`  ${text}`),
  prepared: ({ victim }) => report(`  the leader is ${victim.pod} on ${victim.kubernetesNode}`),
});

function describeResult({ figures, failure }: Result): string {
  if (!figures) return `no verdict: ${failure}`;
  const { confirmed, lost, duplicated, publishGapSeconds, consumeGapSeconds } = figures;
  return `${confirmed} tasks, ${lost} lost, ${duplicated} duplicated, publish gap ${publishGapSeconds} s, consume gap ${consumeGapSeconds} s`;
}
