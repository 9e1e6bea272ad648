import assert from "node:assert/strict";
import { parse } from "yaml";
import { forHost } from "../../../../local/cluster/kubeconfig";

const written = `
apiVersion: v1
kind: Config
clusters:
  - name: ha-celery-lab
    cluster: { server: "https://10.210.0.2:6443", certificate-authority-data: Y2E= }
users:
  - name: ha-celery-lab
    user: { client-certificate-data: Y2VydA==, client-key-data: a2V5 }
contexts:
  - name: ha-celery-lab
    context: { cluster: ha-celery-lab, user: ha-celery-lab }
current-context: ha-celery-lab
`;

describe("the kubeconfig for the host", () => {
  it("has the port on loopback and is otherwise what the control plane wrote", () => {
    const expected = parse(written) as { clusters: { cluster: { server: string } }[] };
    for (const { cluster } of expected.clusters) cluster.server = "https://127.0.0.1:6444";
    assert.deepEqual(parse(forHost(written, 6444)), expected);
  });
});
