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

  /** Runs all actions, continues past failures, and returns the failures. Each action runs only once. */
  async undoAll(): Promise<string[]> {
    const failures: string[] = [];
    for (let step = this.steps.pop(); step; step = this.steps.pop()) {
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
