import { readFileSync, writeFileSync } from 'node:fs';
import {
  bytesPerSampleOf,
  costsOf,
  costTable,
  layoutTable,
  millionTable,
  processesLine,
} from '../benchmarks/capacity.ts';
import { readKept } from '../benchmarks/kept-results.ts';
import { MEASURED } from '../benchmarks/options.ts';
import { scenarioSections, targetTable } from '../benchmarks/report.ts';
import { DEFAULT_LIMITS } from '../ingest/connections/limits.ts';
import { connackCode, disconnectCode, pubackCode } from '../ingest/mqtt/reason-codes.ts';
import { closeCode } from '../ingest/websocket/close-codes.ts';
import { MAX_TOKEN_BYTES, MAX_TOKEN_LIFETIME_MS } from '../runtime/token.ts';
import { CHANNELS, type Channel, EVENT_CHANNELS, RR_CHANNEL } from '../schemas/channels.ts';
import { CLOCK_TOLERANCE_MS } from '../schemas/clock-offset.ts';
import { EVENT_TYPES, SPORTS } from '../schemas/events.ts';
import { MAX_SAMPLES_PER_FRAME } from '../schemas/frame/columns.ts';
import { isSigned } from '../schemas/frame/decode.ts';
import { MAX_SOURCES_PER_DEVICE } from '../schemas/identity.ts';
import { REASON_NAMES, REASONS, type Reason, type RefusedReason } from '../schemas/reasons.ts';
import { durabilityCosts } from './durability-costs.ts';
import { annotatedHex, EXAMPLE_FRAME, exampleJson } from './example-frame.ts';
import { exampleConversation } from './example-websocket.ts';
import { faultsRun, faultTable, memoryTable, soakRun } from './fault-tables.ts';
import { healthConnectTable, healthConnectTablesTable, healthKitTable } from './health-types-tables.ts';
import { ADVICE } from './reason-advice.ts';
import { settingsTable } from './settings-table.ts';

/** The pages that have generated parts. `node docs/generate.ts` writes them; a test keeps them fresh. */
export const GENERATED_PAGES = [
  'frames.md',
  'athlete-settings.md',
  'health-stores.md',
  'RESULTS.md',
  'capacity.md',
  'reliability.md',
  'durability.md',
].map((page) => new URL(page, import.meta.url));

const stageCosts = () => costsOf(readKept('sink-shares'));

const BLOCKS: Readonly<Record<string, () => string>> = {
  channels: () => channelTable(CHANNELS),
  'rr channel': () => channelTable([RR_CHANNEL]),
  'event channels': () => channelTable(EVENT_CHANNELS),
  events: () => codeTable('event', EVENT_TYPES),
  sports: () => codeTable('sport', SPORTS),
  limits: limitTable,
  'athlete settings': () => settingsTable(table),
  'healthkit types': () => healthKitTable(table),
  'health connect types': () => healthConnectTable(table),
  'health connect tables': () => healthConnectTablesTable(table),
  'dead reasons': () => reasonTable('dead'),
  'refused reasons': () => reasonTable('refused'),
  'shed reasons': () => reasonTable('shed'),
  'example bytes': () => fenced('text', annotatedHex(EXAMPLE_FRAME)),
  'example json': () => fenced('json', exampleJson()),
  targets: () => targetTable(readKept, table),
  scenarios: () => scenarioSections(MEASURED, readKept, table),
  'stage costs': () => costTable(stageCosts(), table),
  'ingest processes': () => processesLine(readKept('processes')),
  layouts: () => layoutTable(stageCosts(), table),
  'a million devices': () => millionTable(stageCosts(), bytesPerSampleOf(readKept('ingest')), table),
  'faults run': faultsRun,
  'soak run': soakRun,
  faults: () => faultTable(table),
  'memory bounds': () => memoryTable(table),
  'example conversation': () => fenced('text', exampleConversation()),
  'durability costs': () => durabilityCosts(readKept('durability'), table),
};

const BLOCK = /<!-- generated: (.+?) -->\n[\s\S]*?<!-- end -->/g;

/** The page with every generated part written anew. Throws on a part that nothing generates. */
export function renderPage(page: string): string {
  return page.replace(BLOCK, (_, name: string) => {
    const block = BLOCKS[name];
    if (block === undefined) throw new RangeError(`nothing generates the part "${name}"`);
    return `<!-- generated: ${name} -->\n${block()}\n<!-- end -->`;
  });
}

