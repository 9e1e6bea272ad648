import type { GivenWish } from "../../../../operate/size/wish";

/** A load of a few small tasks. */
export const load = (values: Partial<GivenWish> = {}): GivenWish => ({ tasksPerSecond: 100, ...values });
