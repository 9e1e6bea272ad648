import type { Design } from "../design";
import { installOperator } from "../operator/install";

const NAMESPACE = "peer-careful";

/** RabbitMQ as in the operator's example for production, and Celery with the settings that its guides advise for important tasks. */
export const careful: Design = {
  name: "careful",
  namespace: NAMESPACE,
  install: (site, signal) =>
    installOperator(site, { namespace: NAMESPACE, productionReady: true, folder: __dirname }, signal),
};
