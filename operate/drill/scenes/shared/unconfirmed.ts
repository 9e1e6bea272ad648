import { DEFAULT_LOAD } from "../../load";

/** Tasks that a broker took without confirming them and carries out later, after they were published again elsewhere: the publisher sends
 * for a second before it waits, and the running tasks come on top. */
export const UNCONFIRMED = Math.ceil(DEFAULT_LOAD.rate * 1.5);
