import type { Drill } from "../scene";

/** When a scene did something, in Unix seconds, kept for its check. */
export class Moments {
  private readonly times = new WeakMap<Drill, number>();

  note(drill: Drill): void {
    this.times.set(drill, Date.now() / 1000);
  }

  of(drill: Drill): number {
    const time = this.times.get(drill);
    if (time === undefined) throw new Error("the scene was not carried out, so there is nothing to check");
    return time;
  }
}
