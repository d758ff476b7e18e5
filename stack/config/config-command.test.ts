import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createManualClock } from '../../runtime/clock.ts';
import { createMemoryKvStore } from '../../runtime/kv/memory-kv.ts';
import { OptionError, readOptions } from '../../runtime/options.ts';
import { runConfigCommand } from './config-command.ts';
import { configCommandOptions } from './options.ts';

const NOW_MS = Date.UTC(2027, 4, 1, 8);

function setUp() {
  const clock = createManualClock(NOW_MS);
  const store = createMemoryKvStore(clock, { bucket: 'CONFIG', ttlMs: 0, maxBytes: 0, replicas: 1 });
  const run = (line: string) => {
    const options = readOptions(configCommandOptions, { argv: line.split(' '), env: {} });
    return runConfigCommand({ options, clock, openConfig: async () => store.open() });
  };
  return { clock, run };
}

test('an operator sets, sees, changes and takes back who comes first', async () => {
  const { clock, run } = setUp();
  const said = [
    await run('priority watch-1 race --hours 8'),
    await run('priority ann race --athlete'),
    await run('priority watch-1'),
    await run('priority scale-7 background'),
    await run('priority scale-7 live'),
    await run('priority ann --athlete --clear'),
    await run('priority ann --athlete'),
  ];
  await clock.advance(9 * 3_600_000);
  said.push(await run('priority'));
  assert.deepEqual(said, [
    'device watch-1: race, until 2027-05-01T16:00:00.000Z (version 1)',
    'athlete ann: race (version 1)',
    'device watch-1: race, until 2027-05-01T16:00:00.000Z (version 1)',
    'device scale-7: background (version 1)',
    'device scale-7: live (version 2)',
    'athlete ann: nothing is set',
    'athlete ann: nothing is set',
    [
      'device scale-7: live (version 2)',
      'device watch-1: race, over since 2027-05-01T16:00:00.000Z (version 1)',
      'everybody else: live',
    ].join('\n'),
  ]);
});

test('what cannot be meant is said, and nothing is written', async () => {
  const { run } = setUp();
  const wrong = [
    'zones watch-1 race',
    'priority watch-1 gold',
    'priority watch/1 race',
    'priority watch-1 --hours 3',
    'priority watch-1 race --clear',
    'priority --clear',
  ];
  for (const line of wrong) await assert.rejects(run(line), OptionError, line);
  assert.equal(await run('priority'), 'everybody else: live');
});
