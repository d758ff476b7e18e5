import assert from 'node:assert/strict';
import { buffer } from 'node:stream/consumers';
import { describe, type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { extractText, getMeta } from 'unpdf';
import { writeRace } from '../../../../runtime/race-config.ts';
import { GUN_MS, starterOf } from '../../../../schemas/ten-kilometres-for-tests.ts';
import { createTestApi } from '../../../api-for-tests.ts';
import { boardOfTwo, raceOfTwo, rowOf } from '../../races-for-tests.ts';
import type { Result } from '../results.ts';
import { resultsPdfStream } from './pdf-in-thread.ts';
import { type ResultsDocument, resultsPdf } from './results-pdf.ts';

const { sport, waves, categories, checkpoints } = raceOfTwo[0];
const marks = checkpoints.map(({ id, name, positionM, isStart, isFinish }) => {
  return { checkpoint: id, pass: 1, name, positionM: positionM[0], isStart, isFinish };
});

function finisher(rank: number, name: string, own: Partial<Result> = {}): Result {
  const bib = String(100 + rank);
  const { sex, club, country, wave, category } = starterOf(bib, { club: 'Löufer Züri' });
  const gunMs = 2_400_000 + 1_000 * rank;
  const split = {
    checkpoint: 'half',
    pass: 1,
    timeMs: GUN_MS + gunMs / 2,
    status: 'provisional',
    revision: 1,
  } as const;
  return {
    ...{ rank, waveRank: rank, sexRank: rank, categoryRank: rank, clubRank: rank, bib },
    who: { bib, name, sex, club, country, wave, category },
    ...{ status: 'finished', statusReason: null, gunMs, chipMs: gunMs - 2_000, behindMs: 1_000 * (rank - 1) },
    tooClose: { ahead: 0, behind: 0 },
    splits: [{ ...split, gunMs: gunMs / 2, chipMs: gunMs / 2 - 2_000 }],
    ...own,
  };
}

function documentOf(results: readonly Result[], own: Partial<ResultsDocument['results']> = {}): ResultsDocument {
  const head = { race: 'ten', name: 'Zürcher Lauf · Бег', state: 'published', isOfficial: true } as const;
  const atMs = GUN_MS + 7_200_000;
  return {
    sport,
    waves,
    categories,
    results: { ...head, atMs, certainty: null, marks, results: [...results], ...own },
  };
}

/** The text of each page, read by somebody else's library. */
async function read(bytes: Uint8Array) {
  const own = new Uint8Array(bytes);
  const { text } = await extractText(own, { mergePages: false });
  return text.map((page) => page.replaceAll(/\s+/g, ' '));
}
const write = (document: ResultsDocument) => Buffer.concat([...resultsPdf(document)]);

describe('results as a PDF', () => {
  test('say what the race was, and have each athlete with ranks, times and splits', async () => {
    const estimated = finisher(2, 'Łukasz Žižka-Ångström');
    const pdf = write(
      documentOf([
        finisher(1, 'Ольга Їжакевич'),
        { ...estimated, splits: estimated.splits.map((split) => ({ ...split, status: 'estimated' as const })) },
        finisher(3, 'Ὀδυσσεύς', { rank: null, status: 'dnf', gunMs: null, chipMs: null, behindMs: null }),
      ]),
    );
    const [page, ...more] = await read(pdf);
    assert.equal(more.length, 0);
    for (const part of [
      'Zürcher Lauf · Бег',
      '2026-09-06 · run · 10.00 km · Official results · 2 finished of 3',
      'Waves: A 09:00:00 UTC (2 finished) · B 09:10:00 UTC (0 finished)',
      'Categories: Open (2 finished) · Masters (0 finished)',
      'Rank Bib Name Nat. Club Sex Wave Category Half Chip time Gun time Behind',
      '1 101 Ольга Їжакевич CHE Löufer Züri F 1. A 1. Open 1. 0:20:01 0:39:59 0:40:01',
      '2 102 Łukasz Žižka-Ångström CHE Löufer Züri F 2. A 2. Open 2. ~0:20:01 0:40:00 0:40:02 +0:00:01',
      'DNF 103 Ὀδυσσεύς CHE',
      'Official results, as of 2026-09-06 11:00:00 UTC.',
      'Page 1 of 1',
    ]) {
      assert.ok(page.includes(part), `${part} is not in: ${page}`);
    }
    const { info } = await getMeta(new Uint8Array(pdf));
    assert.equal(info.Title, 'Zürcher Lauf · Бег: results');
  });

  test('repeat the head on each page, number the pages, and leave nobody out', async () => {
    const results = Array.from({ length: 1_000 }, (_, i) => finisher(i + 1, `Runner ${i + 1}`));
    const pages = await read(write(documentOf(results)));
    assert.ok(pages.length > 10 && pages.length < 30, `${pages.length} pages`);
    for (const [i, page] of pages.entries()) {
      assert.ok(page.includes('Rank Bib Name') && page.includes(`Page ${i + 1} of ${pages.length}`), page);
    }
    const found = pages.flatMap((page) => [...page.matchAll(/Runner (\d+) CHE/g)].map(([, n]) => Number(n)));
    assert.deepEqual(
      found,
      results.map(({ rank }) => rank),
    );
  });

  test('show � for what the font has no letter for, and survive every name', async () => {
    const names = [
      'שרה כהן',
      'محمد علي',
      '王小明',
      'Ann 👩‍🚀🎉',
      '\u202Eevil\u0000',
      'e\u0301te\u0301',
      'ნინო',
      '\uD800',
    ];
    const [page] = await read(write(documentOf(names.map((name, i) => finisher(i + 1, name)))));
    for (const part of [
      '101 \uFFFD\uFFFD\uFFFD \uFFFD\uFFFD\uFFFD CHE',
      '103 \uFFFD\uFFFD\uFFFD CHE',
      '104 Ann \uFFFD\uFFFD CHE',
      '105 evil CHE',
      '106 été CHE',
    ]) {
      assert.ok(page.includes(part), `${part} is not in: ${page}`);
    }
    const name = fc.string({ unit: 'binary', maxLength: 200 });
    fc.assert(
      fc.property(name, name, (one, other) => {
        const pdf = write(documentOf([finisher(1, one)], { name: other }));
        assert.equal(pdf.subarray(0, 5).toString(), '%PDF-');
        assert.equal(pdf.subarray(-6).toString().trim(), '%%EOF');
      }),
      { numRuns: 20 },
    );
  });

  test('have the splits of many checkpoints below each other, and of too many every so many', async () => {
    const many = Array.from({ length: 60 }, (_, i) => {
      return { checkpoint: 'lap', pass: i + 1, name: `Lap ${i + 1}`, positionM: i, isStart: false, isFinish: i === 59 };
    });
    const split = { checkpoint: 'lap', timeMs: GUN_MS, chipMs: null, status: 'official', revision: 1 } as const;
    const splits = many.map(({ pass }) => ({ ...split, pass, gunMs: pass * 60_000 }));
    const [page] = await read(write(documentOf([finisher(1, 'Ann', { splits })], { marks: many })));
    assert.ok(page.includes('Lap 2 Lap 5 Lap 8 Lap 11 Lap 14'), page);
    assert.ok(page.includes('0:02:00 0:05:00 0:08:00 0:11:00 0:14:00'), page);
    assert.ok(page.includes('0:59:00'), page);
  });

  test('come in a thread, a page at a time, and the thread ends with whoever reads', async () => {
    const document = documentOf(Array.from({ length: 300 }, (_, i) => finisher(i + 1, `Runner ${i + 1}`)));
    assert.deepEqual(await buffer(resultsPdfStream(document)), write(document));
    const left = resultsPdfStream(document);
    for await (const chunk of left) {
      assert.ok(chunk.length > 0);
      break;
    }
    assert.equal(left.destroyed, true);
    const none = resultsPdfStream({ ...document, results: null as never });
    await assert.rejects(buffer(none));
  });
});

async function setUp(t: TestContext) {
  const api = await createTestApi(t);
  await writeRace(api.config, null, ...raceOfTwo);
  await api.clock.advance(0);
  const first = rowOf('1', { status: 'finished', rank: 1, gunMs: 2_400_001, chipMs: 2_398_000, gapLeaderMs: 0 });
  api.holdBoard('ten', () => ({ ...boardOfTwo, rows: [first, rowOf('2')] }));
  return api;
}

test('everybody may read them by HTTP', async (t) => {
  const { api } = await setUp(t);
  const answer = await api.inject({ url: '/v1/races/ten/results?format=pdf' });
  assert.deepEqual(
    [answer.statusCode, answer.headers['content-type'], answer.headers['content-disposition']],
    [200, 'application/pdf', 'inline; filename="ten-results.pdf"'],
  );
  const [page] = await read(answer.rawPayload);
  assert.ok(page.includes('Ten kilometres') && page.includes('0:39:58 0:40:01'), page);
  assert.ok(page.includes('Provisional results'), page);
});

test('two of them are written at once, and who comes then is told so', async (t) => {
  const { api } = await setUp(t);
  const answers = await Promise.all([1, 2, 3].map(() => api.inject({ url: '/v1/races/ten/results?format=pdf' })));
  assert.deepEqual(answers.map(({ statusCode }) => statusCode).sort(), [200, 200, 503]);
  assert.equal((await api.inject({ url: '/v1/races/ten/results?format=pdf' })).statusCode, 200);
});
