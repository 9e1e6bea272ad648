import { definitionsJson, passwordHash } from "../../../../components/rabbitMqCluster/definitions";
import type { ResolvedBroker } from "../../../../components/rabbitMqCluster/resolve";
import type { Cluster } from "../../../../operate/cluster/cluster";
import { fakeCluster } from "../fakeCluster";

/** Every secret of the installation below. */
export const SECRETS = {
  cookie: "COOKIEcookieCOOKIEcookie12345678",
  applicationPassword: "p4ss w/rd+of?celery",
  applicationHash: passwordHash("celery", "p4ss w/rd+of?celery"),
  deadLettersPassword: "dl-3f9c8e7b6a5d4c3b",
  deadLettersHash: passwordHash("dead-letters", "dl-3f9c8e7b6a5d4c3b"),
  monitoringPassword: "mon-77e6d5c4b3a29180",
  monitoringHash: passwordHash("monitoring", "mon-77e6d5c4b3a29180"),
  ledgerToken: "ledger-0a1b2c3d4e5f",
  databasePassword: "pg_hunter2",
  djangoKey: "dj@ngo-#key-%%-x91",
  registryPassword: "registry-zz-41",
  tlsKeyLine: "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQ",
  shortPin: "93x1",
  foreignPassword: "nobody-told-me-7",
  serviceToken: "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJrdWJlIn0.c2lnbmF0dXJlMTIz",
} as const;

export const NAMESPACE = "shop";
const VHOST = "celery";
const HOST = "mq-client.shop.svc";

const encoded = encodeURIComponent(SECRETS.applicationPassword);
export const AMQP_URL = `amqps://celery:${encoded}@${HOST}:5671/${VHOST}`;
const DATABASE_URL = `postgresql://shop:${SECRETS.databasePassword}@db/shop`;
const KEY = `-----BEGIN PRIVATE KEY-----\n${SECRETS.tlsKeyLine}\n-----END PRIVATE KEY-----\n`;

export const DEFINITIONS = definitionsJson({ vhost: VHOST } as ResolvedBroker, {
  application: [{ name: "celery", password: SECRETS.applicationPassword }],
  deadLetters: [{ name: "dead-letters", password: SECRETS.deadLettersPassword }],
  monitoring: { name: "monitoring", password: SECRETS.monitoringPassword },
});

const secret = (name: string, data: Record<string, string>, type = "Opaque") => ({
  metadata: {
    name,
    namespace: NAMESPACE,
    labels: { "app.kubernetes.io/part-of": "ha-celery" },
    annotations: { "kubectl.kubernetes.io/last-applied-configuration": JSON.stringify(data) },
  },
  type,
  data: Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString("base64")]),
  ),
});

export const SECRET_OBJECTS = [
  secret("mq-credentials", { "erlang-cookie": SECRETS.cookie }),
  secret("mq-definitions", { "definitions.json": DEFINITIONS }),
  secret("mq-client", {
    "amqp-url": AMQP_URL,
    host: HOST,
    port: "5671",
    vhost: VHOST,
    username: "celery",
    password: SECRETS.applicationPassword,
  }),
  secret("mq-dead-letters", {
    "amqp-url": `amqps://dead-letters:${SECRETS.deadLettersPassword}@${HOST}:5671/${VHOST}`,
    username: "dead-letters",
    password: SECRETS.deadLettersPassword,
  }),
  secret("mq-monitoring", {
    "management-url": `http://monitoring:${SECRETS.monitoringPassword}@${HOST}:15672/${VHOST}`,
    username: "monitoring",
    password: SECRETS.monitoringPassword,
  }),
  secret("mq-tls", { "tls.key": KEY, "tls.crt": "a public certificate", "ca.crt": "its authority" }),
  secret("ledger", { token: SECRETS.ledgerToken }),
  secret("app-env", { ".env": `DJANGO_KEY=${SECRETS.djangoKey}\nDATABASE_URL=${DATABASE_URL}\n` }),
  secret("pins", { pin: SECRETS.shortPin }),
  secret("registry", {
    ".dockerconfigjson": JSON.stringify({ auths: { "r.example": { password: SECRETS.registryPassword } } }),
  }),
];

