import { isJsonObject } from '@fairlead/base'
import type { ApiConnection } from './api-connection.ts'
import type { WrittenObjects } from './written-objects.ts'

/** Watches a collection through all lives of a server, from where it was when the last one ended. */
export class SteadyWatcher {
  readonly #path: string
  readonly #problems: string[]
  /** Where the present watch began. */
  #from = 0
  #last = 0
  #seen = new Set<number>()
  /** How many watches were told that their revision is too old. */
  expired = 0

  constructor(path: string, problems: string[]) {
    this.#path = path
    this.#problems = problems
  }

  /** Watches until the server is gone; begins from a list the first time, and when told to. */
  async watch(connection: ApiConnection): Promise<void> {
    try {
      if (this.#last === 0) await this.#list(connection)
      for (;;) {
        const watched = this.#last
        let isExpired = false
        const query = `watch=1&allowWatchBookmarks=true&resourceVersion=${watched}`
        await connection.watch(`${this.#path}?${query}`, (event) => {
          if (event['type'] === 'ERROR') isExpired = true
          else this.#see(event)
        })
        if (isExpired) await this.#list(connection)
      }
    } catch {
      // The server has been killed.
    }
  }

  /** Whatever was acknowledged while it watched, and before the last that it has seen, it has seen. */
  judge(written: WrittenObjects): void {
    for (const revision of written.revisionsIn(this.#from, this.#last)) {
      if (!this.#seen.has(revision)) this.#problems.push(`a watch has missed revision ${revision}`)
    }
  }

  async #list(connection: ApiConnection): Promise<void> {
    const { body } = await connection.send('GET', this.#path)
    if (this.#last > 0) this.expired += 1
    this.#last = revisionOf(body)
    this.#from = this.#last
    this.#seen = new Set()
  }

  #see(event: Record<string, unknown>): void {
    const revision = revisionOf(event['object'])
    if (event['type'] === 'BOOKMARK') {
      this.#last = Math.max(this.#last, revision)
      return
    }
    if (revision <= this.#last) {
      this.#problems.push(`a watch was sent revision ${revision} after ${this.#last}`)
    }
    this.#last = revision
    this.#seen.add(revision)
  }
}

/** The revision of an object or a list. */
export function revisionOf(object: unknown): number {
  const metadata = isJsonObject(object) ? object['metadata'] : undefined
  return Number(isJsonObject(metadata) ? metadata['resourceVersion'] : undefined)
}
