import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTextDevice } from './text-device.ts';

const START_MS = Date.UTC(2026, 0, 1);
const plan = { seed: 's', device: 'w-1', version: 4, samplesPerFrame: 2, sampleGapMs: 1_000, contents: 3 } as const;
const payloadOf = (packet: Buffer, topic: string) => {
  const at = packet.indexOf(topic);
  return packet.subarray(at + topic.length + 2).toString();
};

test('the nth message as JSON holds the times and values of the nth frame, what is missing left out', () => {
  const device = createTextDevice({ ...plan, startMs: START_MS, spanMs: 60_000 }, 'json');
  for (const n of [0, 1, 4]) {
    const { timesMs, columns } = device.frameAt(n);
    const samples = timesMs.map((ts, row) => {
      const present = Object.entries(columns).filter(([, values]) => values[row] !== null);
      return { ts, ...Object.fromEntries(present.map(([name, values]) => [name, values[row]])) };
    });
    assert.equal(timesMs[0], START_MS + n * 2_000);
    const sent = JSON.parse(payloadOf(device.packet(n, 258 + n, 0), 'json/w-1'));
    assert.deepEqual(sent, { device: 'w-1', samples });
  }
});

test('as lines each sample is one, with its time in nanoseconds and the packet identifier in place', () => {
  const device = createTextDevice({ ...plan, startMs: START_MS, spanMs: 60_000 }, 'lines');
  const packet = device.packet(5, 0x0102, 0);
  const lines = payloadOf(packet, 'lines/w-1').split('\n');
  assert.deepEqual(
    lines.map((line) => [line.split(' ')[0], line.split(' ')[2]]),
    [
      ['samples,device=w-1', `${START_MS + 10_000}000000`],
      ['samples,device=w-1', `${START_MS + 11_000}000000`],
    ],
  );
  const fields = Object.entries(device.frameAt(5).columns).filter(([, values]) => values[1] !== null);
  assert.equal(lines[1].split(' ')[1], fields.map(([name, values]) => `${name}=${values[1]}i`).join(','));
  const idAt = packet.indexOf('lines/w-1') + 'lines/w-1'.length;
  assert.deepEqual([...packet.subarray(idAt, idAt + 2)], [1, 2]);
  assert.throws(() => device.packet(30, 1, 0), /has sent all of its 60000 ms/);
});
