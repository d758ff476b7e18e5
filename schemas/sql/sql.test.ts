import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Channel, channelsOf, KINDS } from '../channels.ts';

type Columns = Map<string, string>;

function textOf(store: 'questdb' | 'clickhouse'): string {
  const dir = join(import.meta.dirname, store);
  const files = readdirSync(dir).sort();
  return files.map((file) => readFileSync(join(dir, file), 'utf8')).join('\n');
}

/** Columns of a table, name → type, in order. */
function tableOf(sql: string, name: string): Columns {
  const body = new RegExp(`CREATE TABLE IF NOT EXISTS ${name} \\(\\n(.*?)\\n\\)`, 's').exec(sql)?.[1] ?? '';
  const lines = body.split('\n').map((line) => line.trim().replace(/,$/, ''));
  return new Map(lines.map((line) => [line.split(' ')[0], line.slice(line.indexOf(' ') + 1).replace(/ CODEC.*/, '')]));
}

/** What the outer SELECT of an analysts' view shows, name → expression. */
function viewOf(sql: string, name: string): Columns {
  const body =
    new RegExp(`VIEW IF NOT EXISTS analytics\\.${name} .*?\\nSELECT\\n(.*?)\\nFROM`, 's').exec(sql)?.[1] ?? '';
  const parts = body.split(/,\n(?= {2}\S)/).map((part) => part.trim());
  return new Map(parts.map((part) => [/(\w+)$/.exec(part)?.[1] ?? '', part.replace(/ AS \w+$/, '')]));
}

function inUnits(expression: string, { scale }: Channel): string {
  return scale === 1 ? expression : `${expression} / ${scale}`;
}

/** Positions are shown on a grid. */
function shown(column: string, channel: Channel): string {
  const isPosition = channel.name === 'latitude' || channel.name === 'longitude';
  return isPosition ? `floor(${inUnits(column, channel)}, 2)` : inUnits(column, channel);
}

const clickhouse = textOf('clickhouse');
const questdb = textOf('questdb');

for (const kind of KINDS) {
  test(`the ${kind} of both stores have the channels of the table, in its order, with its types`, () => {
    const names = channelsOf(kind).map(({ name }) => name);
    const cold = [...tableOf(clickhouse, `slipstream.${kind}`)].slice(-names.length);
    assert.deepEqual(
      cold,
      channelsOf(kind).map(({ name, type }) => [name, `Nullable(${type})`]),
    );
    const hot = [...tableOf(questdb, kind)].slice(-names.length);
    assert.deepEqual(
      hot,
      names.map((name) => [name, 'INT']),
    );
  });

  test(`analysts see each channel of ${kind} in its unit, and no device, athlete or exact position`, () => {
    const view = viewOf(clickhouse, kind);
    const channels = channelsOf(kind).map((channel) => [channel.name, shown(channel.name, channel)]);
    assert.deepEqual(
      [...view.keys()],
      ['athlete_key', 'device_key', 'source', 'ts', ...channels.map(([name]) => name)],
    );
    assert.deepEqual([...view].slice(4), channels);
  });
}

test('ten-second roll-ups keep a distribution of each channel, or its last value, and show them in units', () => {
  const stored: string[] = [];
  const analysts: [string, string][] = [];
  for (const channel of channelsOf('samples')) {
    const { name, rollUp } = channel;
    if (rollUp === 'last') {
      stored.push(`${name}_last`);
      analysts.push([`${name}_last`, shown(`${name}_last`, channel)]);
      continue;
    }
    stored.push(...['n', 'min', 'max', 'sum'].map((part) => `${name}_${part}`));
    const average = inUnits(`${name}_sum / ${name}_n`, channel);
    analysts.push(
      [`${name}_n`, `${name}_n`],
      [`${name}_min`, inUnits(`${name}_min`, channel)],
      [`${name}_max`, inUnits(`${name}_max`, channel)],
      [`${name}_avg`, `if(${name}_n = 0, NULL, ${average})`],
    );
  }
  assert.deepEqual([...tableOf(clickhouse, 'slipstream.rollup_10s').keys()].slice(-stored.length), stored);
  for (const view of ['rollup_10s', 'rollup_1m']) {
    assert.deepEqual([...viewOf(clickhouse, view)].slice(-analysts.length), analysts);
  }
});
