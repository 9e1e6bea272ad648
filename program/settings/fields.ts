import { z } from "zod";
import type { Check } from "../../components/shared/checks";
import { parseQuantity } from "../../components/shared/quantity";

// Types of configuration values. The engine passes text: numbers, booleans, and JSON for lists and maps.

/** How to fix a field, for its error message. */
export interface FixHint {
  /** A value that works. */
  fix: string;
  /** Part of a list or map that the value is for, in the syntax of `pulumi config set --path`.
   * @default the entire list or map */
  at?: string;
  /** Whether the command needs `--type string`, because the command line treats 1 as a number. */
  isText?: boolean;
}

export const text = (fix: string) => z.string("not text").meta({ fix });
export const filled = (fix: string) => text(fix).min(1, "it is empty");
export const matching = (shape: RegExp, message: string, fix: string) =>
  z.string("not text").regex(shape, message).meta({ fix });
export const choice = <const T extends string>(values: readonly T[], fix: T) =>
  z.enum(values, { error: `allowed are ${values.join(", ")}` }).meta({ fix });
/** A number inside a list or map. */
export const count = (fix: string, least = 0) =>
  z
    .number("not a number")
    .int("not a whole number")
    .min(least, least === 0 ? "it is negative" : `the least is ${least}`)
    .meta({ fix });
/** A top-level number. */
export const wholeNumber = (fix: string, least = 0) =>
  z.coerce.number("not a number").pipe(count(fix, least)).meta({ fix });
/** A top-level boolean. */
export const flag = (fix: "true" | "false") =>
  z
    .enum(["true", "false"], { error: "not true or false" })
    .transform((value) => value === "true")
    .meta({ fix });
export const quantity = (fix: string) =>
  text(fix).refine(
    (value) => parseQuantity(value) !== undefined,
    "not a Kubernetes quantity such as 500m, 2 or 20Gi",
  );
export const textMap = (fix: string) =>
  z
    .record(z.string(), z.string("every value must be text; put it in quotes").meta({ fix, isText: true }))
    .meta({ fix, at: ".NAME" });

/** A top-level list or map. */
export const json = <T extends z.ZodType>(inner: T, hint: FixHint) =>
  z
    .string()
    .transform((value, context) => {
      try {
        return JSON.parse(value) as unknown;
      } catch {
        context.addIssue({ code: "custom", message: "not valid JSON" });
        return z.NEVER;
      }
    })
    .pipe(inner)
    .meta({ ...hint });

/** A field with the check of the component that gets it. The component's sentence, which calls the field `name`, is
 * the message. */
export function checked<T extends z.ZodType>(field: T, check: Check<z.output<T>>, name = "it") {
  return field.superRefine((value, context) => {
    for (const message of check(name, value))
      context.addIssue({ code: "custom", message, params: { isSentence: true } });
  });
}

/** The check of a component for a text that may be empty, which means "not set". */
export const unlessEmpty =
  <Value>(check: Check<Value>): Check<Value | ""> =>
  (what, value) =>
    value === "" ? [] : check(what, value);

/** The check of a component for a number whose value 0 means "none". */
export const unlessZero =
  (check: Check<number>): Check<number> =>
  (what, value) =>
    value === 0 ? [] : check(what, value);

/** A map that is checked entry by entry, so that the message names the invalid entry. */
export function eachChecked<V>(
  map: z.ZodType<Record<string, V>>,
  problems: (entry: Record<string, V>) => string[],
): z.ZodType<Record<string, V>> {
  return map.superRefine((value, context) => {
    for (const [name, part] of Object.entries(value))
      for (const message of problems({ [name]: part }))
        context.addIssue({
          code: "custom",
          message,
          path: [name],
          params: { isSentence: true, isEntry: true },
        });
  });
}

/** Schema of a part of a list or map, by names and indexes as in JSON; the outermost schema with a hint takes
 * precedence. */
export function partOf(schema: z.ZodType, path: readonly string[]): z.ZodType | undefined {
  const [name, ...rest] = path;
  if (name === undefined && schema.meta()) return schema;
  if (schema instanceof z.ZodPipe) return partOf(schema.out as z.ZodType, path);
  if (schema instanceof z.ZodOptional) return partOf(schema.unwrap() as z.ZodType, path);
  if (name === undefined) return schema;
  if (schema instanceof z.ZodArray) return partOf(schema.element as z.ZodType, rest);
  if (schema instanceof z.ZodRecord) return partOf(schema.valueType as z.ZodType, rest);
  const field = schema instanceof z.ZodObject && (schema.shape as Record<string, z.ZodType>)[name];
  return field ? partOf(field, rest) : undefined;
}
