/**
 * A sliding window is made of buckets that begin at multiples of their length. It counts the bucket
 * in which it begins as a whole, so that no interval of the window's length ever holds more than
 * its buckets together.
 */
const bucketsMax = 60

/** The shortest bucket: below it, more buckets would only cost more. */
const bucketMsMin = 100

/** How long a bucket of a window of `everyMs` is, in milliseconds. */
export function bucketMs(everyMs: number): number {
  return Math.max(bucketMsMin, Math.ceil(everyMs / bucketsMax))
}

/** Where the bucket of an instant begins. */
export function bucketAt(everyMs: number, atMs: number): number {
  const lengthMs = bucketMs(everyMs)
  return Math.floor(atMs / lengthMs) * lengthMs
}

/** Where the oldest bucket begins that the window of an instant counts. */
export function oldestBucketAt(everyMs: number, atMs: number): number {
  const lengthMs = bucketMs(everyMs)
  return bucketAt(everyMs, atMs) - Math.ceil(everyMs / lengthMs) * lengthMs
}

/** When a window no longer counts a bucket. */
export function bucketFreeAtMs(everyMs: number, bucket: number): number {
  const lengthMs = bucketMs(everyMs)
  return bucket + (Math.ceil(everyMs / lengthMs) + 1) * lengthMs
}
