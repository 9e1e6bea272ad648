/** Arguments of `Command.option` for commands that print a result. */
export const JSON_OPTION = ["--json", "print one JSON object instead of text"] as const;

/** Parser of an option that can be repeated. */
export const repeated = (value: string, before: readonly string[] = []): string[] => [...before, value];
