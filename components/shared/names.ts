/** The application's tasks that no worker could do end up here. */
export const DEAD_LETTERS = "dead-letters";
