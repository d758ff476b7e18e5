import { once } from 'node:events';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { Aedes } from 'aedes';

/** The process of the peer aedes: its address comes as one JSON line on standard input, whose end is its own end. */
const lines = createInterface({ input: process.stdin });
lines.on('close', () => process.exit(0));
const [line] = (await once(lines, 'line')) as [string];
const { host, port } = JSON.parse(line) as { host: string; port: number };
const broker = await Aedes.createBroker();
createServer({ noDelay: true }, broker.handle).listen(port, host);
