import type { Metrics } from './metrics.ts';
import { within } from './release.ts';

export interface CheckResult {
  ok: boolean;
  /** One sentence for the person who looks. */
  detail?: string;
}

export type Check = () => CheckResult | Promise<CheckResult>;

export interface Readiness {
  ok: boolean;
  checks: Record<string, CheckResult>;
}

/** Named checks of one process: ready means that it can do its work now, so send it some. */
export interface Health {
  /** Adds a check; the returned function takes it away again. */
  register(name: string, check: Check): () => void;
  /** Runs all checks side by side, each within a bound; one that throws or is late is not ok. Never rejects. */
  readiness(): Promise<Readiness>;
}

const CHECK_TIMEOUT_MS = 1_000;

export function createHealth({ timeoutMs = CHECK_TIMEOUT_MS }: { timeoutMs?: number } = {}): Health {
  const checks = new Map<string, Check>();

  async function runCheck(name: string, check: Check): Promise<CheckResult> {
    try {
      return await within(timeoutMs, `the check ${name}`, async () => check());
    } catch (err) {
      return { ok: false, detail: err instanceof Error ? err.message : String(err) };
    }
  }

  return {
    register(name, check) {
      if (checks.has(name)) throw new Error(`the health check ${name} is registered twice`);
      checks.set(name, check);
      return () => void checks.delete(name);
    },
    async readiness() {
      const entries = [...checks];
      const results = await Promise.all(entries.map(([name, check]) => runCheck(name, check)));
      return {
        ok: results.every((result) => result.ok),
        checks: Object.fromEntries(entries.map(([name], i) => [name, results[i]])),
      };
    },
  };
}

/** Shows each check on the page of metrics: 1 while it is well. The checks run at each scrape. */
export function gaugeHealth(metrics: Metrics, health: Health): void {
  metrics.gauge({
    name: 'check_ok',
    help: '1 while what the process needs is there, 0 while it is not, by check of /health/ready.',
    labels: ['check'],
    async read() {
      const { checks } = await health.readiness();
      return Object.entries(checks).map(([check, { ok }]) => ({ labels: { check }, value: ok ? 1 : 0 }));
    },
  });
}
