import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { StartError } from '../../runtime/service.ts';
import type { StackOptions } from '../options.ts';
import type { SimulatorSummary } from './table.ts';

const MAX_OUTPUT_CHARACTERS = 64 * 1024;
/** It drains first; past this it is cut. */
const STOP_TIMEOUT_MS = 15_000;

export interface Simulator {
  /** Rejects with StartError when it fails; its last lines on standard error say why. */
  readonly ended: Promise<SimulatorSummary>;
  /** Lets it finish what is in flight. Resolves when it is gone. */
  stop(): Promise<void>;
}

export interface SimulatorDeps {
  readonly options: StackOptions;
  readonly tokenKey: string;
  readonly command: 'run' | 'race';
  /** Of a run: the moment that its times follow from, and recordings in test/fixtures/. */
  readonly anchorMs?: number;
  readonly recordings?: readonly string[];
  /** Its other options. */
  readonly flags: readonly string[];
  /** Whether its progress bar may use our terminal. */
  readonly showsBar: boolean;
}

/** Runs the device simulator as anybody would; its summary comes as JSON. */
export function startSimulator(deps: SimulatorDeps): Simulator {
  const { options, tokenKey, command, anchorMs, recordings = [], flags, showsBar } = deps;
  const files = recordings.map((name) => fileURLToPath(new URL(`../../test/fixtures/${name}`, import.meta.url)));
  const args = [
    fileURLToPath(new URL('../../device-sim/main.ts', import.meta.url)),
    command,
    '--json',
    `--host=${options.host}`,
    `--mqtt-port=${options.mqttPort}`,
    `--websocket-port=${options.websocketPort}`,
    ...(files.length === 0 ? [] : [`--fit=${files.join(',')}`]),
    ...(options.open ? [] : [`--token-key=${tokenKey}`]),
    `--seed=${options.seed}`,
    ...(anchorMs === undefined ? [] : [`--anchor-ms=${anchorMs}`]),
    '--log-level=warn',
    // Its standard input stays open for as long as this process lives: that is how it knows.
    '--exit-with-parent',
    ...flags,
  ];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', showsBar ? 'inherit' : 'pipe'] });
  child.stderr?.pipe(process.stderr);
  let output = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    // The summary is the last line; the progress before it is not kept.
    output = (output + text).slice(-MAX_OUTPUT_CHARACTERS);
  });

  async function end(): Promise<SimulatorSummary> {
    const [code] = await once(child, 'close');
    if (code !== 0) throw new StartError(`the device simulator ended with code ${code}; its last lines say why`);
    return JSON.parse(output.trimEnd().split('\n').at(-1) ?? '') as SimulatorSummary;
  }

  const ended = end();
  const isOver = ended.then(
    () => undefined,
    () => undefined,
  );
  return {
    ended,
    async stop() {
      child.kill('SIGTERM');
      const cut = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
      await isOver;
      clearTimeout(cut);
    },
  };
}
