import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { anyEvents, DAY_MS, happened, MONDAY_MS, personOf, WEEK_MS } from './event.arbitrary.ts';
import { dayNumber, type ProductEvent, weekNumber } from './events.ts';
import { createMemoryProduct } from './memory-product.ts';
import { type ProductStore, RETENTION_OF } from './store.ts';

export interface ProductUnderTest {
  readonly store: ProductStore;
  empty(): Promise<void>;
  /** As `write` does, many at once. */
  insert(events: readonly ProductEvent[]): Promise<void>;
}

const WEEK = weekNumber(MONDAY_MS);
const DAY = dayNumber(MONDAY_MS);
const at = (week: number, days = 0) => MONDAY_MS + week * WEEK_MS + days * DAY_MS;

/** What every store of product events promises; `open` is called once. */
export function productStoreConformance(name: string, open: () => Promise<ProductUnderTest>, runs = 20): void {
  suite(`product events in ${name}`, () => {
    let opened: Promise<ProductUnderTest> | undefined;
    async function filledWith(events: readonly ProductEvent[]): Promise<ProductStore> {
      opened ??= open();
      const { store, empty, insert } = await opened;
      await empty();
      await insert(events);
      return store;
    }

    test('a funnel counts who came how far; regular is three of four weeks in a row, at some time', async () => {
      const store = await filledWith(
        [
          { signedMs: at(0), isVerified: false },
          { signedMs: at(0) },
          { signedMs: at(0), logged: [at(1), at(1, 3)] },
          // Weeks 1, 2 and 5: never three within four.
          { signedMs: at(0), logged: [at(1), at(2), at(5)] },
          { signedMs: at(1), logged: [at(1), at(2), at(4, 6)] },
          { signedMs: at(9), logged: [at(9)] },
          { signedMs: null, logged: [at(1), at(2), at(3)] },
        ].flatMap((given) => personOf(given)),
      );
      const counts = { signedUp: 5, verified: 4, firstWorkout: 3, everRegular: 1 };
      assert.deepEqual(await store.funnel({ from: WEEK, until: WEEK + 8 }), counts);
      const none = { signedUp: 0, verified: 0, firstWorkout: 0, everRegular: 0 };
      assert.deepEqual(await store.funnel({ from: WEEK + 10, until: WEEK + 12 }), none);
    });

    test('who logs regularly now is told of those who were there before the four weeks', async () => {
      const store = await filledWith(
        [
          { signedMs: at(0), logged: [at(4), at(5), at(7, 6) + DAY_MS - 1] },
          { signedMs: at(3, 6), logged: [at(4), at(5), at(8)] },
          { signedMs: at(4), logged: [at(4), at(5), at(6)] },
          { signedMs: at(0), isVerified: false },
        ].flatMap((given) => personOf(given)),
      );
      assert.deepEqual(await store.regular(WEEK + 8), { of: 2, regular: 1 });
    });

    test('retention follows each week’s people, by workouts or by being here', async () => {
      const store = await filledWith(
        [
          { signedMs: at(0), logged: [at(0), at(2)], here: [at(1)] },
          { signedMs: at(0), logged: [at(2)] },
          { signedMs: at(1), here: [at(1), at(2)], logged: [at(3)] },
        ].flatMap((given) => personOf(given)),
      );
      const cell = (cohort: number, after: number | null, people: number) => ({ cohort: WEEK + cohort, after, people });
      const asked = { from: WEEK, until: WEEK + 3 };
      assert.deepEqual(await store.retention({ ...asked, of: 'logging' }), [
        ...[cell(0, null, 2), cell(0, 0, 1), cell(0, 2, 2)],
        cell(1, null, 1),
      ]);
      assert.deepEqual(await store.retention({ ...asked, of: 'active' }), [
        ...[cell(0, null, 2), cell(0, 0, 1), cell(0, 1, 1), cell(0, 2, 2)],
        ...[cell(1, null, 1), cell(1, 0, 1), cell(1, 1, 1)],
      ]);
    });

    test('a day, its week and its month count different people once', async () => {
      const store = await filledWith(
        [
          { signedMs: at(0), here: [at(0, 0), at(0, 0) + 5, at(0, 3)] },
          { signedMs: null, isVerified: false, logged: [at(0, 3)] },
        ].flatMap((given) => personOf(given)),
      );
      const days = await store.activeDays({ from: DAY - 2, until: DAY + 40 });
      const tell = (day: number) => days.find((one) => one.day === DAY + day);
      assert.deepEqual(tell(0), { day: DAY, daily: 1, weekly: 1, monthly: 1 });
      assert.deepEqual(tell(3), { day: DAY + 3, daily: 2, weekly: 2, monthly: 2 });
      assert.deepEqual(tell(9), { day: DAY + 9, daily: 0, weekly: 2, monthly: 2 });
      assert.deepEqual(tell(10), { day: DAY + 10, daily: 0, weekly: 0, monthly: 2 });
      assert.deepEqual([tell(-1), tell(33)], [undefined, undefined]);
      assert.equal(days.length, 33);
    });

    test('what was written twice counts once, and of who is forgotten nothing counts', async () => {
      const [ann, ben] = [randomUUID(), randomUUID()];
      const own = { signedMs: at(0), logged: [at(0)] };
      const store = await filledWith([...personOf(own, ann), ...personOf(own, ben)]);
      await store.write(happened(ann, 'workout_logged', at(0), { subject: 'w0', way: 'hand' }));
      const weeks = { from: WEEK, until: WEEK };
      const both = { signedUp: 2, verified: 2, firstWorkout: 2, everRegular: 0 };
      assert.deepEqual(await store.funnel(weeks), both);
      await store.forget(ann);
      await store.forget(ann);
      const one = { signedUp: 1, verified: 1, firstWorkout: 1, everRegular: 0 };
      assert.deepEqual(await store.funnel(weeks), one);
      const day = { day: DAY, daily: 1, weekly: 1, monthly: 1 };
      assert.deepEqual(await store.activeDays({ from: DAY, until: DAY }), [day]);
    });

    test('of any events, in any order and some of them twice, everything is what the twin counts', async () => {
      const weeks = fc.tuple(fc.nat(11), fc.nat(11)).map((two) => two.sort((a, b) => a - b));
      const property = fc.asyncProperty(anyEvents, weeks, async (events, [first, last]) => {
        const twin = createMemoryProduct();
        for (const event of events) await twin.write(event);
        const store = await filledWith(events);
        const asked = { from: WEEK + first, until: WEEK + last };
        const days = { from: DAY + first * 7 - 3, until: DAY + last * 7 + 3 };
        const seenIn = async (one: ProductStore) => ({
          funnel: await one.funnel(asked),
          regular: await one.regular(WEEK + last),
          retention: await Promise.all(RETENTION_OF.map((of) => one.retention({ ...asked, of }))),
          activeDays: await one.activeDays(days),
        });
        assert.deepEqual(await seenIn(store), await seenIn(twin));
      });
      await fc.assert(property, { numRuns: runs });
    });
  });
}
