import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

const ROOT = join(import.meta.dirname, '..', '..');
const PROGRAMS = join(ROOT, '.engines', 'prometheus');

export const RULES_FILE = join(ROOT, 'deploy', 'prometheus', 'alerts.yml');
export const CONFIG_FILE = join(ROOT, 'deploy', 'prometheus', 'prometheus.yml');
export const BOARD_FILE = join(ROOT, 'deploy', 'grafana', 'slipstream.json');
export const RUNBOOK_FILE = join(ROOT, 'docs', 'operations.md');
/** Of Debian's package, as `stack/setup.js --with-test-tools` unpacks it. */
export const PROMTOOL = join(PROGRAMS, 'promtool');
export const PROMETHEUS = join(PROGRAMS, 'prometheus');

export interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export function readRules(): Rule[] {
  const { groups } = parse(readFileSync(RULES_FILE, 'utf8')) as { groups: { rules: Rule[] }[] };
  return groups.flatMap(({ rules }) => rules);
}

interface Panel {
  readonly title: string;
  readonly type: string;
  readonly panels?: readonly Panel[];
  readonly targets?: readonly { readonly expr: string }[];
}

/** Every query of the board, with Grafana's own variables filled in. */
export function readBoardQueries(): { readonly panel: string; readonly expr: string }[] {
  const { panels } = JSON.parse(readFileSync(BOARD_FILE, 'utf8')) as { panels: Panel[] };
  return panels
    .flatMap((panel) => [panel, ...(panel.panels ?? [])])
    .flatMap(({ title, targets = [] }) =>
      targets.map(({ expr }) => ({ panel: title, expr: expr.replaceAll('$__rate_interval', '1m') })),
    );
}

/** The metrics that a query names, without what Prometheus makes of a histogram. */
export function metricsOf(expr: string): string[] {
  const names = expr.match(/\b(slipstream|process|nodejs)_\w+/g) ?? [];
  return names.map((name) => name.replace(/_bucket$/, ''));
}
