import { hash } from 'node:crypto'

/** The vector of a piece of text as it is kept: a byte for each number, a quarter of what it was. */
export interface PackedVector {
  /** Identifies the text, so that no vector is made of it twice. */
  readonly textHash: string
  /** By which each value is multiplied. */
  readonly scale: number
  readonly values: Int8Array
}

const largestValue = 127

/** Identifies a text among those of a conversation. */
export function textHashOf(text: string): string {
  return hash('sha256', text, 'base64url').slice(0, 16)
}

export function packVector(text: string, vector: Float32Array): PackedVector {
  const most = vector.reduce((sofar, value) => Math.max(sofar, Math.abs(value)), 0)
  // As it is read back: kept in four bytes.
  const scale = Math.fround(most / largestValue) || 1
  const values = Int8Array.from(vector, (value) => Math.round(value / scale))
  return { textHash: textHashOf(text), scale, values }
}
