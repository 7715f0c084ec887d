import { isJsonObject } from '@fairlead/base'
import type { KeptRecord, RecordStore } from '../stores/record-store.ts'
import {
  type KeptVectors,
  modelKeyOf,
  readVectors,
  readVectorWork,
  vectorKind,
  vectorsBody,
  vectorsId,
  type VectorWork,
} from '../retrieval/vector-record.ts'

/** The vectors that one model made of one conversation. */
export interface VectorOwner {
  readonly tenant: string
  readonly conversation: string
  /** As callers name it. */
  readonly model: string
}

/** Work as it is kept, and the version of its record. */
export interface ShelvedWork {
  readonly work: VectorWork
  /** Null while nothing was made. */
  readonly version: number | null
}

/** Of so many models the vectors of a conversation are kept: those that were used last. */
const modelsMax = 2
const recordsPerPage = 500
/** Comes after all ids of one model. */
const afterAll = '_~'

const noWork: VectorWork = {
  state: 'idle',
  until_ms: 0,
  attempts: 0,
  problem: null,
  turns: 0,
  from_seq: 0,
  used_at_ms: 0,
}

/**
 * Keeps vectors of turns as records of their conversation, one for each turn, and one that says how far
 * they are made, of which the version counts changes.
 */
export class VectorShelf {
  readonly #records: RecordStore

  /** The records with a deadline on every operation. */
  constructor(records: RecordStore) {
    this.#records = records
  }

  async work(owner: VectorOwner): Promise<ShelvedWork> {
    const record = await this.#records.load(keyOf(owner, modelKeyOf(owner.model)))
    if (record === undefined) return { work: noWork, version: null }
    return { work: readVectorWork(record.body), version: record.version }
  }

  /** False where somebody else was first, or the conversation is gone. */
  putWork(owner: VectorOwner, work: VectorWork, expectedVersion: number | null): Promise<boolean> {
    return this.#put(owner, modelKeyOf(owner.model), { ...work }, expectedVersion)
  }

  /** The vectors of turns after one, in pages. */
  async *after(owner: VectorOwner, seq: number): AsyncGenerator<readonly KeptVectors[]> {
    let after = vectorsId(modelKeyOf(owner.model), seq)
    for (;;) {
      const page = await this.#page(owner, after, recordsPerPage)
      const last = page.at(-1)
      if (last === undefined || !isOf(last, owner.model)) {
        yield page.filter((one) => isOf(one, owner.model)).flatMap(vectorsIn)
        return
      }
      yield page.flatMap(vectorsIn)
      after = last.id
    }
  }

  /** Puts those of a turn in place of others, if there are any. */
  async putVectors(owner: VectorOwner, kept: KeptVectors): Promise<void> {
    const id = vectorsId(modelKeyOf(owner.model), kept.seq)
    const body = vectorsBody(kept)
    if (await this.#put(owner, id, body, null)) return
    const before = await this.#records.load(keyOf(owner, id))
    if (before !== undefined) await this.#put(owner, id, body, before.version)
  }

  /** Deletes those of turns, of every model. */
  async removeTurns(tenant: string, conversation: string, seqs: readonly number[]): Promise<void> {
    for (const { id: modelKey } of await this.#works({ tenant, conversation })) {
      for (const seq of seqs) {
        await this.#remove({ tenant, conversation }, vectorsId(modelKey, seq))
      }
    }
  }

  /** Deletes those of turns before one. Returns how many. */
  async removeBefore(owner: VectorOwner, seq: number): Promise<number> {
    const end = vectorsId(modelKeyOf(owner.model), seq)
    let removed = 0
    for (;;) {
      const page = await this.#page(owner, vectorsId(modelKeyOf(owner.model), 0), recordsPerPage)
      const before = page.filter(({ id }) => id < end)
      for (const { id } of before) await this.#remove(owner, id)
      removed += before.length
      if (before.length === 0 || before.length < page.length) return removed
    }
  }

  /** Deletes those of models that were used longest ago, if there are too many. */
  async prune(owner: VectorOwner): Promise<void> {
    const works = await this.#works(owner)
    const oldest = works
      .filter(({ id }) => id !== modelKeyOf(owner.model))
      .toSorted((one, other) => usedAt(other) - usedAt(one))
      .slice(modelsMax - 1)
    for (const { id } of oldest) {
      for (;;) {
        const page = await this.#page(owner, id, recordsPerPage)
        const own = page.filter((one) => one.id.startsWith(`${id}_`))
        for (const one of own) await this.#remove(owner, one.id)
        if (own.length === 0 || own.length < page.length) break
      }
      await this.#remove(owner, id)
    }
  }

  /** What is kept of the work of each model. */
  async #works(owner: Omit<VectorOwner, 'model'>): Promise<readonly KeptRecord[]> {
    const works: KeptRecord[] = []
    let after = ''
    for (;;) {
      const [work] = await this.#page(owner, after, 1)
      if (work === undefined) return works
      const [modelKey = ''] = work.id.split('_')
      if (work.id === modelKey) works.push(work)
      after = `${modelKey}${afterAll}`
    }
  }

  #page(
    { conversation: owner, tenant }: Omit<VectorOwner, 'model'>,
    after: string,
    limit: number,
  ): Promise<readonly KeptRecord[]> {
    return this.#records.list({ tenant, kind: vectorKind, owner, after, limit })
  }

  #put(
    { conversation: owner, tenant }: Omit<VectorOwner, 'model'>,
    id: string,
    body: KeptRecord['body'],
    expectedVersion: number | null,
  ): Promise<boolean> {
    const record = { tenant, kind: vectorKind, owner, id, body, expiresAtMs: null }
    return this.#records.put(record, expectedVersion)
  }

  #remove(owner: Omit<VectorOwner, 'model'>, id: string): Promise<boolean> {
    return this.#records.remove(keyOf(owner, id))
  }
}

function keyOf({ conversation: owner, tenant }: Omit<VectorOwner, 'model'>, id: string) {
  return { tenant, kind: vectorKind, owner, id }
}

function isOf({ id }: KeptRecord, model: string): boolean {
  return id.startsWith(`${modelKeyOf(model)}_`)
}

function vectorsIn({ body }: KeptRecord): readonly KeptVectors[] {
  const kept = readVectors(body)
  return kept === undefined ? [] : [kept]
}

function usedAt({ body }: KeptRecord): number {
  return isJsonObject(body) ? readVectorWork(body).used_at_ms : 0
}
