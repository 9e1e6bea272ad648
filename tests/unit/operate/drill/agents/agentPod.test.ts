import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { agentNamespaceOf, agentPod, imageByDigest } from "../../../../../operate/drill/agents/agentPod";
import { processesScript } from "../../../../../operate/drill/agents/processes";
import { SCENES } from "../../../../../operate/drill/scenes";

describe("the agent of a drill", () => {
  it("runs the image of the running broker, by digest", () => {
    const broker = (imageID: string) => ({
      status: {
        containerStatuses: [
          { name: "sidecar", image: "sidecar:1", imageID: "sidecar@sha256:0" },
          { name: "rabbitmq", image: "rabbitmq:1", imageID },
        ] as never,
      },
    });
    assert.equal(
      imageByDigest([broker("docker://registry/rabbitmq@sha256:1")]),
      "registry/rabbitmq@sha256:1",
    );
    assert.equal(
      imageByDigest([broker(""), broker("registry/rabbitmq@sha256:2")]),
      "registry/rabbitmq@sha256:2",
    );
  });

  it("has time to undo its changes when it ends", () => {
    const { spec } = agentPod({ run: "freeze-1", kubernetesNode: "one", image: "rabbitmq@sha256:1" });
    assert.equal(spec?.terminationGracePeriodSeconds, 30);
    assert.match(spec.containers[0]?.command?.[2] ?? "", /trap 'undo; exit 0' TERM/);
  });

  it("has a namespace whose name is valid for every scene", () => {
    for (const { name } of SCENES) assert.ok(agentNamespaceOf(`${name}-1128215143`).length <= 63, name);
  });

  it("finds the processes of a container, the first one first", () => {
    const idsOf = (container: string) =>
      execFileSync("sh", ["-c", processesScript(container)])
        .toString()
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => line.split(" ").map(Number));
    assert.deepEqual(idsOf("containerd://no-such-container"), []);
    // Any cgroup can be that of a container.
    const [cgroup = ""] = readFileSync("/proc/self/cgroup", "utf8").split("\n");
    const found = idsOf(cgroup);
    assert.ok(found.some(([, pid]) => pid === process.pid));
    const inside = found.map(([id = 0]) => id);
    assert.deepEqual(
      inside,
      inside.toSorted((one, other) => one - other),
    );
  });
});
