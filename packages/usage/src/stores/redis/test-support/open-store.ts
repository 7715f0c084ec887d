import { silentLogger, systemClock } from '@fairlead/base'
import { counterScripts } from '../counter-scripts.ts'
import { noteUsageScript } from '../ledger-script.ts'
import { RedisCounterStore } from '../redis-counter-store.ts'
import { RedisLink } from '../redis-link.ts'

export interface OpenedStore {
  readonly store: RedisCounterStore
  readonly link: RedisLink
  /** What was told of the server; undefined where it could be used. */
  readonly told: readonly (string | undefined)[]
  [Symbol.asyncDispose](): Promise<void>
}

interface StoreOptions {
  readonly gateway?: string
  readonly timeoutMs?: number
  /** The server's own time when left out. */
  readonly nowMs?: () => number
}

/** A store on a server, with a connection of its own as one process has. */
export function openStore(url: string | undefined, options: StoreOptions = {}): OpenedStore {
  const { gateway = 'platform/default', timeoutMs = 5000, nowMs } = options
  const told: (string | undefined)[] = []
  const link = new RedisLink({
    clock: systemClock,
    logger: silentLogger,
    timeoutMs,
    scripts: [...counterScripts, noteUsageScript],
    onAvailability: (problem) => told.push(problem),
  })
  const store = new RedisCounterStore({
    link,
    gateway,
    clock: systemClock,
    ...(nowMs === undefined ? {} : { nowMs }),
  })
  link.use(url)
  return {
    store,
    link,
    told,
    [Symbol.asyncDispose]: () => store.close(),
  }
}
