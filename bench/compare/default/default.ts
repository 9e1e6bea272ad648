import type { Design } from "../design";
import { installOperator } from "../operator/install";

const NAMESPACE = "peer-default";

/** RabbitMQ with the cluster-operator's defaults, and Celery's defaults except for the type of its queue. */
export const defaults: Design = {
  name: "default",
  namespace: NAMESPACE,
  install: (site, signal) =>
    installOperator(site, { namespace: NAMESPACE, productionReady: false, folder: __dirname }, signal),
};