function channelTable(channels: readonly Channel[]): string {
  const rows = channels.map((channel) => {
    const { name, field, unit, scale, min, max, delta, outOfRange, description } = channel;
    const type = `${isSigned(channel) ? 'sint32' : 'uint32'}${delta ? ', differences' : ''}`;
    const bad = outOfRange === 'dead' ? 'the frame is dead' : 'NULL';
    const limits = `${min / scale} … ${max / scale}`;
    return [`\`${name}\``, field, field + 1, type, `${unit} × ${scale}`, limits, bad, description];
  });
  return table(['channel', 'field', 'validity', 'type', 'stored as', 'limits', 'outside them', 'what'], rows);
}

function codeTable(what: string, names: readonly string[]): string {
  return table(
    ['code', what],
    names.map((name, index) => [index + 1, `\`${name}\``]),
  );
}

function limitTable(): string {
  return table(
    ['limit', 'value'],
    [
      ['samples in a frame', MAX_SAMPLES_PER_FRAME],
      ['sources of a device', MAX_SOURCES_PER_DEVICE],
      ['bytes of a packet or message', DEFAULT_LIMITS.maxPacketBytes],
      ['bytes of a token', MAX_TOKEN_BYTES],
      ['days from the issue of a token to its end', MAX_TOKEN_LIFETIME_MS / 86_400_000],
      ['bytes of the first packet or message', DEFAULT_LIMITS.maxConnectBytes],
      ['ms until the first packet or message', DEFAULT_LIMITS.connectTimeoutMs],
      ['frames in flight on a connection', DEFAULT_LIMITS.maxInFlightFrames],
      ['ms without a word or a pong on a WebSocket', DEFAULT_LIMITS.websocketIdleMs],
      ['connections of an address', DEFAULT_LIMITS.maxConnectionsPerAddress],
      ['of them without a token yet', DEFAULT_LIMITS.maxUnauthenticatedPerAddress],
      ['connects of an address in a minute', DEFAULT_LIMITS.maxConnectsPerAddressMinute],
      ['of them without a good token', DEFAULT_LIMITS.maxFailedConnectsPerAddressMinute],
      ['bytes of an address in a minute without one', DEFAULT_LIMITS.maxUnauthenticatedBytesPerAddressMinute],
      ['connections of a device', DEFAULT_LIMITS.maxConnectionsPerDevice],
      ['ms of MQTT keep-alive', DEFAULT_LIMITS.maxKeepAliveMs],
      ['MQTT filters of a connection', DEFAULT_LIMITS.maxSubscriptions],
      ['ms of clock error that are not corrected', CLOCK_TOLERANCE_MS],
    ],
  );
}

function reasonTable(outcome: 'dead' | 'refused' | 'shed'): string {
  const reasons = REASON_NAMES.filter((reason) => REASONS[reason].outcome === outcome);
  if (outcome === 'refused') {
    return table(
      ['reason', 'what it means', 'PUBACK', 'CONNACK', 'DISCONNECT', 'WebSocket close', 'what to do'],
      reasons.map((reason) => [
        `\`${reason}\``,
        REASONS[reason].text,
        ...[pubackCode, connackCode, disconnectCode].map((codeOf) => hex(codeOf(reason))),
        closeCode(reason as RefusedReason),
        ADVICE[reason],
      ]),
    );
  }
  const row = (reason: Reason) => [`\`${reason}\``, REASONS[reason].text, hex(pubackCode(reason)), ADVICE[reason]];
  return table(['reason', 'what it means', 'PUBACK', 'what to do'], reasons.map(row));
}

/** Cells are padded as the formatter would pad them, so that a fresh page is a formatted one. */
function table(header: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const widths = header.map((name, c) => Math.max(name.length, ...rows.map((row) => String(row[c]).length)));
  const line = (cells: readonly (string | number)[]) =>
    `| ${cells.map((cell, c) => String(cell).padEnd(widths[c])).join(' | ')} |`;
  return [line(header), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

function fenced(language: string, text: string): string {
  return `\`\`\`${language}\n${text}\n\`\`\``;
}

function hex(code: number): string {
  return `0x${code.toString(16).padStart(2, '0')}`;
}

if (import.meta.main) {
  for (const page of GENERATED_PAGES) writeFileSync(page, renderPage(readFileSync(page, 'utf8')));
}
