import assert from "node:assert/strict";
import {
  at,
  isProperties,
  listAt,
  propertiesAt,
  type Properties,
} from "../../../local/providers/plugin/values";
import { deploy } from "./stackRuns";

/** Pod of a Kubernetes object, and the path of its spec. */
function podOf(inputs: Properties): Properties | undefined {
  const pod =
    at(inputs, "spec", "jobTemplate", "spec", "template", "spec") ?? at(inputs, "spec", "template", "spec");
  return isProperties(pod) ? pod : undefined;
}

/** What Autopilot refuses of a pod: https://cloud.google.com/kubernetes-engine/docs/concepts/autopilot-security */
function problemsOf(pod: Properties): string[] {
  const shared = ["hostNetwork", "hostPID", "hostIPC"].filter((name) => pod[name] === true);
  const volumes = listAt(pod, "volumes").filter((volume) => at(volume, "hostPath") !== undefined);
  const containers = [...listAt(pod, "initContainers"), ...listAt(pod, "containers")];
  return [
    ...shared,
    ...volumes.map(() => "hostPath"),
    ...containers.flatMap((container) => {
      const security = propertiesAt(container, "securityContext");
      const ports = listAt(container, "ports").filter((port) => at(port, "hostPort") !== undefined);
      return [
        ...(security.privileged === true ? ["privileged"] : []),
        ...listAt(security, "capabilities", "add").map((name) => `capability ${String(name)}`),
        ...ports.map(() => "hostPort"),
      ];
    }),
  ];
}

describe("Pods of a stack", () => {
  for (const stack of ["dev", "staging", "prod"]) {
    it(`have nothing that Autopilot refuses: ${stack}`, async () => {
      const { resources } = await deploy(stack, { ledger: "true" });
      const pods = resources.flatMap(({ name, inputs }) => {
        const pod = podOf(inputs as Properties);
        return pod ? [{ name, pod }] : [];
      });
      assert.ok(pods.length >= 3, `${pods.length} pods`);
      for (const { name, pod } of pods) assert.deepEqual(problemsOf(pod), [], name);
    });
  }

  it("would be found if they had", () => {
    const container = {
      name: "a",
      securityContext: { privileged: true, capabilities: { add: ["NET_ADMIN"] } },
    };
    const pod = { hostPID: true, volumes: [{ name: "a", hostPath: { path: "/" } }], containers: [container] };
    assert.deepEqual(problemsOf(pod), ["hostPID", "hostPath", "privileged", "capability NET_ADMIN"]);
  });
});
