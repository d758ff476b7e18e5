import { setFlagsFromString } from 'node:v8';

/**
 * For a process through which a stream of buffers runs, to be called first. Buffers lie outside of V8's heap, and V8
 * looks through the whole heap each time 64 MB of them came, however small the heap is: that took a third of the CPU
 * time of the processors and of ingest (docs/decisions/011-cpu-per-sample.md). Here buffers count as a part of the
 * heap, and both may grow to three times what was still in use.
 */
export function letGarbageWait(): void {
  setFlagsFromString('--external-memory-accounted-in-global-limit');
  setFlagsFromString('--heap-growing-percent=200');
}
