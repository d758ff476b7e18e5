import type sharp from 'sharp';
import type { Sharp, SharpOptions } from 'sharp';
import type { FieldRule } from '../../schemas/field-rules.ts';
import { imageKind, isHeic } from '../../schemas/image-kind.ts';
import { PHOTO_LIMITS } from '../../schemas/photo-limits.ts';

/** What a photo is kept as, whatever it came as. */
export const KEPT_TYPE = 'image/jpeg';
const MAX_SIDE_PX = 2_048;
const THUMBNAIL_SIDE_PX = 320;
const QUALITY = 82;
const MAX_SECONDS = 20;
const HEIC =
  'is a HEIC, which is not decoded here: send it as a JPEG (phones write them when told to be most compatible)';

/** `unsupported`: none of the kinds that are taken. `too_large`: it unpacks to more. `damaged`: it cannot be read. */
export class UnusableImageError extends Error {
  override name = 'UnusableImageError';
  readonly reason: 'unsupported' | 'too_large' | 'damaged';
  /** By which pages find words of their own. */
  readonly rule: FieldRule | undefined;

  constructor(reason: UnusableImageError['reason'], message: string, more: ErrorOptions & { rule?: FieldRule } = {}) {
    super(message, more);
    this.reason = reason;
    this.rule = more.rule;
  }
}

export interface KeptPhoto {
  readonly bytes: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly thumbnail: Uint8Array;
}

export type Reencode = (bytes: Uint8Array) => Promise<KeptPhoto>;

/**
 * Makes of an image what is kept of it: upright pixels in sRGB, at most 2,048 a side, on white where it was
 * transparent, and nothing else: no EXIF, so no place where it was taken, no profile, no second frame. The decoder is
 * kept to three formats and one thread, remembers nothing between images, and reads no more pixels than the limits say.
 * Throws UnusableImageError.
 */
export function createReencode(): Reencode {
  let loading: Promise<typeof sharp> | null = null;
  const reading: SharpOptions = {
    autoOrient: true,
    // What is cut off is damaged; what decoders merely warn of, phones write.
    failOn: 'error',
    limitInputPixels: PHOTO_LIMITS.maxPixels,
  };

  async function within(bytes: Uint8Array, side: number): Promise<Sharp> {
    loading ??= load();
    return (await loading)(bytes, reading)
      .timeout({ seconds: MAX_SECONDS })
      .resize({ width: side, height: side, fit: 'inside', withoutEnlargement: true })
      .flatten({ background: '#fff' })
      .jpeg({ quality: QUALITY });
  }

  return async function reencode(bytes) {
    if (isHeic(bytes)) throw new UnusableImageError('unsupported', HEIC, { rule: 'no_heic' });
    if (imageKind(bytes) === null) throw new UnusableImageError('unsupported', 'is no JPEG, PNG or WebP');
    const photo = await within(bytes, MAX_SIDE_PX);
    try {
      const { data, info } = await photo.toBuffer({ resolveWithObject: true });
      const thumbnail = await (await within(data, THUMBNAIL_SIDE_PX)).toBuffer();
      return { bytes: data, width: info.width, height: info.height, thumbnail };
    } catch (cause) {
      throw unusable(cause as Error);
    }
  };
}

/** With the first image: it takes a tenth of a second and 26 MB, and most processes never see one. */
async function load(): Promise<typeof sharp> {
  const { default: sharp } = await import('sharp');
  sharp.concurrency(1);
  sharp.cache(false);
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({
    operation: ['VipsForeignLoadJpegBuffer', 'VipsForeignLoadPngBuffer', 'VipsForeignLoadWebpBuffer'],
  });
  return sharp;
}

function unusable(cause: Error): UnusableImageError {
  if (cause.message.includes('pixel limit')) {
    return new UnusableImageError('too_large', `unpacks to more than ${PHOTO_LIMITS.maxPixels} pixels`, { cause });
  }
  if (cause.message.includes('timeout'))
    return new UnusableImageError('too_large', 'takes too long to read', { cause });
  return new UnusableImageError('damaged', `cannot be read: ${cause.message.split('\n', 1)[0]}`, { cause });
}
