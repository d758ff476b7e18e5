import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import { PHOTO_LIMITS } from '../../schemas/photo-limits.ts';
import type { Access } from '../access.ts';
import {
  ANYBODY,
  changes,
  instead,
  json,
  NOTHING,
  OWN_PROBLEMS,
  reads,
  SOMEBODY,
  takes,
} from '../accounts/route-parts.ts';
import { Problem } from '../problem.ts';
import { answersKnown, ChangeHeaders, tagOfAnswer } from '../requests/etag.ts';
import { IdempotencyHeaders } from '../requests/idempotency.ts';
import type { ApiServer } from '../server.ts';
import { strictValidator } from '../strict-json.ts';
import { type PhotoSize, type Photos, photoTag } from './photos.ts';
import { readImage } from './read-image.ts';
import { KEPT_TYPE } from './reencode.ts';
import * as said from './statements.ts';

export interface PhotoRoutesDeps {
  readonly access: Access;
  readonly photos: Photos;
}

const PHOTOS = '/v1/workouts/:id/photos';
const PHOTO = `${PHOTOS}/:photo`;
const SHARED = '/v1/shared/workouts/:id/photos';
const OWN = { ...SOMEBODY, tags: ['workouts'] };
const ANYBODYS = { ...ANYBODY, tags: ['workouts'] };
/** Each may hold an image of the greatest size, unpacked. */
const MAX_AT_ONCE = 2;
const ofOne = [...OWN_PROBLEMS, 'unknown_workout', 'unknown_photo'] as const;
const ofShared = ['unknown_workout', 'unknown_photo'] as const;
const IMAGE = {
  200: { description: 'The image', content: { [KEPT_TYPE]: { schema: Type.String({ format: 'binary' }) } } },
};
/** One's own: an id never means other bytes. Others ask each time whether they still may. */
const OWN_CACHE = 'private, max-age=86400, immutable';
const SHARED_CACHE = 'private, no-cache';

/** Each size: the end of its address, and of the ids of its operations. */
const SIZES = [
  ['photo', '', 'Photo', 'A photo of a workout'],
  ['thumbnail', '/thumbnail', 'Thumbnail', 'A photo of a workout, at most 320 pixels a side'],
] as const;

/** Photos of one's workouts, and what others see of them. */
export function addPhotoRoutes(server: ApiServer, deps: PhotoRoutesDeps): void {
  addTaking(server, deps);
  addChanging(server, deps);
  addShowing(server, deps);
}

function addTaking(server: ApiServer, { access, photos }: PhotoRoutesDeps): void {
  let taking = 0;
  // In a scope of its own, so that no other route takes images. The body is read once it is known whose it is.
  server.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, body, done) => done(null, body));
    scope.post(
      PHOTOS,
      {
        ...changes,
        validatorCompiler: ({ schema, httpPart }) =>
          httpPart === 'body' ? () => true : strictValidator({ schema: schema as object }),
        schema: {
          ...OWN,
          operationId: 'addPhoto',
          summary: 'Add a photo to a workout, as its last',
          description:
            `A JPEG, PNG or WebP of at most ${PHOTO_LIMITS.maxBytes} bytes and ${PHOTO_LIMITS.maxPixels} pixels: ` +
            'what it is, its first bytes say, whatever the content type. It is kept anew, upright, as a JPEG of ' +
            'at most 2,048 pixels a side, without anything that the file says beside the picture, as where it was ' +
            `taken. At most ${PHOTO_LIMITS.maxOfWorkout} for a workout.`,
          consumes: ['image/jpeg', 'image/png', 'image/webp'],
          params: said.PhotosParams,
          headers: IdempotencyHeaders,
          body: said.Image,
          response: {
            201: json('The photo as it is kept', said.Photo),
            ...instead(
              ...([...OWN_PROBLEMS, 'bad_request', 'unknown_workout', 'too_many_photos', 'upload_too_large'] as const),
              ...(['unsupported_image', 'refused_upload', 'key_reused', 'busy'] as const),
            ),
          },
        },
      },
      async (request, reply) => {
        const caller = await access.requireAccount(request);
        const { id } = request.params as { id: string };
        const body = (request.body as unknown as Readable | undefined) ?? Readable.from([]);
        if (taking >= MAX_AT_ONCE) throw new Problem('busy', {}, { retryAfterS: 5 });
        taking++;
        try {
          const read = () => readImage(body, request.raw.headers['content-length']);
          const key = request.headers['idempotency-key'] as string | undefined;
          const answer = await photos.add(caller, id, read, key);
          reply.code(201).headers(answer.headers);
          return answer.body;
        } finally {
          taking--;
        }
      },
    );
  });
}

