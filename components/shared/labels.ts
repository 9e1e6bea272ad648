/** Labels that identify the objects of one component. */
export interface Labels extends Record<string, string> {
  "app.kubernetes.io/name": string;
  "app.kubernetes.io/instance": string;
  "app.kubernetes.io/component": string;
}

/** `application` is the software (rabbitmq), `instance` the component's name, `role` its role in the installation
 * (broker). */
export function labelsOf(application: string, instance: string, role: string): Labels {
  return {
    "app.kubernetes.io/name": application,
    "app.kubernetes.io/instance": instance,
    "app.kubernetes.io/component": role,
    "app.kubernetes.io/part-of": "ha-celery",
  };
}

/** The labels that never change, for immutable selectors. */
export function selectorOf(labels: Labels): Record<string, string> {
  return {
    "app.kubernetes.io/name": labels["app.kubernetes.io/name"],
    "app.kubernetes.io/instance": labels["app.kubernetes.io/instance"],
  };
}

/** Name and labels of the pods of a component. */
export interface Identity {
  name: string;
  labels: Labels;
  selector: Record<string, string>;
}

export function identityOf(application: string, name: string, role: string): Identity {
  const labels = labelsOf(application, name, role);
  return { name, labels, selector: selectorOf(labels) };
}
