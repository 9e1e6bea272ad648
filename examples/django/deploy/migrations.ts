import * as kubernetes from "@pulumi/kubernetes";
import type { Database } from "./database";
import { type DjangoPods, djangoContainer, USER } from "./django";
import { restricted } from "./pods";

/** Migrates the database before anything uses it. A new image replaces the Job, so each deployment migrates. */
export function migrations(
  django: DjangoPods,
  database: Database,
  provider: kubernetes.Provider,
): kubernetes.batch.v1.Job {
  const command = ["python", "manage.py", "migrate", "--noinput"];
  const container = djangoContainer(django, { name: "migrate", command });
  return new kubernetes.batch.v1.Job(
    "migrate",
    {
      metadata: { namespace: django.namespace },
      spec: { template: { spec: restricted(USER, container, ["/tmp"], { restartPolicy: "OnFailure" }) } },
    },
    { provider, dependsOn: database.ready },
  );
}