function addChanging(server: ApiServer, { access, photos }: PhotoRoutesDeps): void {
  server.patch(
    PHOTO,
    {
      ...takes,
      ...changes,
      schema: {
        ...OWN,
        operationId: 'changePhoto',
        summary: 'Say what is in a photo, or put it somewhere else among the others',
        params: said.PhotoParams,
        headers: ChangeHeaders,
        body: said.PhotoChange,
        response: {
          200: json('The photo as it is now', said.Photo),
          ...instead(...ofOne, 'bad_request', 'changed_meanwhile', 'if_match_needed'),
        },
      },
    },
    async (request, reply) => {
      const { params, body, headers } = request;
      const photo = await photos.change(await access.requireAccount(request), params, body, headers['if-match']);
      reply.header('etag', photoTag(photo));
      return photo;
    },
  );

  server.delete(
    PHOTO,
    {
      ...changes,
      schema: {
        ...OWN,
        operationId: 'removePhoto',
        summary: 'Remove a photo for good',
        params: said.PhotoParams,
        headers: ChangeHeaders,
        response: { ...NOTHING, ...instead(...ofOne, 'changed_meanwhile', 'if_match_needed') },
      },
    },
    async (request, reply) => {
      const { params, headers } = request;
      await photos.remove(await access.requireAccount(request), params, headers['if-match']);
      reply.code(204);
    },
  );
}

function addShowing(server: ApiServer, { access, photos }: PhotoRoutesDeps): void {
  server.get(
    PHOTOS,
    {
      ...reads,
      schema: {
        ...OWN,
        operationId: 'listPhotos',
        summary: "The photos of one of one's workouts, in their order",
        description: 'A change of one names its version: `If-Match: "photo-<version>"`.',
        params: said.PhotosParams,
        response: { 200: json('All of them', said.PhotoList), ...instead(...OWN_PROBLEMS, 'unknown_workout') },
      },
    },
    async (request, reply) => {
      const list = await photos.list(await access.requireAccount(request), request.params.id);
      if (answersKnown(request, reply, { tag: tagOfAnswer(list), cache: 'private, no-cache' })) return;
      return list;
    },
  );

  server.get(
    SHARED,
    {
      ...reads,
      schema: {
        ...ANYBODYS,
        operationId: 'listSharedPhotos',
        summary: 'The photos of a workout that everybody may see',
        params: said.PhotosParams,
        response: { 200: json('All of them', said.SharedPhotoList), ...instead('unknown_workout') },
      },
    },
    async (request, reply) => {
      const list = await photos.listShared(request.params.id);
      if (answersKnown(request, reply, { tag: tagOfAnswer(list), cache: SHARED_CACHE })) return;
      return list;
    },
  );

  for (const [size, end, name, summary] of SIZES) {
    server.get(
      `${PHOTO}${end}`,
      {
        ...reads,
        schema: {
          ...OWN,
          ...{ operationId: `read${name}`, summary, params: said.PhotoParams },
          response: { ...IMAGE, ...instead(...OWN_PROBLEMS, 'unknown_photo') },
        },
      },
      async (request, reply) => {
        const { params } = request;
        const readBytes = await photos.image(await access.requireAccount(request), params, size);
        if (answersKnown(request, reply, { tag: imageTag(params.photo, size), cache: OWN_CACHE })) return;
        return sendImage(reply as unknown as FastifyReply, await readBytes()) as never;
      },
    );

    server.get(
      `${SHARED}/:photo${end}`,
      {
        ...reads,
        schema: {
          ...ANYBODYS,
          ...{ operationId: `readShared${name}`, summary: `${summary} that everybody may see` },
          params: said.PhotoParams,
          response: { ...IMAGE, ...instead(...ofShared) },
        },
      },
      async (request, reply) => {
        const { params } = request;
        const readBytes = await photos.sharedImage(params, size);
        if (answersKnown(request, reply, { tag: imageTag(params.photo, size), cache: SHARED_CACHE })) return;
        return sendImage(reply as unknown as FastifyReply, await readBytes()) as never;
      },
    );
  }
}

const imageTag = (id: string, size: PhotoSize) => `"${id}-${size}"`;

/** Opened by itself it is a picture and nothing else: no browser guesses, and nothing in it runs. */
function sendImage(reply: FastifyReply, bytes: Uint8Array): FastifyReply {
  return reply
    .header('x-content-type-options', 'nosniff')
    .header('content-security-policy', "default-src 'none'; sandbox")
    .header('cross-origin-resource-policy', 'same-origin')
    .type(KEPT_TYPE)
    .send(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
}
