import { useEffect, useState } from "preact/hooks";
import { messageOf } from "../../errors";
import { withChoice } from "./choice";
import { EMBEDDED } from "./embeddedData";
import type { Outcome, Session } from "../routes";

/** Asks the command for JSON. Fails with its sentence. */
export async function ask<T>(
  path: string,
  parameters: Readonly<Record<string, string>> = {},
  signal?: AbortSignal,
): Promise<T> {
  const query = new URLSearchParams(parameters).toString();
  return answerOf(await send(query === "" ? path : `${path}?${query}`, { signal }));
}

/** Asks the command for a change. Fails with its sentence. */
export async function requestChange<T extends Outcome>(
  { token = "" }: Session,
  path: string,
  body: object,
): Promise<T> {
  return answerOf(
    await send(path, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRF-Token": token },
      body: JSON.stringify(body),
    }),
  );
}

/** What the page may do. Undefined until the command has answered. */
export function useSession(): Session | undefined {
  const [session, setSession] = useState<Session>();
  useEffect(() => {
    if (EMBEDDED) return;
    ask<Session>("session").then(setSession, () => undefined);
  }, []);
  return session;
}

/** Asks the command when a view opens, and whenever `again` changes. */
export function useAnswer<T>(
  path: string,
  again?: unknown,
): { readonly value?: T; readonly failure?: string } {
  const [answer, setAnswer] = useState<{ value?: T; failure?: string }>({});
  useEffect(() => {
    const left = new AbortController();
    ask<T>(path, {}, left.signal).then(
      (value) => setAnswer({ value }),
      (error: unknown) => left.signal.aborted || setAnswer({ failure: messageOf(error) }),
    );
    return () => left.abort();
  }, [path, again]);
  return answer;
}

const send = (path: string, init: RequestInit): Promise<Response> =>
  fetch(withChoice(path), init).catch((error: unknown) => {
    if (init.signal?.aborted) throw error;
    throw new Error("The console does not answer. Is the command still running?");
  });

async function answerOf<T>(response: Response): Promise<T> {
  if (!response.ok) throw new Error((await response.text()).trim());
  return (await response.json()) as T;
}
