import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { cpuTimeUs, cpuTimeUsOf, machineCpuTimeUsOf, writtenBytes } from './process-cpu.ts';

test('user and system time are read behind a name that holds blanks and brackets', () => {
  const stat = '77 (a) b (c) S 1 77 77 0 -1 4194560 100 0 0 0 250 31 9 9 20 0 1 0 5000 1000 100';
  assert.equal(cpuTimeUsOf(stat), 2_810_000);
});

test('of the machine all counts but idling and waiting for disks', () => {
  assert.equal(machineCpuTimeUsOf('cpu  100 20 30 5000 700 4 5 6 0 0\ncpu0 1 1 1 1 1 1 1 1 0 0\n'), 1_650_000);
});

test('the time of a process that works grows, as the process itself sees it', () => {
  const before = { seen: cpuTimeUs(process.pid), own: process.cpuUsage() };
  const untilMs = performance.now() + 5_000;
  let used = 0;
  while (used < 100_000 && performance.now() < untilMs) {
    const { user, system } = process.cpuUsage(before.own);
    used = user + system;
  }
  const difference = Math.abs(cpuTimeUs(process.pid) - before.seen - used);
  assert.ok(difference <= 40_000, `the kernel's count is ${difference} µs off`);
});

test('what a process writes into files is counted, in whole pages', (t) => {
  // Beside this file, for what is written into a file system in memory goes to no disk.
  const dir = mkdtempSync(join(import.meta.dirname, 'results/written-'));
  t.after(() => rmSync(dir, { recursive: true }));
  const before = writtenBytes(process.pid)!;
  writeFileSync(join(dir, 'a'), Buffer.alloc(1 << 20));
  assert.ok(writtenBytes(process.pid)! - before >= 1 << 20);
});
