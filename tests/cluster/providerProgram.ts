import * as docker from "@pulumi/docker";
import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import * as tls from "@pulumi/tls";

/** Inputs that the tests change between updates. */
export interface Wishes {
  kubeconfig: string;
  /** Base image, name and build context of the pods' image. */
  image: { base: string; name: string; context: string };
  /** An image for the Deployment that does not exist. */
  brokenImage?: string;
  greeting: string;
  replicas: number;
  jobCommand: string;
  nodeSelector?: Record<string, string>;
  neverReady: boolean;
  timeout: string;
  fixedName?: string;
  /** Value that a patch adds to a Secret. */
  patched?: string;
}

/** One resource of every type that the product's stack uses. */
export function program(wishes: Wishes): pulumi.automation.PulumiFn {
  return async () => {
    const provider = new kubernetes.Provider("cluster", {
      kubeconfig: wishes.kubeconfig,
      clusterIdentifier: "test",
    });
    const options = {
      provider,
      customTimeouts: { create: wishes.timeout, update: wishes.timeout, delete: "2m" },
    };
    const { base, name, context } = wishes.image;
    const image = new docker.Image("image", {
      imageName: name,
      build: { context, args: { BASE_IMAGE: base }, platform: "linux/amd64" },
    }).repoDigest;
    const password = new random.RandomPassword("password", { length: 20, special: false });

    const { privateKeyPem } = new tls.PrivateKey("key", { algorithm: "ECDSA", ecdsaCurve: "P256" });
    const subject = { commonName: "test" };
    const { certRequestPem } = new tls.CertRequest("request", {
      privateKeyPem,
      subject,
      dnsNames: ["test.example.com"],
    });
    const { certPem: caCertPem } = new tls.SelfSignedCert("authority", {
      privateKeyPem,
      subject,
      isCaCertificate: true,
      allowedUses: ["cert_signing"],
      validityPeriodHours: 2,
    });
    const { certPem } = new tls.LocallySignedCert("certificate", {
      caCertPem,
      caPrivateKeyPem: privateKeyPem,
      certRequestPem,
      allowedUses: ["server_auth"],
      validityPeriodHours: 1,
    });

    const namespace = new kubernetes.core.v1.Namespace("space", {}, options).metadata.name;
    const metadata = { namespace };
    const secret = new kubernetes.core.v1.Secret(
      "secret",
      { metadata, stringData: { password: password.result } },
      options,
    );
    const whole = new kubernetes.core.v1.Secret(
      "whole",
      { metadata: { namespace, name: "whole" }, data: { own: base64("1") } },
      options,
    );
    if (wishes.patched)
      new kubernetes.core.v1.SecretPatch(
        "patch",
        { metadata: { namespace, name: "whole" }, data: { added: base64(wishes.patched) } },
        { ...options, dependsOn: whole },
      );
    const config = new kubernetes.core.v1.ConfigMap(
      "config",
      { metadata, data: { greeting: wishes.greeting, empty: "" } },
      options,
    );
    const account = new kubernetes.core.v1.ServiceAccount(
      "account",
      { metadata, automountServiceAccountToken: false },
      options,
    );
    new kubernetes.storage.v1.StorageClass(
      "class",
      { provisioner: "example.com/none", volumeBindingMode: "WaitForFirstConsumer" },
      options,
    );
    new kubernetes.core.v1.PersistentVolumeClaim(
      "claim",
      { metadata, spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1024Mi" } } } },
      // The claim stays unbound until a pod uses it.
      { ...options, ignoreChanges: ["spec.storageClassName"] },
    );
    if (wishes.fixedName) {
      new kubernetes.core.v1.ConfigMap(
        "fixed",
        { metadata: { namespace: "default", name: wishes.fixedName }, data: { a: "1" } },
        options,
      );
    }

    const podSpec = (name: string, container: object = {}) => ({
      serviceAccountName: account.metadata.name,
      terminationGracePeriodSeconds: 0,
      nodeSelector: wishes.nodeSelector,
      containers: [
        {
          name,
          image,
          command: ["sleep", "infinity"],
          resources: { requests: { cpu: "0.01", memory: "16384Ki" }, limits: { memory: "64Mi" } },
          env: [
            {
              name: "PASSWORD",
              valueFrom: { secretKeyRef: { name: secret.metadata.name, key: "password" } },
            },
          ],
          ...container,
        },
      ],
    });
    const headless = new kubernetes.core.v1.Service(
      "nodes",
      { metadata, spec: { clusterIP: "None", selector: { app: "set" }, ports: [{ port: 80 }] } },
      options,
    );
    new kubernetes.apps.v1.StatefulSet(
      "set",
      {
        metadata: { ...metadata, name: "set" },
        spec: {
          serviceName: headless.metadata.name,
          podManagementPolicy: "Parallel",
          replicas: wishes.replicas,
          selector: { matchLabels: { app: "set" } },
          template: {
            metadata: { labels: { app: "set" }, annotations: { greeting: wishes.greeting } },
            spec: podSpec("member"),
          },
        },
      },
      options,
    );
    const deployment = new kubernetes.apps.v1.Deployment(
      "web",
      {
        metadata,
        spec: {
          replicas: 1,
          selector: { matchLabels: { app: "web" } },
          template: {
            metadata: { labels: { app: "web" } },
            spec: podSpec("web", {
              ...(wishes.brokenImage && { image: wishes.brokenImage }),
              ...(wishes.neverReady && {
                readinessProbe: { exec: { command: ["false"] }, periodSeconds: 1 },
              }),
              env: [{ name: "CONFIG", value: config.metadata.name }],
            }),
          },
        },
      },
      options,
    );
    new kubernetes.core.v1.Service(
      "client",
      { metadata, spec: { selector: { app: "set" }, ports: [{ port: 80 }] } },
      options,
    );
    new kubernetes.batch.v1.Job(
      "once",
      {
        metadata,
        spec: {
          backoffLimit: 0,
          template: {
            spec: {
              ...podSpec("once", { command: ["sh", "-c", wishes.jobCommand] }),
              restartPolicy: "Never",
            },
          },
        },
      },
      options,
    );
    new kubernetes.batch.v1.CronJob(
      "nightly",
      {
        metadata,
        spec: {
          schedule: "0 3 * * *",
          jobTemplate: { spec: { template: { spec: { ...podSpec("nightly"), restartPolicy: "Never" } } } },
        },
      },
      options,
    );
    new kubernetes.policy.v1.PodDisruptionBudget(
      "budget",
      { metadata, spec: { maxUnavailable: 1, selector: { matchLabels: { app: "set" } } } },
      options,
    );
    new kubernetes.networking.v1.NetworkPolicy(
      "policy",
      {
        metadata,
        spec: {
          podSelector: { matchLabels: { app: "set" } },
          policyTypes: ["Ingress"],
          ingress: [{ ports: [{ port: 80 }] }],
        },
      },
      options,
    );
    new kubernetes.autoscaling.v2.HorizontalPodAutoscaler(
      "scaler",
      {
        metadata,
        spec: {
          maxReplicas: 1,
          scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: deployment.metadata.name },
        },
      },
      options,
    );
    return {
      namespace,
      deployment: deployment.metadata.name,
      config: config.metadata.name,
      password: password.result,
      privateKey: privateKeyPem,
      certificate: certPem,
    };
  };
}

const base64 = (text: string) => Buffer.from(text).toString("base64");
