import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createManualClock, systemClock } from '../../runtime/clock.ts';
import { createMemoryKvStore } from '../../runtime/kv/memory-kv.ts';
import { OptionError, readOptions } from '../../runtime/options.ts';
import { createTokenVerifier } from '../../runtime/token.ts';
import { loadTokenKeys } from '../../runtime/token-keys.ts';
import { ensureTokenKeys } from '../token-keys.ts';
import { tokenCommandOptions } from './options.ts';
import { runTokenCommand } from './token-command.ts';

const NOW_MS = 1_800_000_000_250;
const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));

function setUp(t: TestContext) {
  const dataDir = mkdtempSync(join(tmpdir(), 'slip-token-'));
  t.after(() => rmSync(dataDir, { recursive: true }));
  const clock = createManualClock(NOW_MS);
  const store = createMemoryKvStore(clock, { bucket: 'REVOCATIONS', ttlMs: 0, maxBytes: 0, replicas: 1 });
  const run = (...argv: string[]) => {
    const options = readOptions(tokenCommandOptions, { argv: [...argv, '--data-dir', dataDir], env: {} });
    return runTokenCommand({ options, clock, openRevocations: async () => store.open() });
  };
  const read = async (text: string, at = clock) => {
    const { publicFile } = await ensureTokenKeys(dataDir);
    const outcome = await createTokenVerifier({ keys: await loadTokenKeys(publicFile), clock: at })(text);
    assert.ok(outcome.ok, JSON.stringify(outcome));
    return outcome.token;
  };
  const revoked = async () => {
    const kv = store.open();
    const entries = await Promise.all((await kv.keys('>')).map((key) => kv.get(key)));
    return Object.fromEntries(entries.map((entry) => [entry!.key, JSON.parse(Buffer.from(entry!.value).toString())]));
  };
  return { dataDir, run, read, revoked };
}

test('makes a token for a device, with keys of its own when there are none', async (t) => {
  const { run, read } = setUp(t);
  const { out, err } = await run('watch-1', '--athlete', 'ann', '--hours', '2', '--importer');
  const { tokenId, ...token } = await read(out);
  assert.deepEqual(token, {
    role: 'device',
    subject: 'watch-1',
    athlete: 'ann',
    issuedMs: NOW_MS,
    expiresMs: NOW_MS - 250 + 2 * 3_600_000,
    importer: true,
  });
  assert.ok(err.includes(`--revoke-id ${tokenId}`));
});

test('makes a token for an operator, as long as a token may be', async (t) => {
  const { run, read } = setUp(t);
  const token = await read((await run('Ann Øst', '--operator', '--hours', '8784')).out);
  assert.deepEqual([token.role, token.subject, token.importer], ['operator', 'Ann Øst', false]);
});

test('makes tokens for an organiser of races and for their feeds', async (t) => {
  const { run, read } = setUp(t);
  for (const role of ['organiser', 'feed'] as const) {
    const token = await read((await run('club', '--role', role)).out);
    assert.deepEqual([token.role, token.subject, token.athlete], [role, 'club', '']);
  }
  await assert.rejects(run('the club', '--role', 'organiser'), OptionError);
  await assert.rejects(run('club', '--role', 'feed', '--operator'), OptionError);
});

test("revokes a device's tokens until now, or one token", async (t) => {
  const { run, revoked, dataDir } = setUp(t);
  assert.equal((await run('watch-1', '--revoke')).out, '');
  assert.equal((await run('--revoke-id', 'abc')).out, '');
  assert.deepEqual(await revoked(), { 'device.watch-1': { revokedMs: NOW_MS }, 'token.abc': { revokedMs: NOW_MS } });
  assert.ok(!existsSync(join(dataDir, 'keys')));
});

test('says what is wrong with what it is asked for', async (t) => {
  const { run, revoked } = setUp(t);
  const wrong: [string[], RegExp][] = [
    [[], /whose token/],
    [['--revoke'], /whose token/],
    [['a b'], /not a device id/],
    [['watch-1', '--athlete', 'a b'], /would not be accepted/],
    [['ann', '--operator', '--importer'], /no importer/],
    [['ann', '--operator', '--revoke'], /by its id/],
    [['--revoke-id', 'a.>'], /not the id of a token/],
  ];
  for (const [argv, why] of wrong) {
    await assert.rejects(run(...argv), (err) => err instanceof OptionError && why.test(err.message), argv.join(' '));
  }
  assert.deepEqual(await revoked(), {});
});

test('the command prints nothing but the token on standard output', async (t) => {
  const { dataDir, read } = setUp(t);
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, 'watch-1', `--data-dir=${dataDir}`], {
    encoding: 'utf8',
    env: {},
  });
  assert.equal(status, 0, stderr);
  assert.equal((await read(stdout.trimEnd(), createManualClock(systemClock.nowMs()))).subject, 'watch-1');
  assert.equal(stdout, `${stdout.trimEnd()}\n`);
});

test('the command answers a mistake with one line and no stack', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, '--haurs', '1'], { encoding: 'utf8', env: {} });
  assert.deepEqual([status, stdout], [2, '']);
  assert.match(stderr, /^token: unknown option --haurs \(did you mean --hours\?\), see --help\n$/);
});
