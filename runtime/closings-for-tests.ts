import { after, type TestContext } from 'node:test';

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
