import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Clock } from './clock.ts';
import type { Logger } from './log.ts';
import type { Metrics } from './metrics.ts';
import { defineOptions, type Options } from './options.ts';
import { StartError } from './service.ts';

/** The options of a process that can speak TLS. */
export const tlsOptions = defineOptions({
  tlsCert: {
    type: 'string',
    optional: true,
    description:
      'File with the certificate and its chain (PEM): the device ports then speak TLS and nothing else. A file that ' +
      'is replaced is taken over without a restart.',
  },
  tlsKey: { type: 'string', optional: true, description: "File with the certificate's private key (PEM)." },
});

/** A certificate with its key, as `node:tls` takes them. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

/** The certificate that a process serves, for as long as it runs. */
export interface Certificate {
  /** What is served now. */
  readonly pair: KeyPair;
  /** When it, or one of its chain if that is sooner, expires; ms since the epoch. */
  readonly notAfterMs: number;
  /** Why the files cannot be used now, null while they can; what was served before is still served. */
  readonly trouble: string | null;
  /** Tells of every pair that takes over. */
  onRenewed(take: (pair: KeyPair) => void): void;
  stop(): void;
}

/** Renewed certificates come weeks before the old ones end, so there is no hurry. */
const LOOK_EVERY_MS = 10_000;
const PEM_BLOCK = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * Opens the certificate that the options name, null when they name none, and looks again and again whether its files
 * have changed: by their text, because mounted secrets are replaced by links that no watch reports. Throws StartError
 * when the files cannot be used.
 */
export async function openCertificate(
  { tlsCert, tlsKey }: Options<typeof tlsOptions>,
  { clock, logger }: { clock: Clock; logger: Logger },
): Promise<Certificate | null> {
  if (tlsCert === undefined && tlsKey === undefined) return null;
  if (tlsCert === undefined || tlsKey === undefined) throw new StartError('--tls-cert and --tls-key go together');
  const read = async (): Promise<KeyPair> => ({
    cert: await readFile(tlsCert, 'utf8'),
    key: await readFile(tlsKey, 'utf8'),
  });
  const takers: ((pair: KeyPair) => void)[] = [];
  let pair: KeyPair;
  let notAfterMs: number;
  let trouble: string | null = null;
  let isLooking = false;
  try {
    pair = await read();
    notAfterMs = checkPair(pair);
  } catch (cause) {
    throw new StartError(`--tls-cert, --tls-key: ${wordsOf(cause)}`, { cause });
  }
  logger.info({ notAfter: new Date(notAfterMs).toISOString() }, 'the certificate is read');

  async function look(): Promise<void> {
    if (isLooking) return;
    isLooking = true;
    try {
      const next = await read();
      if (next.cert !== pair.cert || next.key !== pair.key) {
        notAfterMs = checkPair(next);
        pair = next;
        for (const take of takers) take(next);
        logger.info({ notAfter: new Date(notAfterMs).toISOString() }, 'a renewed certificate takes over');
      }
      trouble = null;
    } catch (err) {
      // A half-written pair, most likely: the next look finds it whole.
      const words = wordsOf(err);
      if (words !== trouble) logger.error({ err }, 'the renewed certificate cannot be used; the old one is served on');
      trouble = words;
    } finally {
      isLooking = false;
    }
  }

  const timer = clock.setRepeating(() => void look(), LOOK_EVERY_MS);
  return {
    get pair() {
      return pair;
    },
    get notAfterMs() {
      return notAfterMs;
    },
    get trouble() {
      return trouble;
    },
    onRenewed: (take) => void takers.push(take),
    stop: () => timer.cancel(),
  };
}

/** When the pair expires, ms since the epoch. Throws when certificate and key cannot be read or do not fit. */
function checkPair({ cert, key }: KeyPair): number {
  const [own, ...chain] = (cert.match(PEM_BLOCK) ?? []).map((block) => new X509Certificate(block));
  if (own === undefined) throw new Error('the file of the certificate holds none in PEM');
  if (!own.checkPrivateKey(createPrivateKey(key))) throw new Error('the private key is not that of the certificate');
  return Math.min(...[own, ...chain].map(({ validToDate }) => validToDate.getTime()));
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Shows the certificate on the page of metrics; without one there is nothing to see. */
export function gaugeCertificate(metrics: Metrics, certificate: Certificate | null): void {
  metrics.gauge({
    name: 'tls_not_after_seconds',
    help: 'When the certificate that is served expires, seconds since the epoch.',
    labels: [],
    read: () => (certificate === null ? [] : [{ labels: {}, value: certificate.notAfterMs / 1_000 }]),
  });
  metrics.gauge({
    name: 'tls_renewal_failing',
    help: '1 while the files of the certificate cannot be used and an older one is served.',
    labels: [],
    read: () => (certificate === null ? [] : [{ labels: {}, value: certificate.trouble === null ? 0 : 1 }]),
  });
}
