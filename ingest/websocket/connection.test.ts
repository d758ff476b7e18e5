import { createWsServer } from '../../runtime/sockets/ws-server.ts';
import { connectionConformance, refusesInstead, type Start, silenceConformance } from './connection.conformance.ts';
import { startWebsocket } from './websocket-for-tests.ts';

const overWs: Start = (t, options) => startWebsocket(t, { sockets: createWsServer, ...options });

connectionConformance('memory', { start: startWebsocket, canPause: true });
connectionConformance('ws', { start: overWs, canPause: true });
silenceConformance(overWs, 1_000);
refusesInstead((t, options) => startWebsocket(t, { cannotPause: true, ...options }));
