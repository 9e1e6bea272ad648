export type Labels = Record<string, string>;

/** A condition on one label. */
export interface Requirement {
  key: string;
  operator: string;
  values?: string[];
}

/** Kubernetes' label selector. */
export interface Selector {
  matchLabels?: Labels;
  matchExpressions?: Requirement[];
}

/** Whether the selector matches the labels. As in Kubernetes, an empty selector matches all, and none matches none. */
export function matches(selector: Selector | undefined, labels: Labels = {}): boolean {
  if (!selector) return false;
  const { matchLabels = {}, matchExpressions = [] } = selector;
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every((requirement) => meets(requirement, labels))
  );
}

function meets({ key, operator, values = [] }: Requirement, labels: Labels): boolean {
  const value = labels[key];
  switch (operator) {
    case "In":
      return value !== undefined && values.includes(value);
    case "NotIn":
      return value === undefined || !values.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    default:
      return false;
  }
}

/** Whether the selector matches every object. */
export const matchesAll = ({ matchLabels = {}, matchExpressions = [] }: Selector): boolean =>
  Object.keys(matchLabels).length === 0 && matchExpressions.length === 0;
