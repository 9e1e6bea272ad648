/** What has to be taken back, the latest first. */
export class Undoing {
  private readonly steps: { what: string; action: () => Promise<void> }[] = [];

  constructor(private readonly report: (text: string) => void) {}

  add(what: string, action: () => Promise<void>): void {
    this.steps.push({ what, action });
  }

  /** Does all of it, even if some fails; gives back what failed. Nothing is done twice. */
  async all(): Promise<string[]> {
    const failures: string[] = [];
    for (let step = this.steps.pop(); step; step = this.steps.pop()) {
      try {
        await step.action();
        this.report(step.what);
      } catch (error) {
        failures.push(`${step.what}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    return failures;
  }
}
