import { InvalidArgumentError } from "commander";

const SIZES: Readonly<Record<string, number>> = {
  "": 1,
  B: 1,
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
};
const COUNTS: Readonly<Record<string, number>> = { "": 1, k: 1e3, M: 1e6, G: 1e9 };

/** Parser of an option's number of bytes, such as `500`, `2kB` or `1.5MB`. */
export const sizeOption = amountOption(SIZES, "Use a size such as 500B, 2kB, or 1.5MB.");

/** Parser of an option's number of things, such as `500`, `10k` or `1M`. */
export const countOption = amountOption(COUNTS, "Use a number such as 500, 10k, or 1M.");

function amountOption(units: Readonly<Record<string, number>>, advice: string): (text: string) => number {
  return (text) => {
    const [, count, unit = ""] = /^(\d+(?:\.\d+)?) ?([a-zA-Z]*)$/.exec(text) ?? [];
    const factor = units[unit];
    const amount = Number(count) * (factor ?? NaN);
    if (Number.isNaN(amount)) throw new InvalidArgumentError(advice);
    return amount;
  };
}
