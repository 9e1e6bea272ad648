import type * as random from "@pulumi/random";

/** 40 letters and digits: 238 bits, and safe in a URL. */
export const GENERATED: random.RandomPasswordArgs = { length: 40, special: false };

/** A user of the application, and the revision that its password was made for. */
export interface AppUser {
  name: string;
  revision: number;
}

/** The active user, then the one before, which clients may still use. Two names take turns, so that no password changes under a client. */
export function usersOf(username: string, revision: number): [AppUser, ...AppUser[]] {
  const user = (of: number): AppUser => ({
    name: isSecond(of) ? `${username}-2` : username,
    revision: of,
  });
  return revision === 0 ? [user(0)] : [user(revision), user(revision - 1)];
}

/** Suffix of the resource that generates the password. */
export const passwordName = ({ revision }: AppUser) => (isSecond(revision) ? "password-2" : "password");

/** Another revision is another password; the first one has no keeper, as before there were revisions. */
export function passwordArgs({ revision }: AppUser): random.RandomPasswordArgs {
  return revision === 0 ? GENERATED : { ...GENERATED, keepers: { revision: String(revision) } };
}

const isSecond = (revision: number) => revision % 2 === 1;
