import assert from "node:assert/strict";
import { checkAllowed } from "../../../../operate/cli/drill";
import type { ConnectedCluster } from "../../../../operate/cli/clusterAccess";
import type { DrillOptions } from "../../../../operate/cli/drillOptions";
import type { Installation } from "../../../../operate/cluster/installation";
import { apiOff } from "../../../../operate/drill/scenes/apiOff";
import { fakeCluster } from "../fakeCluster";

describe("a scene that stops the control plane", () => {
  const check = (more: Partial<ConnectedCluster>) => {
    const connected = { cluster: fakeCluster({}), local: true, ...more };
    checkAllowed(apiOff, { protected: false } as Installation, connected, {} as DrillOptions);
  };

  it("is refused on a cluster where that is impossible, and the error names the local target", () => {
    assert.throws(() => check({}), {
      name: "UserError",
      message:
        "api-off stops the Kubernetes API, which is possible only on a local cluster. Run it there: make drill SCENE=api-off",
    });
    check({ controlPlane: { stop: async () => undefined, resume: async () => undefined } });
  });
});
