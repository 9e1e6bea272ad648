import assert from "node:assert/strict";
import {
  type BrokerConnection,
  type PodContainer,
  type PodOptions,
  CeleryBeat,
  CeleryJob,
  CeleryWorkers,
} from "../../../../components";
import { pod as check } from "../../../../components/podOptions/validation";
import { refusal as refusedSettings } from "../../program/settings";
import { cluster, refusal, run, the } from "../engine";
import { assertGolden } from "../goldens";

const BROKER: BrokerConnection = {
  secretName: "mq",
  key: "amqp-url",
  clientLabels: { "ha-celery/broker": "mq" },
};
const COMMON = { namespace: "jobs", image: "registry/worker@sha256:abc", broker: BROKER };
const FULL: PodOptions = {
  serviceAccountName: "mailer",
  automountServiceAccountToken: true,
  imagePullSecrets: ["registry"],
  labels: { team: "mail" },
  annotations: { "example.com/owner": "mail" },
  envFrom: [{ secretName: "smtp" }, { configMapName: "flags", prefix: "FLAG_", optional: true }],
  volumes: [
    { name: "certs", secretName: "certs" },
    { name: "settings", configMapName: "settings" },
    { name: "media", claimName: "media" },
    { name: "cache", emptyDir: { medium: "Memory", sizeLimit: "64Mi" } },
    {
      name: "vault",
      csi: { driver: "secrets-store.csi.k8s.io", readOnly: true, volumeAttributes: { a: "b" } },
    },
    { name: "identity", serviceAccountToken: { audience: "vault" } },
  ],
  volumeMounts: [
    { name: "media", mountPath: "/media", subPath: "mail" },
    { name: "cache", mountPath: "/tmp/cache" },
    { name: "certs", mountPath: "/certs", readOnly: true },
  ],
  initContainers: [
    { name: "migrate", image: "migrate", command: ["migrate"], compute: { cpu: "10m", memory: "32Mi" } },
  ],
  sidecars: [
    {
      name: "proxy",
      image: "proxy",
      args: ["--port=1"],
      env: { LEVEL: "info" },
      envFromSecrets: { KEY: { secretName: "proxy", key: "key" } },
      envFrom: [{ secretName: "proxy" }],
      volumeMounts: [{ name: "identity", mountPath: "/identity" }],
      runAsUser: 65532,
      writableRootFilesystem: true,
      startupProbe: { port: 8090, path: "/startup" },
    },
    { name: "forward", image: "forward", startupProbe: { port: 5432 } },
  ],
  hostAliases: [{ ip: "10.0.0.7", hostnames: ["db.example.com"] }],
  runtimeClassName: "gvisor",
  securityContext: { supplementalGroups: [2000], fsGroup: 3000 },
};
/** A Cloud SQL proxy and a ServiceAccount that IAM knows as a principal of the workload pool. */
const WORKLOAD_IDENTITY: PodOptions = {
  serviceAccountName: "mailer",
  sidecars: [
    {
      name: "cloud-sql-proxy",
      image: "gcr.io/cloud-sql-connectors/cloud-sql-proxy@sha256:def",
      args: ["--auto-iam-authn", "--health-check", "project:region:database"],
      startupProbe: { port: 9090, path: "/startup" },
    },
  ],
};
const workers = (pod: PodOptions) =>
  new CeleryWorkers("mail", { ...COMMON, app: "mail.tasks", pod }, cluster());
const box = (fields: object): PodContainer => ({ name: "box", image: "box", ...fields });
const MEDIA = [{ name: "media", emptyDir: {} }];

