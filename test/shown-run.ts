import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { createTestApi } from '../api/api-for-tests.ts';
import { readPageFiles } from '../api/page/page-files.ts';
import type { ActivityRecord } from '../schemas/activity.ts';
import { buildPage } from '../web/build/build-page.ts';
import { readRunUntil } from './recorded-run.ts';

const TICK_MS = 50;
/** Of the run: the last part of it is still to come when the page is opened. */
const TO_COME_MS = 120_000;
const DAY_MS = 86_400_000;

/** The page over the API with twins in place of the stores: a recorded run that is going on, and one of yesterday. */
export async function showRun(t: Pick<TestContext, 'after'>, { isGoing = true, hasHistory = true } = {}) {
  const { dir: pageDir } = await buildPage();
  const files = await readPageFiles(pageDir, '');
  // The run would end a little after now.
  const run = await readRunUntil(Date.now() + TO_COME_MS, 'ann');
  const before = await readRunUntil(Date.now() - DAY_MS, 'ann');
  let untilMs = Date.now();
  let going: ActivityRecord | null = isGoing ? run.at(untilMs) : null;

  /** Of what the holder says: it grows with each change. */
  let number = 1;

  async function open(port: number) {
    const own = await createTestApi(t, { page: { files, mapStyleUrl: '' } });
    own.hot.insert(run.rows.filter(({ tsMs }) => tsMs < untilMs));
    if (hasHistory) {
      own.hot.insert(before.rows);
      own.activities.insert([{ ...before.at(Date.now()), status: 'finished', versions: { gps: 1 } }]);
    }
    own.hold('ann', () => ({ activity: going, number }));
    const ticking = setInterval(() => void own.clock.advance(TICK_MS), TICK_MS);
    t.after(() => clearInterval(ticking));
    await own.api.listen({ host: '127.0.0.1', port });
    return own;
  }

  let api = await open(0);
  const { port } = api.api.server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/`;
  return {
    url,
    /** The link that `npm start` prints. */
    link: `${url}#token=watch-1`,
    /** The run goes on by so much. */
    goOn(ms: number) {
      untilMs += ms;
      api.hot.insert(run.rows.filter(({ tsMs }) => tsMs < untilMs));
      going = run.at(untilMs);
      number++;
    },
    end() {
      if (going === null) return;
      api.activities.insert([{ ...going, status: 'finished', versions: { gps: 1 } }]);
      going = null;
      number++;
    },
    stopServer: () => api.api.close(),
    async startServer() {
      api = await open(port);
    },
  };
}
