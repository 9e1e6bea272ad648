import type { Installation } from "../../operate/cluster/installation";

/** One of the two designs. */
export interface Side {
  readonly name: "ours" | "seed";
  readonly installation: Installation;
  /** Reinstalls a design that a scene left broken. Ours recovers by itself or fails. */
  readonly renew?: () => Promise<Side>;
}
