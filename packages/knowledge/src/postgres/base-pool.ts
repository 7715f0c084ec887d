import type { AskPostgres, PostgresPool, PostgresRow } from '@fairlead/base'

/** The tables of one base: `base.` and `vector.` in statements stand for where they and pgvector are. */
export class BasePool {
  readonly number: number
  readonly #pool: PostgresPool
  readonly #vectors: string | undefined

  constructor(pool: PostgresPool, number: number, vectors: string | undefined) {
    this.#pool = pool
    this.number = number
    this.#vectors = vectors
  }

  ask(statement: string, values: readonly unknown[] = []): Promise<readonly PostgresRow[]> {
    return this.#pool.ask(this.#named(statement), values)
  }

  reading<T>(work: (ask: AskPostgres) => Promise<T>, settings: readonly string[]): Promise<T> {
    return this.#pool.reading((ask) => work(this.#naming(ask)), settings)
  }

  transaction<T>(work: (ask: AskPostgres) => Promise<T>): Promise<T> {
    return this.#pool.transaction((ask) => work(this.#naming(ask)))
  }

  close(): Promise<void> {
    return this.#pool.close()
  }

  #naming(ask: AskPostgres): AskPostgres {
    return (statement, values) => ask(this.#named(statement), values)
  }

  #named(statement: string): string {
    return statement
      .replaceAll('base.', `fairlead.knowledge_${this.number}_`)
      .replaceAll('vector.', `"${this.#vectors ?? 'public'}".`)
  }
}
