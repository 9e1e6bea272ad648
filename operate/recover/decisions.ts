import type { Step } from "./plan";
import { keyOf } from "./schedule";

/** Asks the user about steps. Returns those that are allowed. */
export type Consent = (steps: readonly Step[]) => Promise<readonly Step[]>;

/** Which steps the user has allowed or refused. Asks only once about each step. */
export class Decisions {
  private readonly allowed = new Set<string>();
  private readonly refusedSteps = new Map<string, Step>();

  constructor(private readonly consent: Consent) {}

  get refused(): Step[] {
    return [...this.refusedSteps.values()];
  }

  isAllowed(step: Step): boolean {
    return this.allowed.has(keyOf(step));
  }

  isRefused(step: Step): boolean {
    return this.refusedSteps.has(keyOf(step));
  }

  async askAbout(steps: readonly Step[]): Promise<void> {
    const undecided = steps.filter((step) => !this.isAllowed(step) && !this.isRefused(step));
    if (undecided.length === 0) return;
    const allowed = await this.consent(undecided);
    for (const step of undecided)
      if (allowed.includes(step)) this.allowed.add(keyOf(step));
      else this.refusedSteps.set(keyOf(step), step);
  }
}
