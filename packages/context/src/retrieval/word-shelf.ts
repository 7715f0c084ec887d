import type { RecordStore } from '../stores/record-store.ts'
import { segmentOfSeq, type TurnSegment } from './turn-index.ts'
import { readWords, wordKind, wordsBody, wordsId } from './word-record.ts'

/** Whose words they are. */
export interface WordOwner {
  readonly tenant: string
  readonly conversation: string
}

const recordsPerPage = 500

/** Keeps the finished segments of indexes of words as records of their conversation. */
export class WordShelf {
  readonly #records: RecordStore

  /** The records with a deadline on every operation. */
  constructor(records: RecordStore) {
    this.#records = records
  }

  /** The segments that follow each other from the first on, in pages. */
  async *read({ conversation: owner, tenant }: WordOwner): AsyncGenerator<readonly TurnSegment[]> {
    let after = ''
    for (let next = 0; ;) {
      const query = { tenant, kind: wordKind, owner, after, limit: recordsPerPage }
      const page = await this.#records.list(query)
      const segments: TurnSegment[] = []
      for (const { body } of page) {
        const segment = readWords(body)
        if (segment?.number !== next) break
        segments.push(segment)
        next += 1
      }
      yield segments
      if (page.length === 0 || segments.length < page.length) return
      after = page.at(-1)?.id ?? ''
    }
  }

  /** Whether it is kept: false where it was already, or the conversation is gone. */
  put({ conversation: owner, tenant }: WordOwner, segment: TurnSegment): Promise<boolean> {
    const id = wordsId(segment.number)
    const body = wordsBody(segment)
    return this.#records.put({ tenant, kind: wordKind, owner, id, body, expiresAtMs: null }, null)
  }

  /** Deletes what has words of turns. */
  async removeTurns(tenant: string, owner: string, seqs: readonly number[]): Promise<void> {
    for (const number of new Set(seqs.map(segmentOfSeq))) {
      await this.#records.remove({ tenant, kind: wordKind, owner, id: wordsId(number) })
    }
  }
}
