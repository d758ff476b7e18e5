import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Arrived, demoTable } from './table.ts';

const sent = {
  framesSent: 15_802,
  framesAcknowledged: 15_802,
  samplesAcknowledged: 158_161,
  elapsedMs: 4_000,
  ackP50Ms: 4.25,
  ackP99Ms: 61.4,
  longestActivityMs: 4_700_000,
};

function arrived(clickhouseRows: number, inFlight: number): Arrived {
  return {
    stores: [
      { store: 'QuestDB', rows: 158_161, p50Ms: 410, p99Ms: 1_210 },
      { store: 'ClickHouse', rows: clickhouseRows, p50Ms: 8, p99Ms: Number.NaN },
    ],
    ledger: {
      balanced: inFlight >= 0,
      deadLetters: 0,
      stores: [
        { accepted: 158_161, inFlight: 0 },
        { accepted: 158_161, inFlight },
      ],
    },
  };
}

test('the table sets what was sent against what was found', () => {
  assert.equal(
    demoTable(sent, arrived(158_161, 0)),
    `                                       p50, ms   p99, ms
  frames sent                 15,802
  frames acknowledged         15,802       4.3        61
  samples acknowledged       158,161
  rows found in QuestDB      158,161       410     1,210
  rows found in ClickHouse   158,161       8.0         –
  dead letters                     0

  The ledger balances: 158,161 samples were accepted, repeats included, and none is missing.
  Both stores hold the same rows.
`,
  );
});

test('it says aloud what does not agree', () => {
  const ends = [arrived(158_159, 2), arrived(158_160, -1)].map((one) =>
    demoTable(sent, one).trimEnd().split('\n').slice(-2),
  );
  assert.deepEqual(ends, [
    ['  The ledger balances, with 2 samples still on their way.', '  THE STORES DIFFER.'],
    [
      '  THE LEDGER DOES NOT BALANCE: GET /v1/ledger of the API shows the account of each store.',
      '  THE STORES DIFFER.',
    ],
  ]);
});
