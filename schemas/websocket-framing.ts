/** A command to a device: on the bus, and inside a WebSocket message. */
export interface Command {
  /** Topic levels below `commands/`, `[A-Za-z0-9_/-]{1,64}`. */
  readonly name: string;
  readonly payload: Uint8Array;
}

const COMMAND_NAME = /^[A-Za-z0-9_-]+(\/[A-Za-z0-9_-]+)*$/;
const MAX_COMMAND_NAME_LENGTH = 64;

/** One byte with the name's length, the name, the payload. Throws RangeError when the name is not one. */
export function encodeCommand({ name, payload }: Command): Buffer {
  if (!isCommandName(name)) throw new RangeError(`a command's name is up to 64 letters, digits, _, - and /: ${name}`);
  return Buffer.concat([Buffer.from([name.length]), Buffer.from(name, 'latin1'), payload]);
}

/** Null when the bytes are no command. */
export function decodeCommand(bytes: Uint8Array): Command | null {
  const length = bytes[0];
  if (length === undefined || bytes.length < 1 + length) return null;
  const name = Buffer.from(bytes.subarray(1, 1 + length)).toString('latin1');
  return isCommandName(name) ? { name, payload: bytes.subarray(1 + length) } : null;
}

function isCommandName(name: string): boolean {
  return name.length <= MAX_COMMAND_NAME_LENGTH && COMMAND_NAME.test(name);
}
