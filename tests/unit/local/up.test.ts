import assert from "node:assert/strict";
import { readStackFile } from "../../../local/stackFile";
import { forwardCommand, rejectCloudTarget } from "../../../local/up";
import { stacks } from "../../../render/stackConfig";

describe("make up", () => {
  it("names the command for a stack on GKE", () => {
    assert.throws(() => rejectCloudTarget("dev", { target: "gke" }), {
      name: "UserError",
      message: 'Stack "dev" runs on GKE, which `make up` does not support. Use: pulumi up --stack dev',
    });
  });

  it("accepts stack local, and no other committed stack", () => {
    const takes = (stack: string) => {
      try {
        rejectCloudTarget(stack, readStackFile(stack));
        return true;
      } catch {
        return false;
      }
    };
    assert.deepEqual(stacks().filter(takes), ["local"]);
  });

  it("prints the command that reaches Prometheus", () => {
    const context = { context: "ha-celery-lab", kubeconfigPath: "/tmp/kubeconfig" };
    assert.equal(
      forwardCommand(context, "http://prometheus.monitoring:9090"),
      "kubectl --kubeconfig /tmp/kubeconfig --context ha-celery-lab --namespace monitoring port-forward service/prometheus 9090",
    );
  });
});
