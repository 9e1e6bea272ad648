import { randomInt } from "node:crypto";

export interface PasswordRules {
  length: number;
  lower: boolean;
  upper: boolean;
  numeric: boolean;
  special: boolean;
  minLower: number;
  minUpper: number;
  minNumeric: number;
  minSpecial: number;
  overrideSpecial?: string;
}

const LOWER = "abcdefghijklmnopqrstuvwxyz";
const UPPER = LOWER.toUpperCase();
const DIGITS = "0123456789";
const SPECIAL = "!@#$%&*()-_=+[]{}<>:?";

interface Alphabet {
  characters: string;
  used: boolean;
  minimum: number;
}

function alphabets(rules: PasswordRules): Alphabet[] {
  return [
    { characters: LOWER, used: rules.lower, minimum: rules.minLower },
    { characters: UPPER, used: rules.upper, minimum: rules.minUpper },
    { characters: DIGITS, used: rules.numeric, minimum: rules.minNumeric },
    { characters: rules.overrideSpecial || SPECIAL, used: rules.special, minimum: rules.minSpecial },
  ];
}

/** Returns what is wrong with the rules; undefined if they can be met. */
export function problem(rules: PasswordRules): string | undefined {
  if (!Number.isInteger(rules.length) || rules.length < 1)
    return `length is ${rules.length}; it must be an integer of at least 1.`;
  const sets = alphabets(rules);
  if (!sets.some((set) => set.used))
    return "lower, upper, numeric and special are all false; set one of them to true.";
  const needed = sets.reduce((sum, set) => sum + set.minimum, 0);
  if (needed > rules.length)
    return `length is ${rules.length}, but the minimums add up to ${needed}; make length at least ${needed}.`;
  return undefined;
}

export function password(rules: PasswordRules): string {
  const sets = alphabets(rules);
  const all = sets
    .filter((set) => set.used)
    .map((set) => set.characters)
    .join("");
  const characters = sets.flatMap((set) => pick(set.characters, set.minimum));
  return shuffle([...characters, ...pick(all, rules.length - characters.length)]).join("");
}

function pick(from: string, count: number): string[] {
  return Array.from({ length: count }, () => from.charAt(randomInt(from.length)));
}

/** Shuffles in place (Fisher-Yates), so that the required characters are not all at the start. */
function shuffle(items: string[]): string[] {
  for (let last = items.length - 1; last > 0; last--) {
    const other = randomInt(last + 1);
    [items[last], items[other]] = [items[other] as string, items[last] as string];
  }
  return items;
}
