import type { Fault } from '@fairlead/apiserver/testing'
import type { Town } from './town.ts'

/** Something that befalls an operator's requests. */
export interface Trouble {
  readonly name: string
  begin(town: Town): void | Promise<void>
  end(town: Town): void | Promise<void>
}

const reads = ['list', 'watch']
const writes = ['create', 'update', 'patch', 'delete']

/** What an operator is to survive, from nothing at all to a server that is away. */
export const troubles: readonly Trouble[] = [
  { name: 'none', begin: () => {}, end: () => {} },
  {
    name: 'watches end',
    begin: (town) => void town.environment.faults.endWatches(),
    end: (town) => void town.environment.faults.endWatches(),
  },
  {
    name: 'watches break',
    begin: (town) => void town.environment.faults.dropWatches(),
    end: (town) => void town.environment.faults.dropWatches(),
  },
  {
    // Nothing is seen of the changes, and then they are no longer in the history: 410.
    name: 'history compacted',
    begin({ environment: { faults } }) {
      faults.inject({ verbs: reads, fault: { type: 'status', code: 503 } })
      faults.dropWatches()
    },
    end({ environment: { server, faults } }) {
      server.compact()
      faults.clear()
    },
  },
  everything('slow answers', { type: 'delay', ms: 100 }),
  everything('429', { type: 'status', code: 429, retryAfterSeconds: 1 }),
  some('500 to writes', writes, { type: 'status', code: 500 }),
  everything('503', { type: 'status', code: 503 }),
  everything('connections break before', { type: 'drop' }),
  some('answers are lost', writes, { type: 'drop', handled: true }),
  some('writes hang', writes, { type: 'hang' }),
  some('reads hang', reads, { type: 'hang' }),
  {
    name: 'connections are cut',
    begin: ({ line }) => line.cut(),
    end: ({ line }) => line.cut(),
  },
  {
    name: 'black hole',
    begin: ({ line }) => line.goDark(),
    end: ({ line }) => line.heal(),
  },
  {
    name: 'server restarts',
    begin: () => {},
    async end(town) {
      await town.sleep()
      await town.wake()
    },
  },
]

function everything(name: string, fault: Fault): Trouble {
  return some(name, undefined, fault)
}

/** Requests of these verbs meet the fault, watches that are open included: they break. */
function some(name: string, verbs: readonly string[] | undefined, fault: Fault): Trouble {
  return {
    name,
    begin({ environment: { faults } }) {
      faults.inject({ ...(verbs === undefined ? {} : { verbs }), fault })
      if (verbs !== writes) faults.dropWatches()
    },
    end: ({ environment: { faults } }) => faults.clear(),
  }
}
