import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';

const RED = { r: 220, g: 30, b: 30 };
const BLUE = { r: 30, g: 30, b: 220 };
/** GPS and the camera's serial number, as a phone writes them. */
export const HOME_EXIF = {
  IFD0: { Make: 'Camera of Ben', Model: 'A phone' },
  IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '48/1 12/1 30/1', GPSLongitudeRef: 'E', GPSLongitude: '16/1 22/1 25/1' },
};

interface Wanted {
  readonly width?: number;
  readonly height?: number;
  readonly kind?: 'jpeg' | 'png' | 'webp';
  /** Of EXIF: 6 is a phone held upright. */
  readonly orientation?: number;
}

/** A picture that is red on its left and blue on its right, with all that a phone says beside it. */
export async function imageOf({ width = 400, height = 200, kind = 'jpeg', orientation = 1 }: Wanted = {}) {
  const right = { width: Math.ceil(width / 2), height, channels: 3 as const, background: BLUE };
  const blue = await sharp({ create: right }).raw().toBuffer();
  const raw = { width: right.width, height, channels: 3 as const };
  return sharp({ create: { width, height, channels: 3, background: RED } })
    .composite([{ input: blue, raw, left: Math.floor(width / 2), top: 0 }])
    .withExif(HOME_EXIF)
    .withMetadata({ orientation })
    .toFormat(kind)
    .toBuffer();
}

/** An orange square that browsers read, and the API does not. */
export const GIF = await sharp({ create: { width: 5, height: 5, channels: 3, background: '#f80' } })
  .gif()
  .toBuffer();

/** The beginning of what a phone writes as HEIC; `mif1` is what some call theirs first. */
export function heicOf(brand: 'heic' | 'mif1' = 'heic'): Buffer {
  const box = Buffer.from(`\0\0\0\x18ftyp${brand}\0\0\0\0mif1heic`, 'latin1');
  return Buffer.concat([box, Buffer.alloc(200)]);
}

/** The colour of a kept photo somewhere, as shares of its sides: the greatest of red, green and blue. */
export async function colourAt(jpeg: Uint8Array, x: number, y: number): Promise<'red' | 'green' | 'blue' | 'white'> {
  const { data, info } = await sharp(jpeg).raw().toBuffer({ resolveWithObject: true });
  const at = (Math.floor(y * (info.height - 1)) * info.width + Math.floor(x * (info.width - 1))) * info.channels;
  const [r, g, b] = data.subarray(at, at + 3);
  if (Math.min(r, g, b) > 200) return 'white';
  return r > g && r > b ? 'red' : b > g ? 'blue' : 'green';
}

/** A PNG of a few kilobytes that unpacks to 100 million pixels, black and white (ISO 15948, 5 and 11). */
export function bomb(width = 20_000, height = 5_000): Buffer {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head[8] = 1;
  const rows = Buffer.alloc(height * (1 + width / 8));
  const chunk = (type: string, data: Uint8Array) => {
    const named = Buffer.concat([Buffer.from(type), data]);
    const [bytes, crc] = [Buffer.alloc(4), Buffer.alloc(4)];
    bytes.writeUInt32BE(data.length);
    crc.writeUInt32BE(crc32(named));
    return Buffer.concat([bytes, named, crc]);
  };
  const signature = Buffer.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
  return Buffer.concat([signature, chunk('IHDR', head), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.of())]);
}
