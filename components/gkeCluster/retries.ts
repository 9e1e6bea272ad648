import { setTimeout as sleep } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import { errorHook } from "../shared/errorHook";

/** Google's error while an API that was just enabled is not ready everywhere. */
const NOT_READY = /SERVICE_DISABLED|has not been used in project|it is disabled/;
const PAUSE_MS = 10_000;
/** Five minutes in total. Google says that it takes a few. */
const MAX_ATTEMPTS = 30;

/** Repeats requests to APIs that were enabled in the same update, because Google needs minutes to make them ready.
 *
 * @param owner Name of the component. */
export function retryWhileEnabling(owner: string): pulumi.ResourceHookBinding {
  return errorHook(`${owner}-api-not-ready`, async ({ errors, name }) => {
    if (!NOT_READY.test(errors[0] ?? "") || errors.length > MAX_ATTEMPTS) return false;
    void pulumi.log.info(`${name}: waits until the API is ready, which takes minutes after it was enabled.`);
    await sleep(PAUSE_MS);
    return true;
  });
}
