import { setTimeout as sleep } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";

/** Google's error while an API that was just enabled is not ready everywhere. */
const NOT_READY = /SERVICE_DISABLED|has not been used in project|it is disabled/;
const PAUSE_MS = 10_000;
/** Five minutes in total. Google says that it takes a few. */
const MAX_ATTEMPTS = 30;

/** Repeats requests to APIs that were enabled in the same update, because Google needs minutes to make them ready.
 *
 * @param owner Unique name of the component. */
export function retryWhileEnabling(owner: string): pulumi.ResourceHookBinding {
  // Pulumi's mocks never register an error hook, so resources would wait forever.
  if (pulumi.runtime.getEngine() === undefined) return {};
  const hook = new pulumi.ErrorHook(`${owner}-api-not-ready`, async ({ errors, name }) => {
    if (!NOT_READY.test(errors[0] ?? "") || errors.length > MAX_ATTEMPTS) return false;
    void pulumi.log.info(`${name}: waits until the API is ready, which takes minutes after it was enabled.`);
    await sleep(PAUSE_MS);
    return true;
  });
  return { onError: [hook] };
}
