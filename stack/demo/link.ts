import { randomUUID } from 'node:crypto';
import { signToken } from '../../runtime/token.ts';
import { loadSigningKey } from '../../runtime/token-keys.ts';
import type { StackOptions } from '../options.ts';

/** The device of the recorded run, named for its file. */
const RUNNER = 'run-fenix2';
const LIFETIME_MS = 12 * 3_600_000;

/**
 * Where the page shows the recorded run. The token is in the fragment, which no browser sends to a server, so it is in
 * no log; it ends within hours. Where nobody checks tokens the link says only whose activities to show.
 */
export async function demoLink({ open }: Pick<StackOptions, 'open'>, api: string, tokenKey: string): Promise<string> {
  if (open) return `${api}/#athlete=${RUNNER}`;
  const issuedMs = Date.now();
  const token = await signToken(await loadSigningKey(tokenKey, '--data-dir'), {
    role: 'device',
    subject: RUNNER,
    // As the simulator names whom it sends for.
    athlete: `athlete-${RUNNER}`,
    tokenId: randomUUID(),
    issuedMs,
    expiresMs: issuedMs + LIFETIME_MS,
    importer: false,
  });
  return `${api}/#token=${token}`;
}
