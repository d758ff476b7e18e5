import { StartError } from './service.ts';

export interface ListenAddress {
  host: string;
  port: number;
}

/** What to tell a person when listening failed: which address, why, and the option that gives another one. */
export function listenError(err: unknown, { host, port }: ListenAddress, optionName: string): StartError {
  const code = (err as NodeJS.ErrnoException).code;
  const address = `${host}:${port}`;
  switch (code) {
    case 'EADDRINUSE':
      return new StartError(
        `${address} is taken by another process: end that one, or give another port with ${optionName}`,
      );
    case 'EACCES':
      return new StartError(`not allowed to listen on ${address}: give a port above 1023 with ${optionName}`);
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new StartError(`this machine has no address ${host}: give one that it has`);
    default:
      return new StartError(`cannot listen on ${address}: ${err instanceof Error ? err.message : err}`, { cause: err });
  }
}
