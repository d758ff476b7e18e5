import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { createFrameDecoder } from '../schemas/frame/decode.ts';
import { encodeFrame } from '../schemas/frame/encode.ts';
import { jsonFrameToProtobuf } from '../schemas/frame/json.ts';
import { bootToHex } from '../schemas/identity.ts';
import { REASON_NAMES } from '../schemas/reasons.ts';
import { readDown } from '../schemas/websocket-framing.ts';
import { EXAMPLE_FRAME } from './example-frame.ts';
import { GENERATED_PAGES, renderPage } from './generate.ts';
import { ADVICE } from './reason-advice.ts';

const page = readFileSync(new URL('frames.md', import.meta.url), 'utf8');

/** The fenced text of one generated part of the page. */
function partOf(name: string): string {
  const [, part] = new RegExp(`<!-- generated: ${name} -->\n\`\`\`\\w+\n([\\s\\S]*?)\n\`\`\``).exec(page) ?? [];
  assert.ok(part, `${name} is not on the page`);
  return part;
}

function decode(bytes: Uint8Array) {
  const { frame, decode } = createFrameDecoder();
  assert.equal(decode(bytes, 0, bytes.length), null);
  const { device, source, seq, sentMs, count } = frame;
  const columns = frame.columns.samples
    .filter((column) => column.present)
    .map(({ channel, values, missing }) => [
      channel.name,
      [...values.subarray(0, count)].map((value, i) => (missing[i] === 1 ? null : value)),
    ]);
  const boot = bootToHex(frame.bootLow, frame.bootHigh);
  const timesMs = [...frame.timesMs.subarray(0, count)];
  return { device, boot, seq, source, sentMs, timesMs, columns: Object.fromEntries(columns) };
}

test('the bytes of the worked example are the frame that the page describes', () => {
  const hex = partOf('example bytes').replace(/#.*$/gm, '').replace(/\s/g, '');
  const bytes = Buffer.from(hex, 'hex');
  assert.deepEqual(decode(bytes), EXAMPLE_FRAME);
  assert.deepEqual(new Uint8Array(bytes), new Uint8Array(encodeFrame(EXAMPLE_FRAME)));
});

test('the JSON of the worked example is the same frame', () => {
  const bytes = jsonFrameToProtobuf(Buffer.from(partOf('example json')));
  assert.ok(typeof bytes !== 'string', `${bytes}`);
  assert.deepEqual(decode(bytes), EXAMPLE_FRAME);
});

test('a device that reads what the worked example says the server sends, reads the conversation', () => {
  const lines = partOf('example conversation').replace(/#.*$/gm, '').split('\n');
  const messages: string[] = [];
  for (const line of lines) {
    if (line.startsWith(' ')) messages[messages.length - 1] += line;
    else messages.push(line);
  }
  const read = messages
    .filter((message) => message.startsWith('down'))
    .map((message) => readDown(Buffer.from(message.slice(4).replace(/\s/g, ''), 'hex')));
  const boot = { bootLow: 0x884c7d65, bootHigh: 0x9f86d081 };
  const unknown = { bootLow: 0, bootHigh: 0, seq: 0 };
  assert.deepEqual(read, [
    { kind: 'welcome', maxInFlightFrames: 1_024, maxMessageBytes: 262_144 },
    {
      kind: 'acks',
      acks: [
        { ordinal: 0, ...boot, seq: 42, status: 'stored', reason: '' },
        { ordinal: 1, ...unknown, status: 'dead', reason: 'undecodable_frame' },
      ],
    },
    { kind: 'slow-down', forMs: 1_000 },
    { kind: 'acks', acks: [{ ordinal: 2, ...boot, seq: 43, status: 'refused', reason: 'stream_full' }] },
    { kind: 'goodbye', reason: 'draining' },
  ]);
});

test('generated parts of the pages are fresh: run `node docs/generate.ts`', () => {
  for (const url of GENERATED_PAGES) {
    const text = readFileSync(url, 'utf8');
    assert.equal(text, renderPage(text));
  }
});

test('a part that nothing generates is an error', () => {
  assert.throws(() => renderPage('<!-- generated: moods -->\n<!-- end -->'), /nothing generates the part "moods"/);
});

test('every reason that a device can hear says what to do', () => {
  assert.deepEqual(Object.keys(ADVICE).sort(), [...REASON_NAMES].sort());
});
