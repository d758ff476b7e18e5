import { after, afterEach, type TestContext } from 'node:test';

/**
 * What all tests of a file or of a suite share is opened in its `before`, which has no test to end with. What is given
 * to `after` here is closed when the last of them is over, the newest first. Called where `after` itself would be.
 */
export function closedAfterAll(): Pick<TestContext, 'after'> {
  const closings: (() => unknown)[] = [];
  after(async () => {
    for (const close of closings.reverse()) await close();
  });
  return { after: (close) => void closings.push(close as () => unknown) };
}

/**
 * For what each test of a file or of a suite opens by a function that they share: closed as soon as the test is over,
 * the newest first. A page that is left open goes on drawing, and makes every test after its own slower.
 */
export function closedAfterEach(): Pick<TestContext, 'after'> {
  const closings: (() => unknown)[] = [];
  afterEach(async () => {
    for (const close of closings.splice(0).reverse()) await close();
  });
  return { after: (close) => void closings.push(close as () => unknown) };
}

/**
 * Closes when `t` is over, and lets go of what was closed. The runner keeps the hooks of each test, with all that they
 * hold, until the process ends: six hundred servers that are closed long since are two gigabytes.
 */
export function closeAfter(t: Pick<TestContext, 'after'>, close: () => unknown): void {
  let own: (() => unknown) | null = close;
  t.after(async () => {
    const closing = own;
    own = null;
    await closing?.();
  });
}
