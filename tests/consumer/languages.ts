import type { PackageSpec, Property } from "@pulumi/pulumi/provider/experimental/schema";

/** A language whose generated classes an example uses. */
export interface Language {
  /** Name of the generated package in the example. */
  module: string;
  /** Brackets around the fields of an object. */
  open: "(" | "{";
  /** Matches a field's name at the beginning of its value. */
  field: RegExp;
  /** Name of a field in the schema. */
  nameOf: (field: string) => string;
}

export const PYTHON: Language = {
  module: "ha_celery",
  open: "(",
  field: /(\w+)=(?!=)/g,
  nameOf: (field) => field.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
};

export const GO: Language = {
  module: "hacelery",
  open: "{",
  field: /(\w+):(?!=)/g,
  nameOf: (field) => field.charAt(0).toLowerCase() + field.slice(1),
};

/** Options of every resource, which the schema does not contain. */
const OPTIONS = ["opts"];

/** Returns every field that a program sets and the schema does not have. */
export function fieldProblems(schema: PackageSpec, program: string, language: Language): string[] {
  return objectsIn(program, language).flatMap(({ type, fields }) => {
    const properties = propertiesOf(schema, type);
    if (!properties) return [`${type} is not in the schema`];
    return fields
      .filter((field) => !OPTIONS.includes(field) && !(language.nameOf(field) in properties))
      .map((field) => `${type}.${field} does not exist`);
  });
}

/** The objects of generated classes in a program, with the fields that they set. */
export function objectsIn(
  program: string,
  { module, open, field }: Language,
): { type: string; fields: string[] }[] {
  const begin = new RegExp(`\\b${module}\\.([A-Z]\\w*)\\${open}`, "g");
  return [...program.matchAll(begin)].map((match) => ({
    type: match[1] ?? "",
    fields: [...ownText(program, match.index + match[0].length).matchAll(field)].map(([, name = ""]) => name),
  }));
}

/** The text from here to the closing bracket, without what is in further brackets or in quotes. */
function ownText(program: string, start: number): string {
  let depth = 0;
  let text = "";
  for (const character of program.slice(start).replace(/"[^"\n]*"/g, '""')) {
    if ("([{".includes(character)) depth++;
    else if (")]}".includes(character) && --depth < 0) break;
    else if (depth === 0) text += character;
  }
  return text;
}

function propertiesOf(
  { name, resources, types }: PackageSpec,
  type: string,
): Record<string, Property> | undefined {
  const plain = type.replace(/Args$/, "");
  return resources[`${name}:index:${plain}`]?.inputProperties ?? types[`${name}:index:${plain}`]?.properties;
}
