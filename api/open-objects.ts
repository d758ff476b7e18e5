import type { Platform } from '../runtime/nats/platform.ts';
import type { ObjectStore } from '../runtime/objects/objects.ts';
import { createS3Objects } from '../runtime/objects/s3-objects.ts';
import type { Options } from '../runtime/options.ts';
import { StartError } from '../runtime/service.ts';
import type { apiOptions } from './options.ts';

export interface OpenedObjects {
  /** What people upload, until it is imported, and exports: what is older than a week goes by itself. */
  readonly objects: ObjectStore;
  /** Photos, which stay. */
  readonly photoObjects: ObjectStore;
}

/**
 * An S3 that is named, or NATS. Of a bucket each has a part of its own, so that its lifecycle rules can tell what goes
 * by itself (`uploads/`) from what stays (`photos/`). Throws StartError.
 */
export function openObjects(
  options: Options<typeof apiOptions>,
  platform: Pick<Platform, 'uploads' | 'photos'>,
): OpenedObjects {
  const { s3Url, s3Region: region, s3AccessKeyId: accessKeyId, s3SecretAccessKey: secretAccessKey } = options;
  if (s3Url === '') return { objects: platform.uploads(), photoObjects: platform.photos() };
  if (accessKeyId === '' || secretAccessKey === '') {
    throw new StartError('--s3-url needs --s3-access-key-id and --s3-secret-access-key');
  }
  const bucket = s3Url.replace(/\/+$/, '');
  const part = (name: string) =>
    createS3Objects({
      ...{ url: `${bucket}/${name}`, region, accessKeyId, secretAccessKey, timeoutMs: options.readTimeoutMs },
    });
  return { objects: part('uploads'), photoObjects: part('photos') };
}
