import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asSoakReport } from './soak-report.ts';

test('a soak is told by what was broken, what came of it, and how much memory each process had of what it may', () => {
  const report = asSoakReport({
    breaches: [],
    done: { 'kill-ingest': 12, 'questdb-slow': 1 },
    counts: { samplesSent: 65_656, samplesAcknowledged: 65_656, ackP99Ms: 3_441, contestedBuckets: 0 },
    mostMib: { 'nats-server': 63, questdb: 369 },
    playedMs: 67_300,
    storedAfterMs: 9_600,
  });
  assert.equal(
    report,
    [
      '13 times something was broken',
      '  kill -9 of ingest           12',
      '  QuestDB answers 1.5 s late   1',
      '',
      'devices played for 67 s, and 10 s later everything was stored and compared',
      '  samples sent                     65,656',
      '  samples acknowledged             65,656',
      '  ms until 99 % were acknowledged   3,441',
      '',
      'the most memory of its own that each process had',
      '  nats-server    63 of 256 MiB',
      '  questdb      369 of 1536 MiB',
      '',
    ].join('\n'),
  );
});
