import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { assertRoomForStreams } from './disk.ts';
import { EngineError } from './engine-error.ts';

test('streams that fit on the disk may start, and what they hold already counts as theirs', (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'slip-disk-'));
  t.after(() => rmSync(dir, { recursive: true }));
  writeFileSync(join(dir, 'block'), new Uint8Array(1_000));
  assert.doesNotThrow(() => assertRoomForStreams(dir, 1_000, '--size'));
});

test('a disk that is too small is refused in words that say what to do', (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'slip-disk-'));
  t.after(() => rmSync(dir, { recursive: true }));
  const { blocks, bsize } = statfsSync(dir);
  assert.throws(
    () => assertRoomForStreams(dir, 2 * blocks * bsize, '--streams-max-bytes'),
    (error: unknown) => {
      assert.ok(error instanceof EngineError);
      assert.match(error.message, /has [\d.]+ GB of disk left, and [\d.]+ GB are needed/);
      assert.match(error.message, /Free some space, .* or let the streams take less with --streams-max-bytes/);
      return true;
    },
  );
});
