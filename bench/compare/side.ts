import type { Installation } from "../../operate/cluster/installation";

/** A design under measurement. */
export interface Side {
  readonly name: "ours" | "seed";
  readonly installation: Installation;
  /** Made anew when a scene has left it broken; ours mends itself or fails. */
  readonly renew?: () => Promise<Side>;
}
