import type { Reader } from "./reader";

/** What a console serves beside its page. */
export interface Routes {
  /** Where the statuses come from. */
  readonly source?: Source;
  /** Values that tabs follow, by the name of their event. */
  readonly feeds?: Readonly<Record<string, Feed<unknown>>>;
  /** Answers to GET by path, as JSON. */
  readonly queries?: Readonly<Record<string, Query>>;
  /** Files that the browser saves, by path. */
  readonly documents?: Readonly<Record<string, () => Promise<Document>>>;
  /** Changes by path. Undefined if the console only reads. */
  readonly writes?: Readonly<Record<string, Write>>;
  /** Prints each change in the terminal. */
  print?(line: string): void;
}

/** Chooses the routes by the parameters of an address. */
export type RoutesFor = (parameters: URLSearchParams) => Routes;

export type Source = Pick<Reader, "known" | "listen">;

/** A value that changes. */
export interface Feed<T> {
  readonly known: T;
  /** Calls the listener with every new value, until the returned function is called. */
  listen(listener: (value: T) => void): () => void;
}

export type Query = (parameters: URLSearchParams) => Promise<unknown>;

/** A file that the browser saves. */
export interface Document {
  /** Letters, digits, "-" and "." only. */
  readonly name: string;
  readonly type: string;
  readonly content: string;
}

/** Checks the body of a request, and changes nothing yet. Throws a UserError if the request makes no sense. */
export type Write = (body: Body) => Promise<Change>;

export type Body = Readonly<Record<string, unknown>>;

/** A change that the page asks for. */
export interface Change {
  /** What it does, as a line in the terminal: `purge 12 dead letters of shop/mq`. */
  readonly what: string;
  /** What the user must have typed. */
  readonly consent: string;
  run(): Promise<Outcome>;
}

/** What a change did. The page gets all of it. */
export interface Outcome {
  /** A sentence, which is also printed in the terminal. */
  readonly text: string;
}

/** What the page may do. */
export interface Session {
  /** Required by every change, in the header `X-CSRF-Token`. Undefined if the console only reads. */
  readonly token?: string;
}
