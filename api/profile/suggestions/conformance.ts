import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { createMemoryEvidenceReader, type ShownEvidence } from './memory-reader.ts';
import { EVIDENCE_KINDS, type EvidenceReader } from './reader.ts';

interface ReaderUnderTest {
  readonly reader: EvidenceReader;
  /** Resolves when it can be read. */
  insert(shown: readonly ShownEvidence[]): Promise<void>;
}

const START_MS = Date.UTC(2026, 2, 1);
const DAY_MS = 86_400_000;

/** Each activity shows one thing, and begins at a moment of its own. */
const anyShown = fc
  .uniqueArray(
    fc.record({
      kind: fc.constantFrom(...EVIDENCE_KINDS),
      sport: fc.constantFrom('run' as const, 'ride' as const),
      value: fc.integer({ min: 100, max: 110 }),
      startMs: fc.nat(120).map((day) => START_MS + day * DAY_MS),
      isMarked: fc.boolean(),
    }),
    { maxLength: 20, selector: ({ startMs }) => startMs },
  )
  .map((all) => all.map((one, i) => ({ ...one, activity: i.toString(16).padStart(16, '0') })));

/** What every reader of evidence promises; the twin is so plain that it says what is right. */
export function evidenceReaderConformance(name: string, open: () => Promise<ReaderUnderTest>): void {
  suite(`evidence for suggestions, from ${name}`, () => {
    let opened: Promise<ReaderUnderTest> | undefined;
    const suffix = randomBytes(4).toString('hex');
    let run = 0;

    test('is the best of each kind and sport since then, without what has a mark', async () => {
      opened ??= open();
      const { reader, insert } = await opened;
      await fc.assert(
        fc.asyncProperty(anyShown, fc.nat(120), async (shown, day) => {
          const athlete = `ann-${run++}-${suffix}`;
          const own = shown.map((one) => ({ ...one, athlete }));
          const twin = createMemoryEvidenceReader();
          twin.insert(own);
          await insert(own);
          const inOrder = async (of: EvidenceReader) =>
            (await of.best(athlete, START_MS + day * DAY_MS)).toSorted((a, b) =>
              `${a.kind} ${a.sport}` < `${b.kind} ${b.sport}` ? -1 : 1,
            );
          assert.deepEqual(await inOrder(reader), await inOrder(twin));
        }),
        { numRuns: 25 },
      );
    });
  });
}
