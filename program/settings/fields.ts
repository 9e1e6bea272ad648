import { z } from "zod";
import type { Check } from "../../components/shared/checks";
import { parseQuantity } from "../../components/shared/quantity";

// The kinds of value that configuration can hold. The engine hands on text: numbers, truths, and JSON of lists and maps.

/** How to mend a field, for the error that names it. */
export interface FixHint {
  /** A value that works. */
  fix: string;
  /** Which part of a list or map the value is for, as `pulumi config set --path` writes it.
   * @default all of it */
  at?: string;
  /** Whether the command line has to be told that the value is text, else it takes 1 for a number. */
  isText?: boolean;
}

export const text = (fix: string) => z.string("not text").meta({ fix });
export const filled = (fix: string) => text(fix).min(1, "it is empty");
export const matching = (shape: RegExp, otherwise: string, fix: string) =>
  z.string("not text").regex(shape, otherwise).meta({ fix });
export const choice = <const T extends string>(values: readonly T[], fix: T) =>
  z.enum(values, { error: `allowed are ${values.join(", ")}` }).meta({ fix });
/** A number inside a list or map. */
export const count = (fix: string, least = 0) =>
  z
    .number("not a number")
    .int("not a whole number")
    .min(least, least === 0 ? "it is negative" : `the least is ${least}`)
    .meta({ fix });
/** A number of the top level. */
export const wholeNumber = (fix: string, least = 0) =>
  z.coerce.number("not a number").pipe(count(fix, least)).meta({ fix });
/** A truth of the top level. */
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
    .record(z.string(), z.string("every value must be text: put it in quotes").meta({ fix, isText: true }))
    .meta({ fix, at: ".NAME" });

/** A list or map of the top level. */
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

/** A field with the check of the component that gets it. The component's sentence, which calls the field `name`, is the message. */
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

/** The map, checked entry by entry, so that the one that is wrong is named. */
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

/** The schema of a part of a list or map, found as in JSON by name and number; the one that says how to mend it comes first. */
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
