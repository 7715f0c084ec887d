/** Minimum tail kept: usage and the finish reason are in the last events. */
const tailBytesMin = 16 * 1024

/** Keeps the last bytes of a stream that passes, and reads nothing of it meanwhile. */
interface StreamTail {
  /** Takes the next bytes, cut anywhere. */
  push(chunk: Uint8Array): void
  /** At least the last 16 KiB; all, when less came. Joined once per push. */
  bytes(): Buffer
}

export function createStreamTail(): StreamTail {
  let before: Uint8Array[] = []
  let latest: Uint8Array[] = []
  let latestBytes = 0
  let joined: Buffer | undefined
  return {
    push(chunk) {
      joined = undefined
      if (latestBytes >= tailBytesMin) {
        before = latest
        latest = []
        latestBytes = 0
      }
      latest.push(chunk)
      latestBytes += chunk.length
    },
    bytes() {
      joined ??= join(latestBytes >= tailBytesMin ? latest : [...before, ...latest])
      return joined
    },
  }
}

/** One chunk, the usual case behind a fast upstream, is not copied. */
function join(chunks: readonly Uint8Array[]): Buffer {
  const [only] = chunks
  if (only === undefined || chunks.length > 1) return Buffer.concat(chunks)
  return Buffer.from(only.buffer, only.byteOffset, only.byteLength)
}
