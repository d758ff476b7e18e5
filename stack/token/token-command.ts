import { randomUUID } from 'node:crypto';
import type { Clock } from '../../runtime/clock.ts';
import type { KeyValue } from '../../runtime/kv/kv.ts';
import { OptionError } from '../../runtime/options.ts';
import { revokeDevice, revokeToken } from '../../runtime/revocations.ts';
import { signToken, TOKEN_ID, type TokenRole } from '../../runtime/token.ts';
import { loadSigningKey } from '../../runtime/token-keys.ts';
import { DEVICE_PATTERN } from '../../schemas/identity.ts';
import { ensureTokenKeys } from '../token-keys.ts';
import type { TokenCommandOptions } from './options.ts';

const HOUR_MS = 3_600_000;

export interface TokenCommandDeps {
  readonly options: TokenCommandOptions;
  readonly clock: Clock;
  /** Connects only when something is revoked: making a token needs nothing but the key. */
  readonly openRevocations: () => Promise<KeyValue>;
}

/** What goes to standard output, for programs, and to standard error, for people. */
export interface TokenCommandResult {
  readonly out: string;
  readonly err: string;
}

/** Makes a token, or revokes. Throws OptionError, StartError, TokenKeyError, KvUnavailableError. */
export async function runTokenCommand(deps: TokenCommandDeps): Promise<TokenCommandResult> {
  const { subject, revoke, revokeId, keysOnly, dataDir } = deps.options;
  if (keysOnly) return { out: '', err: `tokens are checked with ${(await ensureTokenKeys(dataDir)).publicFile}` };
  if (revokeId !== undefined) return revokeOne(deps, revokeId);
  if (subject === undefined) throw new OptionError('whose token? Give a device id, as in: npm run token -- watch-1');
  if (roleOf(deps.options) === 'device' && !DEVICE_PATTERN.test(subject)) {
    throw new OptionError(`"${subject}" is not a device id: expected 1 to 64 of A–Z a–z 0–9 _ -`);
  }
  if (!revoke) return make(deps, subject);
  if (roleOf(deps.options) !== 'device')
    throw new OptionError("a person's or feed's token is revoked by its id: --revoke-id <id>");
  return revokeAll(deps, subject);
}

async function make({ options, clock }: TokenCommandDeps, subject: string): Promise<TokenCommandResult> {
  const { athlete, hours, importer, dataDir } = options;
  const role = roleOf(options);
  if (role !== 'device' && (importer || athlete !== '')) throw new OptionError(`${role}: no importer, and no athlete`);
  const privateFile = options.key ?? (await ensureTokenKeys(dataDir)).privateFile;
  const key = await loadSigningKey(privateFile, '--key');
  const tokenId = randomUUID();
  const issuedMs = clock.nowMs();
  // Whole seconds, rounded down so that the longest lifetime is not passed.
  const expiresMs = Math.floor((issuedMs + hours * HOUR_MS) / 1_000) * 1_000;
  const out = await sign();
  const until = new Date(expiresMs).toISOString();
  return { out, err: `${role} ${subject}, until ${until}; to take it back: npm run token -- --revoke-id ${tokenId}` };

  async function sign(): Promise<string> {
    try {
      return await signToken(key, { role, subject, athlete, tokenId, issuedMs, expiresMs, importer });
    } catch (err) {
      if (err instanceof RangeError) throw new OptionError(`such a token would not be accepted: ${err.message}`);
      throw err;
    }
  }
}

function roleOf({ operator, role }: TokenCommandOptions): TokenRole {
  if (!operator || role === 'operator') return role;
  if (role !== 'device') throw new OptionError(`--operator and --role ${role}: a token has one role`);
  return 'operator';
}

async function revokeAll({ clock, openRevocations }: TokenCommandDeps, device: string): Promise<TokenCommandResult> {
  await revokeDevice(await openRevocations(), device, clock.nowMs());
  return { out: '', err: `every token that ${device} was given until now is revoked` };
}

async function revokeOne({ clock, openRevocations }: TokenCommandDeps, tokenId: string): Promise<TokenCommandResult> {
  if (!TOKEN_ID.test(tokenId)) throw new OptionError(`--revoke-id: "${tokenId}" is not the id of a token`);
  await revokeToken(await openRevocations(), tokenId, clock.nowMs());
  return { out: '', err: `the token ${tokenId} is revoked` };
}
