import type { Platform } from '../nats/platform.ts';
import { defineOptions, type Options } from '../options.ts';
import { StartError } from '../service.ts';
import type { ObjectStore } from './objects.ts';
import { createS3Objects } from './s3-objects.ts';

/** Where photos and uploads lie, of every process that reads them. */
export const objectOptions = defineOptions({
  s3Url: {
    type: 'string',
    default: '',
    description: "Bucket of an S3 (https://host/bucket) for what people upload; NATS's object store without it.",
  },
  s3Region: { type: 'string', default: 'us-east-1', description: 'Region that requests to the S3 are signed for.' },
  s3AccessKeyId: { type: 'string', default: '', description: 'Whose the bucket is.' },
  s3SecretAccessKey: { type: 'string', default: '', secret: true, description: 'What requests to it are signed with.' },
});

export interface OpenedObjects {
  /** What people upload, until it is imported, and exports: what is older than a week goes by itself. */
  readonly objects: ObjectStore;
  /** Photos, which stay. */
  readonly photoObjects: ObjectStore;
}

/**
 * An S3 that is named, or NATS. Of a bucket each has a part of its own, so that its lifecycle rules can tell what goes
 * by itself (`uploads/`) from what stays (`photos/`). No request to an S3 lasts longer than `timeoutMs`. Throws
 * StartError.
 */
export function openObjects(
  options: Options<typeof objectOptions>,
  platform: Pick<Platform, 'uploads' | 'photos'>,
  timeoutMs: number,
): OpenedObjects {
  const { s3Url, s3Region: region, s3AccessKeyId: accessKeyId, s3SecretAccessKey: secretAccessKey } = options;
  if (s3Url === '') return { objects: platform.uploads(), photoObjects: platform.photos() };
  if (accessKeyId === '' || secretAccessKey === '') {
    throw new StartError('--s3-url needs --s3-access-key-id and --s3-secret-access-key');
  }
  const bucket = s3Url.replace(/\/+$/, '');
  const part = (name: string) =>
    createS3Objects({ url: `${bucket}/${name}`, region, accessKeyId, secretAccessKey, timeoutMs });
  return { objects: part('uploads'), photoObjects: part('photos') };
}
