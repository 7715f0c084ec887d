import { hash } from 'node:crypto'
import { isJsonObject, type JsonObject, numberOrUndefined, stringOrUndefined } from '@fairlead/base'
import type { PackedVector } from './packed-vector.ts'
import type { PiecesOfTurn } from './turn-vectors.ts'

/** The kind of record that vectors are kept as; its owner is the conversation. */
export const vectorKind = 'vectors'

/** The vectors of a turn as they are kept. */
export interface KeptVectors extends PiecesOfTurn<PackedVector> {
  readonly turn: string
  readonly seq: number
}

/** What is known of the vectors that one model made of a conversation, and who makes more. */
export interface VectorWork {
  readonly state: 'idle' | 'making' | 'failed'
  /** Unix milliseconds: until then nobody else begins. */
  readonly until_ms: number
  /** How often it has failed in a row. */
  readonly attempts: number
  /** In words, without anything secret; null where none is known. */
  readonly problem: string | null
  /** How many turns have vectors. */
  readonly turns: number
  /** Turns before this `seq` get none any more: there were too many. */
  readonly from_seq: number
  /** Unix milliseconds. */
  readonly used_at_ms: number
}

const scaleBytes = 4

/** Names a model in ids of records. */
export function modelKeyOf(model: string): string {
  return hash('sha256', model, 'hex').slice(0, 12)
}

/** The id of the vectors of a turn; of one model, ids follow `seq`, and come after its `VectorWork`. */
export function vectorsId(modelKey: string, seq: number): string {
  return `${modelKey}_${String(seq).padStart(10, '0')}`
}

export function readVectorWork(body: JsonObject): VectorWork {
  const { problem, state } = body
  const count = (name: string) => numberOrUndefined(body[name]) ?? 0
  return {
    state: state === 'making' || state === 'failed' ? state : 'idle',
    until_ms: count('until_ms'),
    attempts: count('attempts'),
    problem: stringOrUndefined(problem) ?? null,
    turns: count('turns'),
    from_seq: count('from_seq'),
    used_at_ms: count('used_at_ms'),
  }
}

export function vectorsBody({ answer, question, seq, turn }: KeptVectors): JsonObject {
  const pieces = [...question, ...answer]
  const dimension = pieces[0]?.values.length ?? 0
  const bytes = Buffer.alloc(pieces.length * (scaleBytes + dimension))
  pieces.forEach(({ scale, values }, at) => {
    const start = at * (scaleBytes + dimension)
    bytes.writeFloatLE(scale, start)
    bytes.set(new Uint8Array(values.buffer, values.byteOffset, dimension), start + scaleBytes)
  })
  return {
    turn,
    seq,
    dimension,
    question: question.map(({ textHash }) => textHash),
    answer: answer.map(({ textHash }) => textHash),
    vectors: bytes.toString('base64'),
  }
}

/** Reads what a record has; undefined for what no version of this program wrote. */
export function readVectors(body: unknown): KeptVectors | undefined {
  if (!isJsonObject(body)) return undefined
  const { answer, dimension, question, seq, turn, vectors } = body
  if (typeof turn !== 'string' || typeof seq !== 'number' || typeof vectors !== 'string') {
    return undefined
  }
  if (!isTexts(question) || !isTexts(answer) || typeof dimension !== 'number') return undefined
  const bytes = Buffer.from(vectors, 'base64')
  const hashes = [...question, ...answer]
  if (bytes.length !== hashes.length * (scaleBytes + dimension)) return undefined
  const pieces = hashes.map((textHash, at): PackedVector => {
    const start = at * (scaleBytes + dimension)
    const values = Int8Array.from(
      new Int8Array(bytes.buffer, bytes.byteOffset + start + scaleBytes, dimension),
    )
    return { textHash, scale: bytes.readFloatLE(start), values }
  })
  const questions = pieces.slice(0, question.length)
  return { turn, seq, question: questions, answer: pieces.slice(question.length) }
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string')
}
