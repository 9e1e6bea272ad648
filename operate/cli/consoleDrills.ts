import { Command } from "commander";
import { findInstallation } from "../cluster/installation";
import { DrillRunner, type SceneOffer } from "../console/drills";
import type { Choice } from "../console/installations";
import type { Body, Change, Routes } from "../console/routes";
import { readHistory } from "../drill/record/history";
import { recorded, type Recording } from "../drill/record/recorder";
import { SCENES } from "../drill/scenes";
import type { Scene } from "../drill/scenes/scene";
import { describeLimits } from "../drill/verdict/limits";
import { messageOf, UserError } from "../errors";
import type { ConnectedCluster } from "./clusterAccess";
import { checkAllowed } from "./drill";
import { addDrillOptions, type DrillOptions, planOf } from "./drillOptions";
import { runPlan } from "./drillRun";

/** The drills of a console. */
export interface ConsoleDrills extends Required<Pick<Routes, "queries" | "writes" | "feeds">> {
  readonly runner: DrillRunner;
}

/** What the drills of a console are about. */
interface Target {
  readonly connect: () => Promise<ConnectedCluster>;
  readonly choice: Choice;
  readonly print: (line: string) => void;
}

/** Lists scenes and recorded drills, and runs scenes with the options that the command has by default. */
export function consoleDrills({ connect, choice, print }: Target): ConsoleDrills {
  const { context, namespace, name } = choice;
  const runner = new DrillRunner();
  const options = addDrillOptions(new Command()).opts<DrillOptions>();
  const find = async () => {
    const connected = await connect();
    return { connected, found: await findInstallation(connected.cluster, { namespace, name }) };
  };

  async function start(body: Body): Promise<Change> {
    const scene = SCENES.find((each) => each.name === body.scene);
    if (!scene) throw new UserError(`There is no scene "${String(body.scene)}".`);
    const { connected, found } = await find();
    checkAllowed(scene, found, connected, options);
    return {
      what: `drill ${scene.name} on ${found.namespace}/${found.name}`,
      consent: context,
      run: async () => {
        const plan = planOf(scene, options);
        const began = { run: plan.run, scene: scene.name, startedAt: new Date() };
        const recording: Recording = {
          cluster: connected.cluster,
          installation: found,
          options: { record: true },
          report: ({ outcome }, failures) => [...failures, `drill ${plan.run}: ${outcome}`].forEach(print),
        };
        runner.start(began, (view, signal) =>
          recorded(began, recording, () => runPlan(plan, found, connected, view, signal)),
        );
        return { text: `drill ${plan.run} has begun`, run: plan.run };
      },
    };
  }

  return {
    runner,
    feeds: { drill: runner.running, drills: runner.ended },
    queries: {
      "drills/scenes": async () => {
        const { connected, found } = await find();
        return SCENES.map((scene) => offerOf(scene, () => checkAllowed(scene, found, connected, options)));
      },
      "drills/history": async () => {
        const { connected, found } = await find();
        return (await readHistory(connected.cluster, found)).toReversed();
      },
    },
    writes: {
      "drills/start": start,
      "drills/stop": async () => {
        const { known } = runner.running;
        if (!known) throw new UserError("No drill is running.");
        return {
          what: `stop drill ${known.run}`,
          consent: "",
          run: async () => {
            await runner.stop();
            return { text: `drill ${known.run} was stopped` };
          },
        };
      },
    },
  };
}

/** The sentence of `check` is the reason why a scene cannot run. */
function offerOf({ name, summary, holdSeconds, limits }: Scene, check: () => void): SceneOffer {
  const offer = { name, summary, holdSeconds, limits: describeLimits(limits) };
  try {
    check();
    return offer;
  } catch (error) {
    return { ...offer, refusal: messageOf(error) };
  }
}
