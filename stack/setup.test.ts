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