const CASES: [PodOptions, string][] = [
  [
    { serviceAccountName: "" },
    'pod.serviceAccountName is "", which is not a valid name of a Kubernetes object. Use lowercase letters, digits, "-" and ".".',
  ],
  [
    { imagePullSecrets: ["A"] },
    'pod.imagePullSecrets[0] is "A", which is not a valid name of a Kubernetes object. Use lowercase letters, digits, "-" and ".".',
  ],
  [
    { runtimeClassName: "_" },
    'pod.runtimeClassName is "_", which is not a valid name of a Kubernetes object. Use lowercase letters, digits, "-" and ".".',
  ],
  [
    { labels: { "app.kubernetes.io/instance": "x" } },
    'pod.labels has "app.kubernetes.io/instance", which the component sets: selectors and NetworkPolicies find the pods by it. Choose another key.',
  ],
  [
    { labels: { "ha-celery/broker": "x" } },
    'pod.labels has "ha-celery/broker", which the component sets: selectors and NetworkPolicies find the pods by it. Choose another key.',
  ],
  [
    { labels: { "a b": "x" } },
    'pod.labels has "a b", which is not a valid key. Use for example "team" or "example.com/team".',
  ],
  [
    { labels: { team: "a b" } },
    'pod.labels has team "a b", which is not a valid value of a label. Use up to 63 letters, digits, "-", "_" and ".".',
  ],
  [
    { annotations: { "a b": "x" } },
    'pod.annotations has "a b", which is not a valid key. Use for example "team" or "example.com/team".',
  ],
  [
    { envFrom: [{}] },
    "pod.envFrom[0].secretName, configMapName: exactly one is needed, but none is set. Set one.",
  ],
  [
    { envFrom: [{ secretName: "a", prefix: "1" }] },
    'pod.envFrom[0].prefix is "1", with which no environment variable\'s name can start. Use letters, digits and "_".',
  ],
  [
    { volumes: [{ name: "tmp", emptyDir: {} }] },
    'pod.volumes[0].name is "tmp", which is a volume of the component. Choose another name.',
  ],
  [
    { volumes: [{ name: "A", emptyDir: {} }] },
    'pod.volumes[0].name is "A", which is not a valid name of a volume. Use up to 63 lowercase letters, digits and "-".',
  ],
  [{ volumes: [...MEDIA, ...MEDIA] }, 'pod.volumes has "media" twice. Give each volume its own name.'],
  [
    { volumes: [{ name: "a", emptyDir: {}, claimName: "b" }] },
    "pod.volumes[0].secretName, configMapName, claimName, emptyDir, csi, serviceAccountToken: exactly one is needed, but claimName and emptyDir are set. Keep one.",
  ],
  [
    { volumes: [{ name: "a", emptyDir: { medium: "Disk" } }] },
    'pod.volumes[0].emptyDir.medium is "Disk". Use "Memory", or omit it for the node\'s disk.',
  ],
  [
    { volumes: [{ name: "a", emptyDir: { sizeLimit: "big" } }] },
    'pod.volumes[0].emptyDir.sizeLimit is "big", which is not a Kubernetes quantity. Use for example "1Gi".',
  ],
  [
    { volumes: [{ name: "a", csi: { driver: "" } }] },
    "pod.volumes[0].csi.driver is empty. Set it, or omit it.",
  ],
  [
    { volumes: [{ name: "a", serviceAccountToken: { audience: "a", expirationSeconds: 60 } }] },
    "pod.volumes[0].serviceAccountToken.expirationSeconds is 60, but Kubernetes issues no shorter tokens. Use a whole number of at least 600.",
  ],
  [
    { volumeMounts: [{ name: "media", mountPath: "/media" }] },
    'pod.volumeMounts has "media", which is not one of volumes. Add it there, or correct the name.',
  ],
  [
    { sidecars: [box({ volumeMounts: [{ name: "state", mountPath: "/state" }] })] },
    'pod.sidecars[0].volumeMounts has "state", which is not one of volumes. Add it there, or correct the name.',
  ],
  ...["/run/ha-celery", "/run", "/etc/ha-celery/broker-ca/x", "/var/lib/ha-celery/"].map(
    (mountPath): [PodOptions, string] => {
      const own =
        {
          "/run/ha-celery": "/run/ha-celery",
          "/run": "/run/ha-celery",
          "/etc/ha-celery/broker-ca/x": "/etc/ha-celery/broker-ca",
          "/var/lib/ha-celery/": "/var/lib/ha-celery",
        }[mountPath] ?? "";
      return [
        { volumes: MEDIA, volumeMounts: [{ name: "media", mountPath }] },
        `pod.volumeMounts[0].mountPath is "${mountPath}", but the component mounts ${own}: it would be hidden. Choose another path.`,
      ];
    },
  ),
  [
    { volumes: MEDIA, volumeMounts: [{ name: "media", mountPath: "/tmp" }] },
    'pod.volumeMounts[0].mountPath is "/tmp", but the component mounts /tmp: it would be hidden. Choose another path.',
  ],
  [
    { volumes: MEDIA, volumeMounts: [{ name: "media", mountPath: "media" }] },
    'pod.volumeMounts[0].mountPath is "media". Use an absolute path below "/" without ":" and "..".',
  ],
  [
    { volumes: MEDIA, volumeMounts: [{ name: "media", mountPath: "/a", subPath: "../b" }] },
    'pod.volumeMounts[0].subPath is "../b". Use a relative path without "..".',
  ],
  [
    {
      volumes: MEDIA,
      volumeMounts: [
        { name: "media", mountPath: "/a" },
        { name: "media", mountPath: "/a" },
      ],
    },
    'pod.volumeMounts has the mountPath "/a" twice. Remove one.',
  ],
  [
    { sidecars: [box({ name: "worker" })] },
    'pod.sidecars[0].name is "worker", which is a container of the component. Choose another name.',
  ],
  [
    { initContainers: [box({})], sidecars: [box({})] },
    'pod.initContainers and sidecars have "box" twice. Give each container its own name.',
  ],
  [
    { sidecars: [box({ env: { "1": "x" } })] },
    'pod.sidecars[0].env has "1", which is not a valid name of an environment variable. Use letters, digits and "_".',
  ],
  [
    { sidecars: [box({ env: { A: "x" }, envFromSecrets: { A: { secretName: "a", key: "a" } } })] },
    "pod.sidecars[0].env and envFromSecrets both have A. Remove one.",
  ],
  [
    { initContainers: [box({ runAsUser: 0 })] },
    "pod.initContainers[0].runAsUser is 0, but the Pod Security level restricted forbids root. Use a whole number of at least 1.",
  ],
  [
    { initContainers: [box({ compute: { cpu: "one" } })] },
    'pod.initContainers[0].compute.cpu is "one", which is not a Kubernetes quantity. Use for example "500m".',
  ],
  [
    { sidecars: [box({ privileged: true })] },
    'pod.sidecars[0] has "privileged", which the component sets: it is fixed by the Pod Security level restricted. Remove it.',
  ],
  [
    { sidecars: [{ ...box({}), startupProbe: { port: 0, path: "x" } }] },
    'pod.sidecars[0].startupProbe.port is 0, but it is a port. Use a whole number from 1 to 65535.\npod.sidecars[0].startupProbe.path is "x". Use a path that starts with "/".',
  ],
  [
    { hostAliases: [{ ip: "db", hostnames: [] }] },
    'pod.hostAliases[0].ip is "db", which is not an IP address. Use for example "10.0.0.7".\npod.hostAliases[0].hostnames is empty. Use at least one, for example ["db.example.com"].',
  ],
  [
    { securityContext: { fsGroup: 0, supplementalGroups: [0] } },
    "pod.securityContext.supplementalGroups[0] is 0, but group 0 is root's. Use a whole number of at least 1.\npod.securityContext.fsGroup is 0, but group 0 is root's. Use a whole number of at least 1.",
  ],
];
/** Fields that only JSON, JavaScript and other languages can pass. */
const FIXED: [object, RegExp][] = [
  [
    { affinity: {} },
    /^pod has "affinity", which the component sets: it keeps the pods on different nodes\. Use spread/,
  ],
  [
    { terminationGracePeriodSeconds: 5 },
    /"terminationGracePeriodSeconds".*running tasks finish\. Use longestTaskSeconds/,
  ],
  [{ livenessProbe: {} }, /"livenessProbe".*without killing a running task\. Remove it\.$/],
  [{ securityContext: { runAsNonRoot: false } }, /^pod\.securityContext has "runAsNonRoot".*restricted/],
  [
    { sidecarz: [] },
    /^pod has "sidecarz", which is not a field of it\. Remove it, or use one of serviceAccountName/,
  ],
];

