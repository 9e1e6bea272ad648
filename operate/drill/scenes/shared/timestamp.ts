import type { Drill } from "../scene";

/** When a scene did something in each drill, in Unix seconds. Its check reads it later. */
export class Timestamp {
  private readonly times = new WeakMap<Drill, number>();

  record(drill: Drill): void {
    this.times.set(drill, Date.now() / 1000);
  }

  of(drill: Drill): number {
    const time = this.times.get(drill);
    if (time === undefined) throw new Error("the scene has not run, so there is nothing to check");
    return time;
  }
}
