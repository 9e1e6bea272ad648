import { AsyncResource } from "node:async_hooks";
import * as pulumi from "@pulumi/pulumi";
import { hookName } from "./hookName";

/** A hook that is called when an operation failed, and returns whether to repeat it. */
export function errorHook(name: string, callback: pulumi.ErrorHookFunction): pulumi.ResourceHookBinding {
  // Pulumi's mocks never register an error hook, so resources would wait forever.
  if (pulumi.runtime.getEngine() === undefined) return {};
  // The engine calls hooks from outside of the program, where an inline program has neither logs nor functions.
  return { onError: [new pulumi.ErrorHook(hookName(name), AsyncResource.bind(callback))] };
}

/** Binds the error hooks of both. */
export function mergeErrorHooks(
  one: pulumi.ResourceHookBinding,
  other: pulumi.ResourceHookBinding,
): pulumi.ResourceHookBinding {
  const onError = [...(one.onError ?? []), ...(other.onError ?? [])];
  return onError.length > 0 ? { onError } : {};
}
