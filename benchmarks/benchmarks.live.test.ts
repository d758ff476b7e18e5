import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { bench, NOTHING } from './bench-for-tests.ts';
import { MEASURED } from './options.ts';
import { TARGETS } from './targets.ts';

const SMALL = [
  ...['--warm-up-s=1', '--ramp-s=1', '--measure-s=3', '--devices=6', '--loads=2'],
  ...['--offered-samples-per-s=2000', '--required-samples-per-s=0'],
];
const dir = mkdtempSync(join(tmpdir(), 'slipstream-bench-test-'));
after(() => rmSync(dir, { recursive: true, force: true }));

/** What a scenario found, beyond that it passed and has every figure that something is wanted of. */
const FOUND: Readonly<Record<string, (measured: never) => void>> = {
  'whole-path'({ turns }: { turns: Record<string, { samples: number; load: { samplesAcknowledged: number } }[]> }) {
    for (const { samples, load } of Object.values(turns).flat()) assert.equal(samples, load.samplesAcknowledged);
  },
  // A holder that was killed and one that was stopped and went on left what a run without them leaves, of enough.
  'fail-over'({ recoveries, shown, records, facts }: Record<string, number> & { recoveries: { fault: string }[] }) {
    assert.deepEqual(
      recoveries.map(({ fault }) => fault),
      ['kill', 'stop'],
    );
    assert.ok(shown > 200 && records > 3, `${shown} states were shown, ${records} activities ended`);
    assert.equal(facts, records);
  },
};

/** On a busy machine so short a race may be over before a board with them was told. */
const MAY_LACK = new Set(['predictionsHoldPercent']);

// Most of a short run is waiting for engines that start or end, and each has its own: two at once take little longer.
describe('benchmarks', { concurrency: 2 }, () => {
  test('a small run finds each acknowledged sample in both stores, says so in a file, and leaves nothing', async () => {
    const run = bench(dir, 'small', SMALL);
    const { scenario, measured } = await run.result();
    assert.equal(scenario, 'end-to-end');
    const { dead, expectedRows, rows, stores, cpuUsPerSample, loads } = measured;
    assert.equal(dead, 0);
    assert.ok(expectedRows > 0);
    assert.deepEqual(rows, { questdb: expectedRows, clickhouse: expectedRows });
    assert.deepEqual(Object.keys(stores), ['questdb', 'clickhouse']);
    assert.deepEqual(Object.keys(cpuUsPerSample).sort(), [
      ...['api', 'bench', 'clickhouse', 'ingest', 'load-1', 'load-2', 'nats-server', 'processors', 'questdb'],
    ]);
    assert.equal(loads.length, 2);
    assert.deepEqual(run.leftBehind(), NOTHING);
  });

  test('Ctrl-C in the middle of a run leaves no process and no folder', async () => {
    const run = bench(dir, 'cut', ['--warm-up-s=0', '--measure-s=300', ...SMALL.slice(3)]);
    await run.measuring;
    assert.notDeepEqual(run.leftBehind().processes, []);
    run.child.kill('SIGINT');
    assert.equal(await run.ended, 0, run.lastLines());
    assert.deepEqual(run.leftBehind(), NOTHING);
  });

  for (const scenario of MEASURED) {
    test(`${scenario} counts right, says so in a file, and leaves nothing`, async () => {
      const run = bench(dir, scenario, [scenario, '--smoke']);
      const { scenario: found, grades, notes, figures, measured } = await run.result();
      // So short a run judges nothing.
      assert.deepEqual({ found, grades }, { found: scenario, grades: [] });
      for (const { figure } of TARGETS.filter((one) => one.scenario === scenario)) {
        const isOfPeer = figure.endsWith('Ratio') || figure.startsWith('uws');
        const isLeftOut = isOfPeer && notes.some((note: string) => note.startsWith('without '));
        if (!isLeftOut && !MAY_LACK.has(figure)) assert.ok(figures[figure]?.value > 0, `${scenario} has no ${figure}`);
      }
      FOUND[scenario]?.(measured as never);
      assert.deepEqual(run.leftBehind(), NOTHING);
    });
  }
});
