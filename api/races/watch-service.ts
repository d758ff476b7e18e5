import type { Clock } from '../../runtime/clock.ts';
import type { ListenAddress } from '../../runtime/listen-error.ts';
import type { Logger } from '../../runtime/log.ts';
import type { Races } from '../../runtime/races.ts';
import type { Service } from '../../runtime/service.ts';
import { createSocketServer } from '../../runtime/sockets/choose.ts';
import type { BoardSource } from './board-source.ts';
import { raceSocket } from './race-socket.ts';
import { createRaceWatching } from './race-watching.ts';

export interface WatchServiceDeps {
  readonly races: Pick<Races, 'get' | 'isReady'>;
  readonly boards: Pick<BoardSource, 'follow'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly maxWatchers: number;
  readonly address: ListenAddress;
}

/**
 * The boards of races on a port of their own, where the library of the socket server is free to choose: that of the
 * API has to be the one that shares its port with HTTP. `run` throws StartError when the address cannot be listened on.
 */
export async function createWatchService(deps: WatchServiceDeps): Promise<Service> {
  const { races, clock, log, maxWatchers, address } = deps;
  const watching = createRaceWatching(deps);
  const options = { ...raceSocket({ races, watching, clock, maxWatchers }), portOption: '--watch-port' };
  const server = await createSocketServer(options, log);
  const ended = Promise.withResolvers<void>();
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= server.close().then(ended.resolve);
    return closing;
  };
  return {
    name: 'watchers',
    async run() {
      log.info(await server.listen(address), 'races can be watched');
      await ended.promise;
    },
    drain: close,
    stop: close,
  };
}
