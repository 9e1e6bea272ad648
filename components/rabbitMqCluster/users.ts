import type * as random from "@pulumi/random";
import { GENERATED } from "../shared/generated";

/** A user whose password can be changed, and the revision of its password. */
export interface RevisedUser {
  name: string;
  revision: number;
}

/** The active user, then the previous one, which clients may still use. Two names alternate, so that no password in
 * use changes. */
export function usersOf(username: string, revision: number): [RevisedUser, ...RevisedUser[]] {
  const user = (of: number): RevisedUser => ({
    name: isSecond(of) ? `${username}-2` : username,
    revision: of,
  });
  return revision === 0 ? [user(0)] : [user(revision), user(revision - 1)];
}

/** Suffix of the password resource. */
export const passwordName = ({ revision }: RevisedUser) => (isSecond(revision) ? "password-2" : "password");

/** A new revision generates a new password. The first has no keeper, for compatibility with versions without
 * revisions. */
export function passwordArgs({ revision }: RevisedUser): random.RandomPasswordArgs {
  return revision === 0 ? GENERATED : { ...GENERATED, keepers: { revision: String(revision) } };
}

const isSecond = (revision: number) => revision % 2 === 1;
