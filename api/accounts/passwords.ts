import { hash, verify } from '@node-rs/argon2';
import { Problem } from '../problem.ts';

/**
 * Passwords as argon2id (RFC 9106) in PHC format. The cost is what OWASP's password storage cheat sheet asks for at
 * least: 19 MiB, two passes, one lane: about 30 ms of one core.
 */
export interface Passwords {
  hash(password: string): Promise<string>;
  /** Takes the same time whether there is a hash or not (`null`: nobody has the address). */
  verify(password: string, hash: string | null): Promise<boolean>;
}

export const ARGON2_COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
/** Of hashes at work or waiting for a thread: each holds 19 MiB while it is made. */
const MAX_AT_WORK = 64;

/** Throws `busy` while too many are at work. */
export async function createPasswords({ cost = ARGON2_COST, maxAtWork = MAX_AT_WORK } = {}): Promise<Passwords> {
  // Compared with where nobody has the address, so that a guess costs the same.
  const nobodys = await hash('a password that nobody has', cost);
  let atWork = 0;

  async function bounded<T>(work: () => Promise<T>): Promise<T> {
    if (atWork >= maxAtWork) throw new Problem('busy');
    atWork++;
    try {
      return await work();
    } finally {
      atWork--;
    }
  }

  return {
    hash: (password) => bounded(() => hash(normalised(password), cost)),
    verify: (password, found) =>
      bounded(async () => {
        const isRight = await verify(found ?? nobodys, normalised(password));
        return isRight && found !== null;
      }),
  };
}

/** The same letters typed on another keyboard may be other code points (NIST SP 800-63B, 5.1.1.2). */
function normalised(password: string): string {
  return password.normalize('NFKC');
}
