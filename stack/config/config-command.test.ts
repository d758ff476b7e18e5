import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SettingsChangedError } from '../../runtime/athlete-settings.ts';
import { createManualClock } from '../../runtime/clock.ts';
import { createMemoryKvStore } from '../../runtime/kv/memory-kv.ts';
import { OptionError, readOptions } from '../../runtime/options.ts';
import type { RecomputeAsk } from '../../schemas/recompute-ask.ts';
import { runConfigCommand } from './config-command.ts';
import { configCommandOptions } from './options.ts';

const NOW_MS = Date.UTC(2027, 4, 1, 8);

function setUp() {
  const clock = createManualClock(NOW_MS);
  const files = new Map<string, string>();
  const store = createMemoryKvStore(clock, { bucket: 'CONFIG', ttlMs: 0, maxBytes: 0, replicas: 1 });
  const asked: RecomputeAsk[] = [];
  const run = (line: string) => {
    const options = readOptions(configCommandOptions, { argv: line.split(' '), env: {} });
    return runConfigCommand({
      ...{ options, clock, openConfig: async () => store.open() },
      readFile: async (path) => files.get(path) ?? assert.fail(`no file ${path}`),
      askRecompute: async (ask) => void asked.push(ask),
    });
  };
  return { asked, clock, files, kv: store.open(), run };
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
    'priority watch-1 --file ann.json',
  ];
  for (const line of wrong) await assert.rejects(run(line), OptionError, line);
  assert.equal(await run('priority'), 'everybody else: live');
});

const ANN = `{
  "timeZone": "Europe/Vienna",
  "heart": [{ "from": "2026-01-01", "maxHeartRateBpm": 190 }]
}`;

test("an athlete's settings are stated from a file, shown as one that can be given back, and taken back", async () => {
  const { files, run } = setUp();
  files.set('ann.json', ANN);
  const said = [
    await run('athlete ann'),
    await run('athlete'),
    await run('athlete ann --file ann.json'),
    await run('athlete ann'),
  ];
  files.set('ann.json', said[3].replace('190', '188'));
  said.push(await run('athlete ann --file ann.json'), await run('athlete'));
  await assert.rejects(run('athlete ann --file ann.json'), SettingsChangedError);
  said.push(await run('athlete ann --clear'), await run('athlete ann'));
  assert.deepEqual(said, [
    'athlete ann: nothing is stated',
    'nothing is stated of anybody',
    'athlete ann: stated as version 1, for activities that begin from now on',
    JSON.stringify({ version: 1, ...JSON.parse(ANN) }, null, 2),
    'athlete ann: stated as version 2, for activities that begin from now on',
    'ann',
    'athlete ann: nothing is stated (version 3)',
    JSON.stringify({ version: 3 }, null, 2),
  ]);
});

test('settings that cannot be are refused with each broken rule, and nothing is written', async () => {
  const { files, kv, run } = setUp();
  files.set('ann.json', '{"heart": [{"from": "2026-02-30", "maxHeartRateBpm": 300}], "ftp": 250}');
  await assert.rejects(run('athlete ann --file ann.json'), {
    name: 'OptionError',
    message: `ann.json is not what can be stated of an athlete:
  ftp is not a setting
  heart[0].from must be a day that exists, as 2026-03-01
  heart[0].maxHeartRateBpm must be <= 250`,
  });
  files.set('ann.json', '[1, ');
  await assert.rejects(run('athlete ann --file ann.json'), /OptionError: ann.json is not .*\n {2}it is not JSON/);
  files.set('ann.json', '{"version": "newest"}');
  await assert.rejects(run('athlete ann --file ann.json'), /\n {2}version must be a whole number/);
  const wrong = [
    'athlete a/b --clear',
    'athlete --clear',
    'athlete ann --clear --file ann.json',
    'athlete ann --hours 3',
    'athlete ann race',
  ];
  for (const line of wrong) await assert.rejects(run(line), OptionError, line);
  assert.equal(await run('athlete ann'), 'athlete ann: nothing is stated');
  await kv.put('athlete.ann', Buffer.from('{"version":1,"zones":[]}'));
  await assert.rejects(run('athlete ann'), /what is stated of ann cannot be read.*zones is not a setting/);
});

test('a source is left out of a span and taken back, and each time the span is asked for again', async () => {
  const { asked, run } = setUp();
  const span = '--from 2027-05-01T06:00:00Z --until 2027-05-01T07:00:00Z';
  const said = 'watch-1/gps from 2027-05-01T06:00:00.000Z until 2027-05-01T07:00:00.000Z';
  assert.equal(await run('exclude ann'), 'athlete ann: nothing is left out');
  assert.equal(await run(`exclude ann watch-1/gps ${span}`), `athlete ann: ${said} is left out (version 1)`);
  assert.equal(await run('exclude ann'), said);
  assert.equal(await run(`exclude ann watch-1/gps ${span} --clear`), `athlete ann: ${said} counts again (version 2)`);
  assert.equal(await run('exclude ann'), 'athlete ann: nothing is left out');
  const ask = { athlete: 'ann', fromMs: Date.UTC(2027, 4, 1, 6), untilMs: Date.UTC(2027, 4, 1, 7) };
  assert.deepEqual(asked, [
    { ...ask, settingsVersion: 1 },
    { ...ask, settingsVersion: 2 },
  ]);
  const wrong = [
    'exclude',
    'exclude ann watch-1/gps',
    `exclude ann watch-1/gps ${span} --clear`,
    `exclude ann Watch?/gps ${span}`,
    'exclude ann watch-1/gps --from 2027-05-01T06:00:00Z --until 2027-05-01T05:00:00Z',
    'exclude ann watch-1/gps --from 2027-05-01T06:00:00Z --until 2027-05-21T05:00:00Z',
  ];
  for (const line of wrong) await assert.rejects(run(line), OptionError, line);
  assert.equal(asked.length, 2);
});

test('a span is said to be wet, or dry, and taken back, and each time it is asked for again', async () => {
  const { asked, run } = setUp();
  const span = '--from 2027-05-01T06:00:00Z --until 2027-05-01T07:00:00Z';
  const said = 'from 2027-05-01T06:00:00.000Z until 2027-05-01T07:00:00.000Z';
  assert.equal(await run('wet ann'), 'athlete ann: nothing is stated of the wet');
  assert.equal(await run(`wet ann ${span}`), `athlete ann: ${said} it was wet (version 1)`);
  assert.equal(await run(`wet ann ${span} --dry`), `athlete ann: ${said} it was dry (version 2)`);
  assert.equal(await run('wet ann'), `${said} it was dry`);
  assert.equal(await run(`wet ann ${span} --clear`), `athlete ann: ${said} nothing is stated any more (version 3)`);
  const ask = { athlete: 'ann', fromMs: Date.UTC(2027, 4, 1, 6), untilMs: Date.UTC(2027, 4, 1, 7) };
  assert.deepEqual(
    asked,
    [1, 2, 3].map((settingsVersion) => ({ ...ask, settingsVersion })),
  );
  const wrong = ['wet', `wet ann ${span} --clear`, `wet ann rain ${span}`, 'wet ann --from 2027-05-01T06:00:00Z'];
  for (const line of wrong) await assert.rejects(run(line), OptionError, line);
  assert.equal(asked.length, 3);
});
