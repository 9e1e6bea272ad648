/** Time for an answer of a broker or worker whose machine is overloaded. */
export const PATIENT_SECONDS = 20;

/**
 * Asks with the usual timeout, and once more with a long one if there was no answer, because a late answer is not a
 * missing one. What answers takes no more time than without.
 */
export async function patiently<Answer>(ask: (timeoutSeconds?: number) => Promise<Answer>): Promise<Answer> {
  return ask().catch(() => ask(PATIENT_SECONDS));
}

/** Asks with the usual timeout only. */
export const once: typeof patiently = (ask) => ask();
