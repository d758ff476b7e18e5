import assert from 'node:assert/strict';
import type { signUp } from '../accounts/accounts-for-tests.ts';
import type { TestRequest } from '../api-for-tests.ts';
import type { TestApi } from '../openapi-for-tests.ts';
import { asOwner } from '../workouts/workouts-for-tests.ts';
import { imageOf } from './images-for-tests.ts';

export const photosOf = (workout: string) => `/v1/workouts/${workout}/photos`;
export const sharedPhotosOf = (workout: string) => `/v1/shared/workouts/${workout}/photos`;
export const seen = (version = 1) => ({ 'if-match': `"photo-${version}"` });

/** Somebody with a workout, and what they ask of its photos. */
export async function withWorkout(api: TestApi, who?: Parameters<typeof signUp>[1], more: object = {}) {
  const owner = await asOwner(api, who);
  const { id } = await owner.enter(more);
  const url = photosOf(id);
  const ask = (method: TestRequest['method'], path = '', payload?: object, headers?: Record<string, string>) =>
    api.ask({ method, url: `${url}${path}`, payload, headers }, owner.accessToken);
  const put = (image: Buffer, headers: Record<string, string> = {}, workout = id) =>
    api.ask(
      { method: 'POST', url: photosOf(workout), payload: image, headers: { 'content-type': 'image/jpeg', ...headers } },
      owner.accessToken,
    );

  async function add(image?: Buffer): Promise<{ id: string; version: number; bytes: number }> {
    const { status, body } = await put(image ?? (await imageOf()));
    assert.equal(status, 201, JSON.stringify(body));
    return body;
  }

  const list = async () => (await ask('GET')).body.photos as { id: string; caption: string; version: number }[];
  return { ...owner, id, url, askPhotos: ask, put, add, list };
}
