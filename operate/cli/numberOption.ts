import { InvalidArgumentError } from "commander";
import { type NumberRange, parseNumber } from "../numbers";

/** Parser of an option's number. Commander puts the option and the value in front of the error. */
export const numberOption =
  (range: NumberRange = {}) =>
  (text: string): number => {
    const value = parseNumber(text, range);
    if (value !== undefined) return value;
    const { integer, min = 0, max } = range;
    const limits = max === undefined ? `of at least ${min}` : `from ${min} to ${max}`;
    throw new InvalidArgumentError(`Use ${integer ? "an integer" : "a number"} ${limits}.`);
  };
