import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { CeleryOptions } from "ha-celery";
import type { Database } from "./database";
import type { PlainContainer } from "./pods";

type EnvVar = kubernetes.types.input.core.v1.EnvVar;

/** User of the image. */
export const USER = 10001;

/** What every pod with the project's code has in common. */
export interface DjangoPods {
  namespace: pulumi.Output<string>;
  image: pulumi.Output<string>;
  /** Environment variables, in the form of the components of ha-celery. */
  environment: Required<Pick<CeleryOptions, "env" | "envFromSecrets">>;
}

/** Creates Django's secret key, and returns it with the database's variables. */
export function djangoPods(
  namespace: pulumi.Output<string>,
  image: pulumi.Output<string>,
  database: Database,
  provider: kubernetes.Provider,
): DjangoPods {
  const { result: key } = new random.RandomPassword("django", { length: 50 });
  const secret = new kubernetes.core.v1.Secret(
    "django",
    { metadata: { namespace }, stringData: { key } },
    { provider },
  );
  return {
    namespace,
    image,
    environment: {
      env: { ...database.env, DJANGO_ALLOWED_HOSTS: "localhost,web" },
      envFromSecrets: {
        PGPASSWORD: database.password,
        DJANGO_SECRET_KEY: { secretName: secret.metadata.name, key: "key" },
      },
    },
  };
}

/** A container with the project's code that no component of ha-celery creates. */
export function djangoContainer(
  { image, environment }: DjangoPods,
  { env = [], ...container }: Omit<PlainContainer, "image" | "env"> & { env?: EnvVar[] },
): PlainContainer {
  const values = Object.entries(environment.env).map(([name, value]) => ({ name, value }));
  const secrets = Object.entries(environment.envFromSecrets).map(([name, { secretName, key }]) => ({
    name,
    valueFrom: { secretKeyRef: { name: secretName, key } },
  }));
  return { ...container, image, env: [...values, ...secrets, ...env] };
}
