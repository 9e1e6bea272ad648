import { messageOf } from "../errors";

interface UndoStep {
  readonly description: string;
  readonly action: () => Promise<void>;
}

/** Actions that undo changes, last change first. */
export class UndoStack {
  private readonly steps: UndoStep[] = [];

  constructor(private readonly report: (text: string) => void) {}

  push(description: string, action: () => Promise<void>): void {
    this.steps.push({ description, action });
  }

  get size(): number {
    return this.steps.length;
  }

  /**
   * Runs all actions but the first `kept`, continues past failures, and returns the failures. Each action runs only
   * once.
   */
  async undoAll(kept = 0): Promise<string[]> {
    const failures: string[] = [];
    while (this.steps.length > kept) {
      const step = this.steps.pop();
      if (!step) break;
      try {
        await step.action();
        this.report(step.description);
      } catch (error) {
        failures.push(`${step.description}: ${messageOf(error)}`);
      }
    }
    return failures;
  }
}
