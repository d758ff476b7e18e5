import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import type { KeyPair } from './certificate.ts';

/**
 * A self-signed certificate for 127.0.0.1 (RFC 5280, in DER by hand), with any dates: programs that make certificates
 * refuse to make one that has expired.
 */
export function makeCertificate({ notAfterMs, name = 'slipstream' }: { notAfterMs: number; name?: string }): KeyPair {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const ecdsaWithSha256 = sequence(tag(0x06, bytes('2a8648ce3d040302')));
  const commonName = sequence(tag(0x31, sequence(tag(0x06, bytes('550403')), tag(0x0c, Buffer.from(name)))));
  const notBeforeMs = notAfterMs - 90 * 86_400_000;
  const extension = (oid: string, value: Buffer) => sequence(tag(0x06, bytes(oid)), tag(0x04, value));
  const body = sequence(
    tag(0xa0, tag(0x02, bytes('02'))),
    tag(0x02, Buffer.concat([bytes('01'), randomBytes(8)])),
    ecdsaWithSha256,
    commonName,
    sequence(time(notBeforeMs), time(notAfterMs)),
    commonName,
    publicKey.export({ type: 'spki', format: 'der' }),
    tag(
      0xa3,
      sequence(
        // An authority, so that clients can be told to trust it; and the address it speaks for.
        extension('551d13', sequence(tag(0x01, bytes('ff')))),
        extension('551d11', sequence(tag(0x87, bytes('7f000001')))),
      ),
    ),
  );
  const signature = tag(0x03, Buffer.concat([bytes('00'), sign('sha256', body, privateKey)]));
  const text = sequence(body, ecdsaWithSha256, signature).toString('base64');
  const lines = text.match(/.{1,64}/g) ?? [];
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

const bytes = (hex: string) => Buffer.from(hex, 'hex');

function tag(type: number, content: Buffer): Buffer {
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([type, ...size]), content]);
}

function sequence(...parts: Buffer[]): Buffer {
  return tag(0x30, Buffer.concat(parts));
}

/** GeneralizedTime, whole seconds. */
function time(ms: number): Buffer {
  const digits = new Date(ms)
    .toISOString()
    .replace(/\.\d+Z$/, '')
    .replace(/\D/g, '');
  return tag(0x18, Buffer.from(`${digits}Z`));
}
