import type { DatabaseSync } from 'node:sqlite'
import { type Clock, parseJson } from '@fairlead/base'
import type { Item, ModelResponse } from '@fairlead/llm'
import {
  type AnswerBounds,
  type AnswerPart,
  type AnswerStore,
  answerTtlMs,
} from '../answer-store.ts'
import type { KeptAnswer } from '../kept-answer.ts'
import { expireBatch } from '../turn-store.ts'
import { type AnswerStatements, prepareAnswerStatements } from './answer-statements.ts'
import type { SqliteTransactions } from './sqlite-transactions.ts'

type Row = Readonly<Record<string, unknown>>

interface SqliteAnswersOptions {
  readonly database: DatabaseSync
  readonly transactions: SqliteTransactions
  readonly clock: Pick<Clock, 'now'>
  readonly bounds: AnswerBounds
}

/** The kept answers of a SQLite store, in the store's file. */
export class SqliteAnswers implements AnswerStore {
  readonly #sql: AnswerStatements
  readonly #transactions: SqliteTransactions
  readonly #clock: Pick<Clock, 'now'>
  readonly #bounds: AnswerBounds
  #count = 0
  #bytes = 0

  constructor({ database, transactions, clock, bounds }: SqliteAnswersOptions) {
    this.#sql = prepareAnswerStatements(database)
    this.#transactions = transactions
    this.#clock = clock
    this.#bounds = bounds
    this.#countAll()
  }

  async begin(answer: KeptAnswer): Promise<KeptAnswer | undefined> {
    const { tenant, key, id, digest, response, created_at, output } = answer
    return this.#run(() => {
      const known = this.#load(tenant, key)
      if (known !== undefined) return known
      const begun = [tenant, key, id, digest, response, created_at, this.#clock.now()]
      this.#change(answer, () => this.#sql.insert.run(...begun, JSON.stringify(output)))
      return undefined
    })
  }

  async load(tenant: string, key: string): Promise<KeptAnswer | undefined> {
    return this.#load(tenant, key)
  }

  async flush({ output, ...part }: AnswerPart & { readonly output: readonly Item[] }) {
    this.#run(() => {
      this.#change(part, () =>
        this.#sql.flush.run(JSON.stringify(output), this.#clock.now(), ...namesOf(part)),
      )
    })
  }

  async complete({ whole, ...part }: AnswerPart & { readonly whole: ModelResponse }) {
    return this.#run(() => {
      const text = JSON.stringify(whole)
      return this.#change(part, () =>
        this.#sql.complete.run(text, this.#clock.now(), ...namesOf(part)),
      )
    })
  }

  async drop(part: AnswerPart): Promise<void> {
    this.#run(() => {
      this.#change(part, () => this.#sql.drop.run(...namesOf(part)))
    })
  }

  async recover(): Promise<number> {
    const dropped = Number(this.#sql.recover.run().changes)
    this.#countAll()
    return dropped
  }

  async expire(): Promise<number> {
    const untilMs = this.#clock.now() - answerTtlMs
    const expired = Number(this.#sql.expire.run(untilMs, expireBatch).changes)
    if (expired === 0) return 0
    this.#countAll()
    await this.#transactions.wipeLog()
    return expired
  }

  #countAll(): void {
    const totals = this.#sql.totals.get()
    this.#count = Number(totals?.['answers'])
    this.#bytes = Number(totals?.['bytes'])
  }

  /** An expired one is deleted and not found. */
  #load(tenant: string, key: string): KeptAnswer | undefined {
    const head = this.#sql.head.get(tenant, key)
    if (head === undefined) return undefined
    const ageMs = this.#clock.now() - Number(head['touched_ms'])
    if (head['is_whole'] === 1 && ageMs >= answerTtlMs) {
      this.#remove(tenant, key, head)
      return undefined
    }
    const row = this.#sql.load.get(tenant, key)
    return row && readAnswer(row)
  }

  #run<T>(work: () => T): T {
    try {
      return this.#transactions.run(work)
    } catch (error) {
      // What was counted may have been undone.
      this.#countAll()
      throw error
    }
  }

  /** Makes a change to one answer, and room for it. Whether it changed anything. */
  #change(
    { tenant, key }: Pick<KeptAnswer, 'tenant' | 'key'>,
    work: () => { readonly changes: number | bigint },
  ): boolean {
    const before = this.#sql.head.get(tenant, key)
    const isChanged = Number(work().changes) > 0
    const after = this.#sql.head.get(tenant, key)
    this.#count += Number(after !== undefined) - Number(before !== undefined)
    this.#bytes += Number(after?.['bytes'] ?? 0) - Number(before?.['bytes'] ?? 0)
    this.#makeRoom()
    return isChanged
  }

  #makeRoom(): void {
    const { answersMax, bytesMax } = this.#bounds
    while (this.#count > answersMax || this.#bytes > bytesMax) {
      const oldest = this.#sql.oldest.get()
      // Those that are made are bounded in number and size by the gateway.
      if (oldest === undefined) return
      const [tenant, key] = [String(oldest['tenant']), String(oldest['key'])]
      this.#remove(tenant, key, this.#sql.head.get(tenant, key))
    }
  }

  #remove(tenant: string, key: string, head: Row | undefined): void {
    this.#sql.remove.run(tenant, key)
    this.#count -= 1
    this.#bytes -= Number(head?.['bytes'] ?? 0)
  }
}

function namesOf({ tenant, key, id }: AnswerPart): [string, string, string] {
  return [tenant, key, id]
}

/** Unchecked, because this store wrote the texts from values of the same types. */
function readAnswer(row: Row): KeptAnswer {
  const { response, whole } = row
  return {
    tenant: String(row['tenant']),
    key: String(row['key']),
    id: String(row['id']),
    digest: String(row['digest']),
    response: typeof response === 'string' ? response : null,
    created_at: Number(row['created_at']),
    output: parseJson(String(row['output'])) as KeptAnswer['output'],
    whole: typeof whole === 'string' ? (parseJson(whole) as KeptAnswer['whole']) : null,
  }
}
