import type { Metrics, Reading } from '../../runtime/metrics.ts';
import { REASON_NAMES } from '../../schemas/reasons.ts';
import type { FrontEndCounts } from './counts.ts';

export type Protocol = 'mqtt' | 'websocket';

const TOTALS = {
  accepted: ['connections_accepted_total', 'Connections that came.'],
  authenticated: ['connections_authenticated_total', 'Connections whose token was good.'],
  receivedBytes: ['received_bytes_total', 'Bytes received, of strangers too.'],
  frames: ['received_frames_total', 'Frames handed over to be decoded.'],
  acknowledged: ['acknowledged_frames_total', 'Acknowledgements sent, good or with a reason.'],
  commands: ['commands_total', 'Commands delivered.'],
  boards: ['boards_total', 'Boards of races sent to those who listen.'],
  slowDowns: ['slow_downs_total', 'Times that a device was made to rest because the stream fills up.'],
} as const satisfies Record<string, readonly [name: string, help: string]>;

/** Shows what each front end counts, on the page of metrics, whenever somebody looks. */
export function createFrontEndMetrics(metrics: Metrics, counts: Readonly<Record<Protocol, FrontEndCounts>>): void {
  const protocols = Object.entries(counts) as [Protocol, FrontEndCounts][];
  const readOf = (key: keyof typeof TOTALS | 'open') => () =>
    protocols.map(([protocol, one]) => ({ value: one[key], labels: { protocol } }));
  for (const key of Object.keys(TOTALS) as (keyof typeof TOTALS)[]) {
    const [name, help] = TOTALS[key];
    metrics.totals({ name: `ingest_${name}`, help, labels: ['protocol'], read: readOf(key) });
  }
  metrics.gauge({
    name: 'ingest_connections',
    help: 'Connections that are open.',
    labels: ['protocol'],
    read: readOf('open'),
  });
  metrics.totals({
    name: 'ingest_front_end_reasons_total',
    help: 'Connections and frames that a front end ended or refused, by reason.',
    labels: ['protocol', 'reason'],
    read: () => protocols.flatMap(([protocol, one]) => reasonsOf(protocol, one)),
  });
}

/** Reasons that never came are left out: most never do. */
function reasonsOf(protocol: Protocol, { reasons }: FrontEndCounts): Reading<'protocol' | 'reason'>[] {
  const counted = REASON_NAMES.filter((reason) => reasons[reason] > 0);
  return counted.map((reason) => ({ value: reasons[reason], labels: { protocol, reason } }));
}
