/** Takes one line of progress for a person to read. */
export type Report = (line: string) => void;
