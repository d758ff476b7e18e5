import { type Deployment, type DeploymentPlan, startDeployment } from '../../deployment/deployment.ts';
import { askStore, countDistinctRows, countRows } from '../../deployment/store-rows.ts';
import { STORES } from '../../options.ts';
import type { ScenarioDeps } from '../../scenario.ts';
import type { Path } from './path.ts';

export interface OurPath extends Path {
  readonly deployment: Deployment;
  /** Each key once, as a reader sees it; dear, so for the end. */
  countDistinct(signal: AbortSignal): Promise<Readonly<Record<string, number>>>;
}

/** Slipstream as `npm start` runs it, with tokens, the ledger, roll-ups and both stores. Throws EngineError. */
export async function startOurPath(
  deps: ScenarioDeps,
  plan: DeploymentPlan = {},
  name = 'slipstream',
): Promise<OurPath> {
  const deployment = await startDeployment(deps, plan);
  const { urls, pids, lostSignal } = deployment;
  const rowsOf = async (counting: ReturnType<typeof countRows>) =>
    Object.fromEntries(Object.entries(await counting).map(([store, { rows }]) => [store, rows]));
  return {
    name,
    target: deployment,
    payload: 'frames',
    pids,
    lostSignal,
    deployment,
    countRows: (signal) => rowsOf(countRows(STORES, urls, signal)),
    countDistinct: (signal) => rowsOf(countDistinctRows(STORES, urls, signal)),
    // Merges are ClickHouse's own affair and come when it likes: a turn has them of what was sent before it, too.
    async countSideWork(signal) {
      const counterOf = (event: string) =>
        askStore('clickhouse', `SELECT value FROM system.events WHERE event = '${event}'`, urls, signal);
      return { mergedRows: await counterOf('MergedRows'), mergeMs: await counterOf('MergeExecuteMilliseconds') };
    },
  };
}
