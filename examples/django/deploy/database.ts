import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { SecretKey } from "ha-celery";
import { restricted } from "./pods";

const NAME = "shop";
/** User of the official image. */
const USER = 999;
const DATA = "/var/lib/postgresql/data";

/** What a pod needs to use the database. */
export interface Database {
  /** Variables that psycopg reads. */
  env: Record<string, pulumi.Input<string>>;
  password: SecretKey;
  /** Created when the database accepts connections. */
  ready: pulumi.Resource;
}

/**
 * One Postgres pod with one volume, for this example only: nothing backs it up, and while its node is lost, the shop
 * waits. In production, use a managed database, and return its host, user, and password here.
 */
export function database(
  namespace: pulumi.Input<string>,
  image: string,
  provider: kubernetes.Provider,
): Database {
  const metadata = { namespace, name: "postgres" };
  const { result } = new random.RandomPassword("postgres", { length: 32, special: false });
  const secret = new kubernetes.core.v1.Secret(
    "postgres",
    { metadata: { namespace }, stringData: { password: result } },
    { provider },
  );
  const password = { secretName: secret.metadata.name, key: "password" };
  const selector = { "app.kubernetes.io/name": "postgres" };
  const ports = [{ port: 5432 }];
  new kubernetes.core.v1.Service("postgres", { metadata, spec: { selector, ports } }, { provider });

  const ready = new kubernetes.apps.v1.StatefulSet(
    "postgres",
    {
      metadata,
      spec: {
        serviceName: metadata.name,
        selector: { matchLabels: selector },
        template: { metadata: { labels: selector }, spec: pod(image, password) },
        volumeClaimTemplates: [
          {
            metadata: { name: "data" },
            spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
          },
        ],
        persistentVolumeClaimRetentionPolicy: { whenDeleted: "Delete" },
      },
    },
    { provider },
  );
  return { env: { PGHOST: metadata.name, PGUSER: NAME, PGDATABASE: NAME }, password, ready };
}

function pod(image: string, { secretName, key }: SecretKey): kubernetes.types.input.core.v1.PodSpec {
  const container = {
    name: "postgres",
    image,
    env: [
      { name: "POSTGRES_USER", value: NAME },
      { name: "POSTGRES_PASSWORD", valueFrom: { secretKeyRef: { name: secretName, key } } },
      // Not the volume's root, which may contain lost+found.
      { name: "PGDATA", value: `${DATA}/${NAME}` },
    ],
    readinessProbe: {
      // Over TCP, because the server that initializes the database only listens on a socket.
      exec: { command: ["pg_isready", "--host=127.0.0.1", `--username=${NAME}`] },
      periodSeconds: 2,
    },
    resources: { requests: { cpu: "100m", memory: "256Mi" }, limits: { memory: "256Mi" } },
    volumeMounts: [{ name: "data", mountPath: DATA }],
  };
  return restricted(USER, container, ["/tmp", "/var/run/postgresql"]);
}
