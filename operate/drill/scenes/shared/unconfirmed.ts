import { DEFAULT_LOAD } from "../../load";

/**
 * Upper limit of duplicates when a broker accepts tasks without confirming them, or all brokers die at once. The
 * publisher publishes these tasks again, and the brokers still deliver the first copies later. The publisher sends for
 * one second before it waits. The tasks that run at that moment are added.
 */
export const UNCONFIRMED = Math.ceil(DEFAULT_LOAD.rate * 1.5);
