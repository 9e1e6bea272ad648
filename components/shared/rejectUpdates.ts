import * as pulumi from "@pulumi/pulumi";
import { problemsText } from "./component";
import { hookName } from "./hookName";

/** An update that a component may refuse. */
interface Refusal<Inputs> {
  /** Type of the component, such as `RabbitMqCluster`, and its name. */
  readonly component: string;
  readonly name: string;
  /** Name of the hook, after that of the component. */
  readonly suffix: string;
  /** Problems of the change. */
  readonly problems: (old: Inputs, next: Inputs) => string[];
}

/** Fails an update or preview of a resource if its inputs change in a way that has problems. */
export function rejectUpdates<Inputs>(refusal: Refusal<Inputs>): pulumi.ResourceHookBinding {
  // Pulumi's mocks for unit tests do not support hooks.
  if (pulumi.runtime.getMonitor()?.registerResourceHook === undefined) return {};
  const name = hookName(`${refusal.name}-${refusal.suffix}`);
  const hook = new pulumi.ResourceHook(name, (update) => check(refusal, update), { onDryRun: true });
  return { beforeUpdate: [hook] };
}

async function check<Inputs>(
  { component, name, problems }: Refusal<Inputs>,
  { oldInputs, newInputs }: pulumi.ResourceHookArgs,
): Promise<void> {
  const [old, next] = await Promise.all([opened(oldInputs), opened(newInputs)]);
  const found = problems(old as Inputs, next as Inputs);
  if (found.length > 0) throw new Error(problemsText(component, name, found));
}

interface Resolvable {
  promise(withUnknowns: boolean): Promise<unknown>;
}

/** Unwraps secrets: a secret namespace makes all metadata secret. `apply` would never resolve if a value is unknown
 * in a preview. */
async function opened(inputs: Record<string, unknown> = {}): Promise<unknown> {
  const entries = Object.entries(inputs).map(async ([key, value]) => [
    key,
    pulumi.Output.isInstance(value) ? await (value as unknown as Resolvable).promise(true) : value,
  ]);
  return Object.fromEntries((await Promise.all(entries)) as [string, unknown][]);
}
