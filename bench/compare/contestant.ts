import type { Installation } from "../../operate/cluster/installation";
import type { Scene } from "../../operate/drill/scenes/scene";
import type { Design, Site } from "./design";
import { removeNamespace } from "./namespace";
import type { Ours } from "./ours";

/** A design that can be measured, then removed. Only one runs at a time. */
export interface Contestant {
  readonly name: string;
  start(signal: AbortSignal): Promise<Installation>;
  stop(): Promise<void>;
  scene(scene: Scene): Scene;
  /** Whether it may be installed again after a scene that it did not recover from. Ours recovers by itself or fails. */
  readonly renewable: boolean;
}

export const OURS = "ours";

export const contestantOf = (design: Design, site: Site): Contestant => ({
  name: design.name,
  renewable: true,
  scene: (scene) => design.scene?.(scene) ?? scene,
  async start(signal) {
    await removeNamespace(site.cluster, design.namespace);
    return design.install(site, signal);
  },
  stop: () => removeNamespace(site.cluster, design.namespace),
});

export const contestantOfOurs = (ours: Ours): Contestant => ({
  name: OURS,
  renewable: false,
  scene: (scene) => scene,
  async start(signal) {
    await ours.start(signal);
    return ours.installation;
  },
  stop: () => ours.stop(),
});
