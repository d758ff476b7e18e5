import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { starterOf, tenKilometres } from '../../schemas/ten-kilometres-for-tests.ts';
import type { Board } from './board-state.ts';
import { rowOf } from './races-for-tests.ts';
import { SharedViews, type ViewKey } from './shared-views.ts';
import type { Lane } from './telling-pace.ts';

const BIBS = ['1', '2', '3', '4', '5'];
const race = tenKilometres(BIBS.map((bib) => starterOf(bib)));
const VIEWS: readonly ViewKey[] = ['top:2', 'top:200', 'bib:1', 'bib:4'];

type Told = { type: string; view: string; number: number; rows: { bib: string }[]; removed?: string[] };
const read = (message: Uint8Array) => JSON.parse(Buffer.from(message).toString()) as Told;

/** What somebody shows who got a snapshot and every delta since. */
class Client {
  readonly rows = new Map<string, object>();
  number = 0;

  take({ type, number, rows, removed = [] }: Told): void {
    if (type === 'snapshot') this.rows.clear();
    else assert.equal(number, this.number + 1);
    this.number = number;
    for (const bib of removed) this.rows.delete(bib);
    for (const row of rows) this.rows.set(row.bib, { ...this.rows.get(row.bib), ...row });
  }
}

/** Some move, some change places with others, and now and then somebody is not there. */
const boards = fc.array(
  fc.record({
    order: fc.shuffledSubarray(BIBS, { minLength: 2 }),
    moved: fc.subarray(BIBS),
    positionM: fc.integer({ min: 0, max: 10_000 }),
    lanes: fc.constantFrom<Lane[]>(['one'], ['many'], ['one', 'many']),
    joins: fc.boolean(),
  }),
  { minLength: 1, maxLength: 20 },
);

test('a snapshot and the deltas after it are the same as a later snapshot, however often each kind is told', () => {
  fc.assert(
    fc.property(boards, (all) => {
      const views = new SharedViews();
      let rows = new Map(BIBS.map((bib, i) => [bib, rowOf(bib, { rank: i + 1, status: 'running', positionM: 0 })]));
      const clients = new Map<ViewKey, Client[]>(VIEWS.map((view) => [view, []]));
      const boardOf = (number: number): Board => ({
        ...{ race: 'ten', raceVersion: 1, epoch: 1, number, atMs: number, dataMs: number },
        ...{ rows, groups: [], certainty: null },
      });
      views.show(boardOf(0), race, new Set<Lane>(['one', 'many']));
      for (const [n, { order, moved, positionM, lanes, joins }] of all.entries()) {
        if (joins) {
          for (const view of VIEWS) {
            const client = new Client();
            client.take(read(views.snapshot(view, race)!));
            clients.get(view)!.push(client);
          }
        }
        const before = rows;
        rows = new Map(
          order.map((bib, i) => {
            const own = before.get(bib) ?? rowOf(bib, { status: 'running' });
            const isSame = own.rank === i + 1 && !moved.includes(bib);
            return [bib, isSame ? own : { ...own, rank: i + 1, ...(moved.includes(bib) && { positionM }) }];
          }),
        );
        for (const { view, message } of views.show(boardOf(n + 1), race, new Set(lanes))) {
          for (const client of clients.get(view)!) client.take(read(message));
        }
      }
      views.show(boardOf(99), race, new Set<Lane>(['one', 'many'])).forEach(({ view, message }) => {
        for (const client of clients.get(view)!) client.take(read(message));
      });
      const fresh = new SharedViews();
      fresh.show(boardOf(99), race, new Set<Lane>(['one', 'many']));
      for (const view of VIEWS) {
        const wanted = new Client();
        wanted.take(read(fresh.snapshot(view, race)!));
        for (const client of clients.get(view)!) assert.deepEqual(client.rows, wanted.rows, view);
      }
    }),
  );
});

test('nothing is told of an athlete who stands, and a list always says how old it is', () => {
  const views = new SharedViews();
  const rows = new Map([['1', rowOf('1', { rank: 1, status: 'running', positionM: 4 })]]);
  const boardOf = (atMs: number): Board => ({
    ...{ race: 'ten', raceVersion: 1, epoch: 1, number: atMs, atMs, dataMs: atMs, rows, groups: [], certainty: null },
  });
  const both = new Set<Lane>(['one', 'many']);
  views.show(boardOf(1), race, both);
  for (const view of ['top:2', 'bib:1'] as const) views.snapshot(view, race);
  const told = views.show(boardOf(2), race, both).map(({ message }) => read(message));
  assert.deepEqual(told, [{ type: 'delta', view: 'top:2', number: 2, atMs: 2, dataMs: 2, rows: [], removed: [] }]);
});
