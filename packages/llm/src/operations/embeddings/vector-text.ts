/** A vector as base64 of its little-endian 32-bit floats. */
export function vectorToText(vector: ArrayLike<number>): string {
  const floats = vector instanceof Float32Array ? vector : Float32Array.from(vector)
  return Buffer.from(floats.buffer, floats.byteOffset, floats.byteLength).toString('base64')
}

/** The opposite; undefined for a text that is none. */
export function vectorFromText(text: string): Float32Array | undefined {
  const bytes = Buffer.from(text, 'base64')
  if (bytes.length === 0 || bytes.length % 4 !== 0) return undefined
  // A view has to begin at a multiple of four, where a part of the pool need not.
  return new Float32Array(new Uint8Array(bytes).buffer)
}
