import * as kubernetes from "@pulumi/kubernetes";
import type { HaCelery } from "ha-celery";
import { type DjangoPods, djangoContainer, USER } from "./django";
import { restricted } from "./pods";

const PORT = 8000;

/** The web pods, which publish tasks, and their Service. */
export function web(django: DjangoPods, { client }: HaCelery, provider: kubernetes.Provider): void {
  const metadata = { namespace: django.namespace, name: "web" };
  const selector = { "app.kubernetes.io/name": "web" };
  const { envFrom, env, volumeMounts, volumes } = client;
  const container = djangoContainer(django, {
    name: "web",
    envFrom,
    env,
    volumeMounts,
    ports: [{ containerPort: PORT }],
    readinessProbe: {
      httpGet: { path: "/health/", port: PORT, httpHeaders: [{ name: "Host", value: "localhost" }] },
      periodSeconds: 5,
    },
    resources: { requests: { cpu: "100m", memory: "384Mi" }, limits: { memory: "384Mi" } },
  });
  new kubernetes.apps.v1.Deployment(
    "web",
    {
      metadata,
      spec: {
        replicas: 2,
        selector: { matchLabels: selector },
        template: {
          metadata: { labels: { ...selector, ...client.labels }, annotations: client.annotations },
          spec: restricted(USER, container, ["/tmp"], { volumes }),
        },
      },
    },
    { provider },
  );
  const ports = [{ port: 80, targetPort: PORT }];
  new kubernetes.core.v1.Service("web", { metadata, spec: { selector, ports } }, { provider });
}
