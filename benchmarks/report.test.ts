import assert from 'node:assert/strict';
import { test } from 'node:test';
import { figureOf } from './figure.ts';
import type { KeptResult } from './kept-results.ts';
import { scenarioSections, targetTable } from './report.ts';

const kept = (pass: boolean): KeptResult => ({
  scenario: 'devices',
  startedAt: '2026-01-02T03:04:05.000Z',
  commit: '0123456789abcdef',
  hasLocalChanges: true,
  machine: { cpu: 'CPU', cores: 2, memoryMib: 24_000, system: 'Linux' },
  versions: { node: 'v24' },
  options: { rounds: 3, roundS: 12, warmUpS: 15 } as KeptResult['options'],
  pass,
  reasons: pass ? [] : ['rows are missing'],
  notes: ['1,000 devices against 200'],
  figures: { ratio: figureOf([0.9, 0.7, 0.95]) },
  measured: { turns: { few: [{ otherCores: 0.25 }], many: [{ otherCores: 0.125 }] } },
});
const table = (header: readonly string[], rows: readonly (readonly (string | number)[])[]) =>
  [header, ...rows].map((row) => row.join('|')).join('\n');
const rowOf = (text: string) => text.split('\n').find((line) => line.startsWith('15,000'));

test('a target shows what was measured and which bound it reaches', () => {
  const text = targetTable((scenario) => (scenario === 'devices' ? kept(true) : undefined), table);
  const row = '15,000 devices against 200, same total rate|≥ 0.9 of the throughput|≥ 0.8|0.9|0.7 – 0.95|goal';
  assert.equal(rowOf(text), row);
  assert.match(text, /ingest alone, 10 samples a frame\|.*\|not measured\|\|/);
});

test('a run whose counts were wrong reaches nothing, and says why', () => {
  assert.match(rowOf(targetTable(() => kept(false), table))!, /\|\*\*not valid\*\*$/);
  assert.match(
    scenarioSections(['devices'], () => kept(false), table),
    /\*\*Not valid:\*\* rows are missing\./,
  );
});

test('a section says where, when, what else ran, and every figure', () => {
  const text = scenarioSections(['devices', 'stored'], (name) => (name === 'devices' ? kept(true) : undefined), table);
  assert.match(text, /^## devices\n\n- Measured 2026-01-02 03:04 UTC at `0123456789ab` with local changes, 3 rounds/);
  assert.match(text, /Note: 1,000 devices against 200\.\n- Others on the machine used up to 0\.25 cores meanwhile\./);
  assert.match(text, /`ratio`\|0\.9\|0\.7\|0\.95\|3/);
  assert.match(text, /## stored\n\nNot measured yet\.$/);
});
