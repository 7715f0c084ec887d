import { isJsonObject, type JsonObject } from '@fairlead/base'
import { WordSegment } from '@fairlead/retrieval'
import type { IndexedTurn, TurnSegment } from './turn-index.ts'

/** The kind of record that indexes of words are kept as; its owner is the conversation. */
export const wordKind = 'words'

/** What stands for the turn before: most turns follow it. */
const turnBefore = 1

/** The id of the record of a segment: in their order, ids follow their numbers. */
export function wordsId(number: number): string {
  return `w1_${String(number).padStart(8, '0')}`
}

export function wordsBody({ number, turns, words }: TurnSegment): JsonObject {
  return {
    number,
    turns: turns.map(({ answerLength, id, parent, questionLength, seq }, at) => {
      const follows = parent !== null && parent === turns[at - 1]?.id
      return [id, seq, follows ? turnBefore : parent, questionLength, answerLength]
    }),
    words: Buffer.from(words.bytes).toString('base64'),
  }
}

/** Reads what a record has; undefined for what no version of this program wrote. */
export function readWords(body: unknown): TurnSegment | undefined {
  if (!isJsonObject(body)) return undefined
  const { number, turns: entries, words } = body
  if (typeof number !== 'number' || typeof words !== 'string' || !Array.isArray(entries)) {
    return undefined
  }
  const turns: IndexedTurn[] = []
  for (const entry of entries) {
    const turn = readTurn(entry, turns.at(-1))
    if (turn === undefined) return undefined
    turns.push(turn)
  }
  try {
    return { number, turns, words: new WordSegment(Buffer.from(words, 'base64')) }
  } catch {
    return undefined
  }
}

function readTurn(entry: unknown, before: IndexedTurn | undefined): IndexedTurn | undefined {
  if (!Array.isArray(entry)) return undefined
  const [id, seq, told, questionLength, answerLength] = entry as readonly unknown[]
  const parent = told === turnBefore ? before?.id : told
  const isParent = parent === null || typeof parent === 'string'
  if (typeof id !== 'string' || typeof seq !== 'number' || !isParent) return undefined
  if (typeof questionLength !== 'number' || typeof answerLength !== 'number') return undefined
  return { id, seq, parent, questionLength, answerLength }
}
