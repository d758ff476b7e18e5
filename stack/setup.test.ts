import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const dir = mkdtempSync(join(tmpdir(), 'slipstream-setup-'));
after(() => rmSync(dir, { recursive: true, force: true }));

const setup = fileURLToPath(new URL('setup.js', import.meta.url));

test('a missing Java ends set-up with one message that says how to mend it, and no stack', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [setup], {
    env: { PATH: dir },
    encoding: 'utf8',
  });
  assert.equal(status, 1);
  assert.equal(stdout, '');
  assert.match(stderr, /^setup: QuestDB needs Java 17 or newer, and there is none: install one .*QUESTDB_URL.*\n$/);
});

/** Runs `work`, the text of a function body, under the lock in a process of its own. */
function underLock(lockFile: string, work: string): Promise<unknown> {
  const script = `import { appendFileSync } from 'node:fs';
    import { withLock } from ${JSON.stringify(import.meta.resolve('./setup/lock.js'))};
    withLock(${JSON.stringify(lockFile)}, () => { ${work} });`;
  const args = ['--input-type=module', '-e', script];
  return once(spawn(process.execPath, args, { stdio: 'ignore' }), 'exit');
}

test('set-ups that run at the same time work one after the other, and leave no lock', async () => {
  const [lock, log] = [join(dir, 'a.lock'), join(dir, 'log')];
  const work = `appendFileSync(${JSON.stringify(log)}, 'in ');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
    appendFileSync(${JSON.stringify(log)}, 'out ');`;
  const exits = await Promise.all([1, 2, 3].map(() => underLock(lock, work)));
  assert.deepEqual(
    exits,
    [1, 2, 3].map(() => [0, null]),
  );
  assert.equal(readFileSync(log, 'utf8'), 'in out in out in out ');
  assert.ok(!existsSync(lock));
});

test('the lock of a set-up that was killed is taken over', async () => {
  const lock = join(dir, 'b.lock');
  const dead = spawnSync(process.execPath, ['-e', '0']).pid;
  writeFileSync(lock, String(dead));
  assert.deepEqual(await underLock(lock, ''), [0, null]);
  assert.ok(!existsSync(lock));
});

/** Runs `expression` of newer-libc.js with nothing on PATH but a `getconf` that prints `libc`. */
function askNewerLibc(libc: string, expression: string): string {
  const bin = mkdtempSync(join(dir, 'bin-'));
  writeFileSync(join(bin, 'getconf'), `#!/bin/sh\necho ${libc}\n`, { mode: 0o755 });
  const module = JSON.stringify(import.meta.resolve('./setup/newer-libc.js'));
  const script = `import { fetchNewerLibc, isNewerLibcMissing } from ${module};
    process.stdout.write(String(${expression}));`;
  const args = ['--input-type=module', '-e', script, dir];
  return spawnSync(process.execPath, args, { env: { PATH: bin }, encoding: 'utf8' }).stdout;
}

test('a newer C library is wanted where the own one is too old, and nowhere else', () => {
  const own = ['glibc 2.36', 'glibc 2.38', 'glibc 2.41', 'glibc 3.0', 'musl 1.2'];
  const answers = own.map((libc) => askNewerLibc(libc, "isNewerLibcMissing(process.argv[1], '2.38')"));
  assert.deepEqual(answers, ['true', 'false', 'false', 'false', 'false']);
});

test('where it cannot be fetched set-up says why and goes on', () => {
  assert.equal(askNewerLibc('glibc 2.36', 'fetchNewerLibc(process.argv[1])'), 'there is no apt-get');
});
