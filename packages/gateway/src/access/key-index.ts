import { hash, timingSafeEqual } from 'node:crypto'
import { sameElements } from '@fairlead/base'
import type { ConsumerSettings, ReplicaProblem } from '@fairlead/snapshot'
import type { SecretSource } from '../sources/sources.ts'
import { type Caller, type ConsumerCaller, consumerCaller, keyCaller } from './caller.ts'

interface KnownKey {
  readonly caller: Caller
  readonly digest: Buffer
  /** Unix milliseconds; undefined never expires. */
  readonly expiresAtMs: number | undefined
}

/**
 * All API keys of a snapshot, by SHA-256. If two Consumers have the same key, the first one wins. A
 * key that was found is cached as it was sent, so that it is hashed only once; the cache never
 * outgrows the known keys and is dropped when a key changes. Lookup does not leak timing: Map
 * compares strings only after their seeded hashes match, and a miss is compared by digest.
 */
export interface KeyIndex {
  find(key: string): KnownKey | undefined
  /** The same by the key's SHA-256 in hexadecimal digits; it is not cached. */
  findDigest(digest: string): KnownKey | undefined
  /** Of all Consumers. */
  readonly callers: readonly ConsumerCaller[]
  readonly problems: readonly ReplicaProblem[]
}

/** What is known of one Consumer. */
interface ConsumerKeys {
  readonly consumer: ConsumerSettings
  readonly caller: ConsumerCaller
  /** The values of its Secrets, in the order of its keys. */
  readonly values: readonly (string | undefined)[]
  readonly keys: ReadonlyMap<string, KnownKey>
  readonly problems: readonly ReplicaProblem[]
}

/**
 * Indexes the keys of one configuration after the other. Only new Consumers are read, and only
 * changed values hashed. While nothing changes the index is the same, with its cache.
 */
export class KeyIndexer {
  readonly #secrets: SecretSource
  #read = new Map<ConsumerSettings, ConsumerKeys>()
  #readAt: unknown
  #built: { readonly all: readonly ConsumerKeys[]; readonly index: KeyIndex } | undefined

  constructor(secrets: SecretSource) {
    this.#secrets = secrets
  }

  /** Values of Secrets are read again when `revision` is another than the last time. */
  index(consumers: readonly ConsumerSettings[], revision: unknown): KeyIndex {
    const known = this.#read
    const isStale = revision !== this.#readAt
    const all = consumers.map((consumer) => {
      const before = known.get(consumer)
      return before && !isStale ? before : this.#readKeys(consumer, before)
    })
    this.#read = new Map(all.map((one) => [one.consumer, one]))
    this.#readAt = revision
    // Not `remembering`: a call takes no more arguments than fit on the stack.
    if (this.#built === undefined || !sameElements(all, this.#built.all)) {
      this.#built = { all, index: buildKeyIndex(all) }
    }
    return this.#built.index
  }

  #readKeys(consumer: ConsumerSettings, before: ConsumerKeys | undefined): ConsumerKeys {
    const values = consumer.apiKeys.map(({ source }) =>
      'secret' in source ? this.#secrets.get(source.secret)?.trim() : undefined,
    )
    return before && sameElements(values, before.values) ? before : keysOf(consumer, values)
  }
}

function keysOf(consumer: ConsumerSettings, values: readonly (string | undefined)[]): ConsumerKeys {
  const caller = consumerCaller(consumer)
  const keys = new Map<string, KnownKey>()
  const problems: ReplicaProblem[] = []
  for (const [index, key] of consumer.apiKeys.entries()) {
    const digest = digestOf(key.source, values[index])
    if (digest === undefined) {
      problems.push(missingKeyProblem(consumer, key))
    } else if (!keys.has(digest)) {
      const { expiresAtMs } = key
      keys.set(digest, {
        caller: keyCaller(caller, key.name),
        digest: Buffer.from(digest, 'hex'),
        expiresAtMs,
      })
    }
  }
  return { consumer, caller, values, keys, problems }
}

function buildKeyIndex(all: readonly ConsumerKeys[]): KeyIndex {
  const byDigest = new Map<string, KnownKey>()
  for (const { keys } of all) {
    for (const [digest, known] of keys) if (!byDigest.has(digest)) byDigest.set(digest, known)
  }
  const found = new Map<string, KnownKey>()
  const findDigest = (digest: string): KnownKey | undefined => {
    const known = byDigest.get(digest)
    if (known === undefined) return undefined
    return timingSafeEqual(known.digest, Buffer.from(digest, 'hex')) ? known : undefined
  }
  return {
    problems: all.flatMap(({ problems }) => problems),
    callers: all.map(({ caller }) => caller),
    findDigest,
    find(key) {
      const before = found.get(key)
      if (before !== undefined) return before
      const known = findDigest(hash('sha256', key, 'hex'))
      if (known !== undefined) found.set(key, known)
      return known
    },
  }
}

type ApiKey = ConsumerSettings['apiKeys'][number]

function digestOf(source: ApiKey['source'], value: string | undefined): string | undefined {
  if ('sha256' in source) return source.sha256.toLowerCase()
  return value === undefined || value === '' ? undefined : hash('sha256', value, 'hex')
}

function missingKeyProblem(consumer: ConsumerSettings, key: ApiKey): ReplicaProblem {
  const where =
    'secret' in key.source
      ? `there is no Secret ${key.source.secret.namespace}/${key.source.secret.name} with a key "${key.source.secret.key}"`
      : 'the digest is not usable'
  return {
    kind: 'Consumer',
    namespace: consumer.namespace,
    name: consumer.name,
    reason: 'SecretKeyMissing',
    message: `API key "${key.name}" cannot be used: ${where}.`,
  }
}
