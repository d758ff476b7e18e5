import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import sharp from 'sharp';
import { bomb, colourAt, GIF, heicOf, imageOf } from './images-for-tests.ts';
import { createReencode, UnusableImageError } from './reencode.ts';

// Made before the decoder is kept to its three formats.
const tiff = await sharp({ create: { width: 5, height: 5, channels: 3, background: '#f80' } })
  .tiff()
  .toBuffer();
const avif = await sharp({ create: { width: 4, height: 4, channels: 3, background: '#fff' } })
  .avif()
  .toBuffer();
const reencode = createReencode();
const metadataOf = async (bytes: Uint8Array) => sharp(bytes).metadata();

for (const kind of ['jpeg', 'png', 'webp'] as const) {
  test(`a ${kind} is kept as a JPEG without a word of where and with what it was taken`, async () => {
    const image = await imageOf({ kind });
    assert.ok((await metadataOf(image)).exif?.includes('Camera of Ben'), 'there is something to lose');
    const kept = await reencode(image);
    assert.deepEqual([kept.width, kept.height], [400, 200]);
    for (const bytes of [kept.bytes, kept.thumbnail]) {
      const { format, exif, icc, iptc, xmp, orientation } = await metadataOf(bytes);
      assert.deepEqual([format, exif, icc, iptc, xmp, orientation], ['jpeg', ...Array(5).fill(undefined)]);
      assert.equal(Buffer.from(bytes).includes('Camera of Ben'), false);
    }
    assert.deepEqual([await colourAt(kept.bytes, 0.1, 0.5), await colourAt(kept.bytes, 0.9, 0.5)], ['red', 'blue']);
  });
}

test('one that only just fits is taken, whatever its pixels are packed in', async () => {
  const { width, height } = await reencode(bomb(8_000, 6_500));
  assert.deepEqual([width, height], [2_048, 1_664]);
});

test('it is turned upright', async () => {
  const kept = await reencode(await imageOf({ orientation: 6 }));
  assert.deepEqual([kept.width, kept.height], [200, 400]);
  assert.deepEqual([await colourAt(kept.bytes, 0.5, 0.1), await colourAt(kept.bytes, 0.5, 0.9)], ['red', 'blue']);
});

test('a side is at most 2,048 pixels, of the thumbnail 320, and what is small stays so', async () => {
  const large = await reencode(await imageOf({ width: 4_096, height: 1_024 }));
  const sizeOf = async (bytes: Uint8Array) => {
    const { width, height } = await metadataOf(bytes);
    return [width, height];
  };
  assert.deepEqual(
    [await sizeOf(large.bytes), await sizeOf(large.thumbnail)],
    [
      [2_048, 512],
      [320, 80],
    ],
  );
  const small = await reencode(await imageOf({ width: 4, height: 2 }));
  assert.deepEqual(
    [await sizeOf(small.bytes), await sizeOf(small.thumbnail)],
    [
      [4, 2],
      [4, 2],
    ],
  );
});

test('what is transparent stands on white', async () => {
  const clear = { r: 0, g: 0, b: 0, alpha: 0 };
  const png = await sharp({ create: { width: 20, height: 20, channels: 4, background: clear } })
    .png()
    .toBuffer();
  assert.equal(await colourAt((await reencode(png)).bytes, 0.5, 0.5), 'white');
});

const jpeg = await imageOf();
const png = await imageOf({ kind: 'png' });
const webp = await imageOf({ kind: 'webp' });
const cut = (bytes: Buffer, share: number) => bytes.subarray(0, Math.floor(bytes.length * share));
const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>alert(1)</script></svg>';
const UNUSABLE: readonly (readonly [what: string, bytes: () => Buffer | Promise<Buffer>, reason: string])[] = [
  ['nothing', () => Buffer.alloc(0), 'unsupported'],
  ['a text', () => Buffer.from('not an image at all'), 'unsupported'],
  ['an SVG with a script', () => Buffer.from(svg), 'unsupported'],
  ['a page', () => Buffer.from('<!doctype html><script>alert(1)</script>'), 'unsupported'],
  ['a GIF', () => GIF, 'unsupported'],
  ['a TIFF', () => tiff, 'unsupported'],
  ['a HEIC', heicOf, 'unsupported'],
  ['a JPEG without its first byte', () => jpeg.subarray(1), 'unsupported'],
  ['the beginning of a JPEG and then an SVG', () => Buffer.concat([jpeg.subarray(0, 3), Buffer.from(svg)]), 'damaged'],
  ['the beginning of a PNG and then a JPEG', () => Buffer.concat([png.subarray(0, 8), jpeg]), 'damaged'],
  ['half a JPEG', () => cut(jpeg, 0.5), 'damaged'],
  ['half a PNG', () => cut(png, 0.5), 'damaged'],
  ['half a WebP', () => cut(webp, 0.5), 'damaged'],
  ['a bomb', bomb, 'too_large'],
];
for (const [what, bytes, reason] of UNUSABLE) {
  test(`${what} is ${reason}`, async () => {
    await assert.rejects(
      async () => reencode(await bytes()),
      (error: unknown) => error instanceof UnusableImageError && error.reason === reason,
    );
  });
}

test('who sends a HEIC is told by a rule, and what to do; an AVIF is none', async () => {
  for (const brand of ['heic', 'mif1'] as const) {
    await assert.rejects(reencode(heicOf(brand)), {
      reason: 'unsupported',
      rule: 'no_heic',
      message: /send it as a JPEG/,
    });
  }
  await assert.rejects(reencode(avif), { reason: 'unsupported', rule: undefined, message: 'is no JPEG, PNG or WebP' });
});

test('whatever bytes of an image are changed, it is kept without its EXIF or refused with a reason', async () => {
  const changes = fc.array(fc.tuple(fc.double({ min: 0, max: 0.999, noNaN: true }), fc.integer({ min: 0, max: 255 })), {
    ...{ minLength: 1, maxLength: 20 },
  });
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(jpeg, png, webp), changes, async (image, at) => {
      const changed = Buffer.from(image);
      for (const [share, byte] of at) changed[Math.floor(share * changed.length)] = byte;
      try {
        const { bytes, width, height } = await reencode(changed);
        assert.ok(width >= 1 && width <= 2_048 && height >= 1 && height <= 2_048);
        assert.equal((await metadataOf(bytes)).exif, undefined);
      } catch (error) {
        assert.ok(error instanceof UnusableImageError, String(error));
      }
    }),
    { numRuns: 150 },
  );
});
