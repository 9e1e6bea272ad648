/**
 * Environment variable that turns colors off. Otherwise escape codes would separate words that tests look for where CI is
 * set, because that turns colors on.
 */
export const NO_COLOR = { NO_COLOR: "1" };
