import type { Clock, Logger } from '@fairlead/base'
import type { SecretSource } from '@fairlead/gateway'
import {
  type KnowledgeIndex,
  leaveOtherPostgresIndexes,
  leavePostgresIndex,
  openPostgresIndex,
} from '@fairlead/knowledge'
import type { KnowledgeBaseSettings } from '@fairlead/snapshot'
import type { IndexType } from './index-types.ts'
import { MovingIndex } from './moving-index.ts'

/** Of texts and metadata: hundreds of thousands of passages. */
const bytesMax = 4 * 1024 ** 3

export interface PostgresIndexParts {
  readonly secrets: SecretSource
  readonly clock: Clock
  readonly logger: Logger
}

/** Indexes on servers whose URLs are in Secrets: another URL counts as soon as it can be used. */
export function postgresIndexes({ clock, logger, secrets }: PostgresIndexParts): IndexType {
  const placeOf = ({ namespace, name, store }: KnowledgeBaseSettings) => {
    if (store.type !== 'Postgres') throw new Error(`an index of type ${store.type} has no server`)
    const { schema, url: ref } = store
    const url = () => {
      const found = secrets.get(ref)?.trim() ?? ''
      if (found !== '') return found
      throw new Error(`there is no Secret ${ref.namespace}/${ref.name} with a key "${ref.key}"`)
    }
    return { url, schema, name: `${namespace}/${name}` }
  }
  return {
    open(base, moved) {
      const { name, schema, url } = placeOf(base)
      const model = base.index.embeddingModel ?? null
      const open = (now: string): Promise<KnowledgeIndex> =>
        openPostgresIndex({ url: now, schema, name, model, bytesMax, clock })
      return MovingIndex.open({ url, open, moved, secrets, clock, logger, base: name })
    },
    async remove(base) {
      const { name, schema, url } = placeOf(base)
      await leavePostgresIndex({ url: url(), schema, name, clock })
    },
    async removeOthers(bases) {
      const schemas = new Map<string, { url: string; schema: string; names: string[] }>()
      for (const base of bases) {
        const { name, schema, url } = placeOf(base)
        const now = urlOrUndefined(url)
        if (now === undefined) continue
        const key = JSON.stringify([now, schema])
        const one = schemas.get(key) ?? { url: now, schema, names: [] }
        one.names.push(name)
        schemas.set(key, one)
      }
      const left = await Promise.allSettled(
        Array.from(schemas.values(), (one) => leaveOtherPostgresIndexes({ ...one, clock })),
      )
      for (const one of left) if (one.status === 'rejected') throw one.reason
    },
  }
}

/** A base whose Secret is gone is not known to be anywhere. */
function urlOrUndefined(url: () => string): string | undefined {
  try {
    return url()
  } catch {
    return undefined
  }
}