const labels = { "app.kubernetes.io/part-of": "ha-celery" };
const status = { containerStatuses: [{ name: "worker", restartCount: 1, state: { running: {} } }] };

/** What the API server returns, by kind. Secrets have come into many of them. */
export const OBJECTS: Readonly<Record<string, readonly object[]>> = {
  Pod: [
    {
      metadata: { name: "mail-0", labels },
      spec: {
        containers: [
          {
            name: "worker",
            args: ["--pin", `--password=${SECRETS.shortPin}`],
            env: [
              { name: "DJANGO_KEY", value: SECRETS.djangoKey },
              { name: "DATABASE_URL", value: DATABASE_URL },
              { name: "HA_CELERY_BROKER_URL", value: AMQP_URL },
              { name: "HA_CELERY_QUEUES", value: "mail" },
              { name: "FOREIGN", value: SECRETS.foreignPassword },
            ],
          },
        ],
      },
    },
  ],
  ConfigMap: [
    {
      metadata: {
        name: "mq-config",
        annotations: {
          "kubectl.kubernetes.io/last-applied-configuration": Buffer.from(SECRETS.cookie).toString("base64"),
        },
      },
      data: {
        "10-ha-celery.conf": `auth_ldap.bind.password = ${SECRETS.foreignPassword}\nlog.console = true\n`,
      },
    },
  ],
  Event: [
    { message: `pull failed for r.example with ${SECRETS.registryPassword}`, reason: "Failed" },
    { message: `mounted ${KEY} for ${SECRETS.serviceToken}`, reason: "Odd" },
  ],
};

/** Logs by container. */
export const LOGS: Readonly<Record<string, string>> = {
  "mail-0/worker": [
    `connecting to ${AMQP_URL}`,
    `settings {'DJANGO_KEY': '${SECRETS.djangoKey}', 'password': '${SECRETS.foreignPassword}'}`,
    `ledger http://:${SECRETS.ledgerToken}@ledger:8080, pin=unknown, password: ${SECRETS.shortPin}`,
    `base64 ${Buffer.from(SECRETS.deadLettersPassword).toString("base64")}`,
    "task mail.send[1] succeeded",
  ].join("\n"),
  "mail-0/worker/previous": `monitoring ${SECRETS.monitoringPassword} cookie hash: ${SECRETS.cookie}`,
};

export const SET = {
  metadata: { name: "mq", namespace: NAMESPACE },
  spec: { replicas: 1, selector: {}, template: { spec: { containers: [{}] } } },
};

const POD = {
  metadata: { name: "mq-0", labels },
  status: {
    conditions: [{ type: "Ready", status: "True" }],
    containerStatuses: [{ name: "rabbitmq", restartCount: 0, state: { running: {} } }],
  },
};

export const BROKER_STATUS = `{"note": "started with ${SECRETS.cookie}"}`;

/** An installation whose brokers answer commands, but not the management API. */
export const patient = (more: object = {}): Cluster =>
  fakeCluster(
    {
      core: {
        listNamespacedSecret: () => ({ items: SECRET_OBJECTS }),
        readNamespace: () => ({ metadata: { name: NAMESPACE } }),
        listNamespacedPod: () => ({ items: [{ ...OBJECTS.Pod?.[0], status }, POD] }),
        readNamespacedPodLog: ({ name, container, previous }: Record<string, unknown>) =>
          LOGS[`${String(name)}/${String(container)}${previous === true ? "/previous" : ""}`] ?? "started",
      },
      apps: { listNamespacedDeployment: () => ({ items: [] }) },
    },
    {
      version: async () => ({ gitVersion: "v1.34.2" }),
      objects: {
        list: async (apiVersion: string, kind: string) => {
          if (apiVersion.startsWith("keda")) throw Object.assign(new Error("not found"), { code: 404 });
          return { items: OBJECTS[kind] ?? [] };
        },
      },
      pods: async () => [POD],
      exec: async (_: object, ...command: string[]) =>
        command.includes("export_definitions") ? DEFINITIONS : BROKER_STATUS,
      forward: {
        portForward: () => Promise.reject(new Error(`refused for ${AMQP_URL}`)),
      },
      ...more,
    },
  );