describe("pod", () => {
  it("adds every option to workers, as in the golden", async () => {
    assert.deepEqual(check("pod", FULL), []);
    assertGolden("pod-workers", (await run(() => workers(FULL))).resources);
  });

  it("adds every option to a beat and a Job, as in the goldens", async () => {
    const beat = await run(
      () => new CeleryBeat("clock", { ...COMMON, app: "mail.tasks", pod: FULL }, cluster()),
    );
    assertGolden("pod-beat", beat.resources);
    const job = await run(() => new CeleryJob("nightly", { ...COMMON, pod: FULL }, cluster()));
    assertGolden("pod-job", job.resources);
  });

  it("gives workers an identity of GKE and a Cloud SQL proxy, as in the golden", async () => {
    assertGolden("pod-workloadIdentity", (await run(() => workers(WORKLOAD_IDENTITY))).resources);
  });

  it("may make the pods clients of a further broker", () => {
    assert.deepEqual(check("pod", { labels: { "ha-celery/client-of.billing-broker": "true" } }), []);
  });

  it("mounts no token of the Kubernetes API unless asked", async () => {
    const { resources } = await run(() => workers(WORKLOAD_IDENTITY));
    const { spec } = the(resources, "Deployment").inputs as {
      spec: { template: { spec: { automountServiceAccountToken: boolean } } };
    };
    assert.equal(spec.template.spec.automountServiceAccountToken, false);
  });

  for (const [options, message] of CASES)
    it(`is refused: ${message}`, () => {
      assert.equal(check("pod", options).join("\n"), message);
    });

  for (const [options, message] of FIXED)
    it(`is refused: ${JSON.stringify(options)}`, () => {
      const problems = check("pod", options);
      assert.equal(problems.length, 1);
      assert.match(problems.join(), message);
    });

  it("refuses the name of the volume that inject adds", () => {
    const problems = check("pod", { volumes: [{ name: "ha-celery-package", emptyDir: {} }] });
    assert.match(problems.join(), /pod\.volumes\[0\]\.name is "ha-celery-package"/);
  });

  it("reports all problems together", async () => {
    const message = await refusal(() =>
      workers({ labels: { "ha-celery/x": "" }, volumes: [{ name: "state", emptyDir: {} }] }),
    );
    assert.match(
      message,
      /has 2 problems:\n {2}- pod\.labels has .*\n {2}- pod\.volumes\[0\]\.name is "state"/,
    );
  });

  it("is refused in a stack with the component's sentence", () => {
    const pools = [{ name: "mail", pod: { terminationGracePeriodSeconds: 5 } }];
    assert.match(
      refusedSettings({ target: "existing", workerPools: pools }),
      /workerPools\[0\]\.pod: pod has "terminationGracePeriodSeconds", which the component sets: .*Fix: pulumi config rm --stack dev --path 'workerPools\[0\]\.pod'/,
    );
  });
});
