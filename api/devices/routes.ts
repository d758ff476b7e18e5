import { Type } from 'typebox';
import type { Clock } from '../../runtime/clock.ts';
import { type Access, TOKEN_PROBLEMS } from '../access.ts';
import {
  ANYBODY,
  changes,
  guesses,
  instead,
  json,
  NOTHING,
  OWN_PROBLEMS,
  reads,
  SOMEBODY,
  takes,
  whence,
} from '../accounts/route-parts.ts';
import { ChangeHeaders } from '../requests/etag.ts';
import { type ApiServer, whenGone } from '../server.ts';
import { type Devices, deviceTag, type PairedDevice } from './devices.ts';
import { readFirmwares } from './firmware-history.ts';
import { describeDevices, type OwnDevicesDeps } from './own-devices.ts';
import {
  DeviceCredential,
  DeviceList,
  DeviceNaming,
  FirmwareHistory,
  NamedDevice,
  Pairing,
  PairingCode,
} from './statements.ts';

export interface DeviceRoutesDeps extends OwnDevicesDeps {
  readonly access: Access;
  readonly devices: Devices;
  readonly clock: Clock;
}

const DeviceParams = Type.Object({
  device: Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$', description: 'The id that its frames carry.' }),
});
const tags = ['devices'];

/** Devices of one's account: pairing by code, their credentials, and how they are. */
export function addDeviceRoutes(server: ApiServer, { access, devices, clock, ...reading }: DeviceRoutesDeps): void {
  const answer = ({ device, credential: { token, expiresMs } }: PairedDevice) => {
    return { device, credential: token, expiresMs };
  };

  server.post(
    '/v1/devices/pairings',
    {
      ...changes,
      schema: {
        ...{ ...SOMEBODY, tags },
        operationId: 'askPairingCode',
        summary: 'A code to pair a device with',
        description:
          'The one that was asked for before counts no longer. A repeat gives another code, so it takes no ' +
          'idempotency key: its answer holds a secret, which is not kept.',
        response: { 201: json('The code', PairingCode), ...instead(...OWN_PROBLEMS, 'consent_needed', 'pairing_off') },
      },
    },
    async (request, reply) => {
      const code = await devices.askCode(await access.requireAccount(request));
      reply.code(201);
      return code;
    },
  );

  server.post(
    '/v1/devices/credentials',
    {
      ...guesses,
      schema: {
        ...{ ...ANYBODY, tags },
        operationId: 'pairDevice',
        summary: 'A credential for a device, for the code that was typed into it',
        description:
          'What the device had before counts no longer. After some wrong codes its network waits for a while.',
        body: Pairing,
        response: {
          201: json('The device is paired', DeviceCredential),
          ...instead('bad_request', 'bad_pairing_code', 'too_many_attempts', 'too_many_devices', 'pairing_off'),
        },
      },
    },
    async (request, reply) => {
      const { code, device: name } = request.body;
      const paired = await devices.pair({ code, name }, whence(request));
      reply.code(201);
      return answer(paired);
    },
  );

  server.post(
    '/v1/devices/:device/credentials',
    {
      ...changes,
      schema: {
        ...{ ...SOMEBODY, tags },
        operationId: 'rotateCredential',
        summary: "A device's next credential, for the one that it has",
        description: 'Those before it are good for five minutes more, in case this answer never arrives.',
        params: DeviceParams,
        response: {
          201: json('The next credential', DeviceCredential),
          ...instead(...TOKEN_PROBLEMS, 'wrong_device', 'cross_site', 'unknown_own_device', 'pairing_off'),
        },
      },
    },
    async (request, reply) => {
      const { device } = request.params;
      const caller = await access.require(request, { device });
      const actor = caller.kind === 'operator' ? `operator:${caller.name}` : `device:${device}`;
      const next = await devices.rotate(device, actor, whence(request));
      reply.code(201);
      return answer(next);
    },
  );

  server.get(
    '/v1/devices',
    {
      ...reads,
      schema: {
        ...{ ...SOMEBODY, tags },
        operationId: 'listDevices',
        summary: "One's own devices, and how they are",
        description: 'While a store is away, what it knows is null and the rest is told.',
        response: { 200: json('The one that was paired last first', DeviceList), ...instead(...OWN_PROBLEMS) },
      },
    },
    async (request, reply) => {
      const paired = await devices.list(await access.requireAccount(request));
      return { devices: await describeDevices(reading, paired, clock.nowMs(), whenGone(reply)) };
    },
  );

  server.get(
    '/v1/devices/:device/firmwares',
    {
      ...reads,
      schema: {
        ...{ ...SOMEBODY, tags },
        operationId: 'readFirmwares',
        summary: "Which firmwares one's own device has run within a year, and since when",
        description: 'The newest first. Where the device names none with what it sends, there is none.',
        params: DeviceParams,
        response: { 200: json('The firmwares', FirmwareHistory), ...instead(...OWN_PROBLEMS, 'unknown_own_device') },
      },
    },
    async (request, reply) => {
      const caller = await access.requireAccount(request);
      const when = { nowMs: clock.nowMs(), signal: whenGone(reply) };
      return readFirmwares({ seen: reading.seen, devices }, caller, request.params.device, when);
    },
  );

  server.patch(
    '/v1/devices/:device',
    {
      ...{ ...takes, ...changes },
      schema: {
        ...{ ...SOMEBODY, tags },
        operationId: 'renameDevice',
        summary: "Call one's own device otherwise",
        description: 'For people alone: its id, and what it sends, stay as they are.',
        params: DeviceParams,
        headers: ChangeHeaders,
        body: DeviceNaming,
        response: {
          200: json('As it is called now', NamedDevice),
          ...instead(...OWN_PROBLEMS, 'bad_request', 'unknown_own_device', 'changed_meanwhile', 'if_match_needed'),
        },
      },
    },
    async (request, reply) => {
      const caller = await access.requireAccount(request);
      const { params, body, headers } = request;
      const named = await devices.rename(caller, params.device, body.name, headers['if-match']);
      reply.header('etag', deviceTag(named));
      return named;
    },
  );

  server.delete(
    '/v1/devices/:device',
    {
      ...changes,
      schema: {
        ...{ ...SOMEBODY, tags },
        operationId: 'endDevice',
        summary: 'Let a device go: its credentials count no longer, within two seconds',
        description: 'What it has sent stays.',
        params: DeviceParams,
        response: { ...NOTHING, ...instead(...OWN_PROBLEMS, 'unknown_own_device') },
      },
    },
    async (request, reply) => {
      await devices.end(await access.requireAccount(request), request.params.device, whence(request));
      reply.code(204);
    },
  );
}
