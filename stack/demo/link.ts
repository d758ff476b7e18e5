import { randomUUID } from 'node:crypto';
import { signToken, type Token } from '../../runtime/token.ts';
import { loadSigningKey } from '../../runtime/token-keys.ts';
import type { StackOptions } from '../options.ts';

/** The device of the recorded run, named for its file. */
const RUNNER = 'run-fenix2';
const OPERATOR = 'npm-start';
const LIFETIME_MS = 12 * 3_600_000;

/**
 * Where the page shows the recorded run. The token is in the fragment, which no browser sends to a server, so it is in
 * no log; it ends within hours. Where nobody checks tokens the link says only whose activities to show.
 */
export async function demoLink({ open }: Pick<StackOptions, 'open'>, api: string, tokenKey: string): Promise<string> {
  if (open) return `${api}/#athlete=${RUNNER}`;
  // As the simulator names whom it sends for.
  const whose = { role: 'device', subject: RUNNER, athlete: `athlete-${RUNNER}` } as const;
  return `${api}/#token=${await tokenFor(whose, tokenKey)}`;
}

/** Where an operator sees how everything stands, with a token like the one above. */
export async function operationsLink(
  { open }: Pick<StackOptions, 'open'>,
  api: string,
  tokenKey: string,
): Promise<string> {
  if (open) return `${api}/operations`;
  const whose = { role: 'operator', subject: OPERATOR, athlete: '' } as const;
  return `${api}/operations#token=${await tokenFor(whose, tokenKey)}`;
}

async function tokenFor(whose: Pick<Token, 'role' | 'subject' | 'athlete'>, tokenKey: string): Promise<string> {
  const issuedMs = Date.now();
  const own = { tokenId: randomUUID(), issuedMs, expiresMs: issuedMs + LIFETIME_MS, importer: false };
  return signToken(await loadSigningKey(tokenKey, '--data-dir'), { ...whose, ...own });
}
