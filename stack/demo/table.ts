/** What the simulator says at its end, as far as the table shows it. */
export interface SimulatorSummary {
  readonly framesSent: number;
  readonly framesAcknowledged: number;
  readonly samplesAcknowledged: number;
  readonly elapsedMs: number;
  readonly ackP50Ms: number;
  readonly ackP99Ms: number;
  readonly longestActivityMs: number;
}

/** What a reader of one store finds, and how long a frame took to get there. */
export interface StoreArrival {
  readonly store: string;
  readonly rows: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** The API's answer about the ledger. */
export interface LedgerAnswer {
  readonly balanced: boolean;
  readonly deadLetters: number;
  readonly stores: readonly { readonly accepted: number; readonly inFlight: number }[];
}

export interface Arrived {
  readonly stores: readonly StoreArrival[];
  readonly ledger: LedgerAnswer;
}

/** The end of the demonstration: sent against found, with the time that each step took. */
export function demoTable(sent: SimulatorSummary, { stores, ledger }: Arrived): string {
  const lines: [what: string, count: string, p50: string, p99: string][] = [
    ['', '', 'p50, ms', 'p99, ms'],
    ['frames sent', count(sent.framesSent), '', ''],
    ['frames acknowledged', count(sent.framesAcknowledged), ms(sent.ackP50Ms), ms(sent.ackP99Ms)],
    ['samples acknowledged', count(sent.samplesAcknowledged), '', ''],
    ...stores.map(({ store, rows, p50Ms, p99Ms }): [string, string, string, string] => {
      return [`rows found in ${store}`, count(rows), ms(p50Ms), ms(p99Ms)];
    }),
    ['dead letters', count(ledger.deadLetters), '', ''],
  ];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...lines.map((line) => line[column].length)));
  const rows = lines.map(([what, ...numbers]) => {
    const cells = [what.padEnd(widths[0]), ...numbers.map((number, i) => number.padStart(widths[i + 1]))];
    return `  ${cells.join('   ')}`.trimEnd();
  });
  return `${[...rows, '', `  ${verdictOn(ledger)}`, `  ${sameRows(stores)}`].join('\n')}\n`;
}

function verdictOn({ balanced, stores }: LedgerAnswer): string {
  const accepted = Math.max(...stores.map((store) => store.accepted));
  const inFlight = Math.max(...stores.map((store) => store.inFlight));
  if (!balanced) return 'THE LEDGER DOES NOT BALANCE: GET /v1/ledger of the API shows the account of each store.';
  if (inFlight > 0) return `The ledger balances, with ${count(inFlight)} samples still on their way.`;
  return `The ledger balances: ${count(accepted)} samples were accepted, repeats included, and none is missing.`;
}

function sameRows(stores: readonly StoreArrival[]): string {
  return new Set(stores.map(({ rows }) => rows)).size === 1 ? 'Both stores hold the same rows.' : 'THE STORES DIFFER.';
}

const count = (value: number) => value.toLocaleString('en-US');

function ms(value: number): string {
  if (Number.isNaN(value)) return '–';
  return value < 10 ? value.toFixed(1) : count(Math.round(value));
}
