import assert from "node:assert/strict";
import { mkdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stateDir } from "../../../../local/paths";
import {
  kubeconfigPath,
  readLayout,
  removeState,
  writeKubeconfig,
  writeLayout,
} from "../../../../local/cluster/state";

const cluster = `unit-${process.pid}`;
const settled = { id: "a1", prefix: "10.211", apiPort: 6444, registryPort: 5001, nodes: 4 };

describe("the stored state of a local cluster", () => {
  beforeEach(() => mkdir(stateDir(cluster), { recursive: true }));
  afterEach(() => rm(stateDir(cluster), { recursive: true, force: true }));

  it("is read as it was written, even if the folder did not exist", async () => {
    await rm(stateDir(cluster), { recursive: true });
    await writeLayout(cluster, settled);
    assert.deepEqual(await readLayout(cluster), settled);
  });

  it("is undefined if the file is missing, truncated or of another format", async () => {
    assert.equal(await readLayout(cluster), undefined);
    for (const text of ['{"prefix": "10.2', '{"network": 7}']) {
      await writeFile(join(stateDir(cluster), "cluster.json"), text);
      assert.equal(await readLayout(cluster), undefined);
    }
  });

  it("lets only its owner read the kubeconfig", async () => {
    await writeKubeconfig(cluster, "apiVersion: v1\n");
    assert.equal((await stat(kubeconfigPath(cluster))).mode & 0o777, 0o600);
  });

  it("is removed with the cluster", async () => {
    await writeLayout(cluster, settled);
    await writeKubeconfig(cluster, "apiVersion: v1\n");
    await removeState(cluster);
    await assert.rejects(stat(kubeconfigPath(cluster)));
    assert.equal(await readLayout(cluster), undefined);
  });
});
