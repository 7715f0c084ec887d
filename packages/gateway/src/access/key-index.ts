import { hash, timingSafeEqual } from 'node:crypto'
import type { ConsumerSettings, ReplicaProblem } from '@fairlead/snapshot'
import type { SecretSource } from '../sources/sources.ts'
import { type Caller, callerOf } from './caller.ts'

interface KnownKey {
  readonly caller: Caller
  readonly digest: Buffer
  /** Unix milliseconds; undefined never expires. */
  readonly expiresAtMs: number | undefined
}

/**
 * All API keys of a snapshot by their SHA-256. Of two Consumers with the same key the first one has
 * it. A key that was found is remembered as it was sent, so that it is digested once: there are no
 * more of these than known keys, and they go with the snapshot. Looking one up tells a guesser
 * nothing: the Map compares texts only when their seeded hashes are equal, which nobody can aim at,
 * and what is not in it goes the way of the digest.
 */
export interface KeyIndex {
  find(key: string): KnownKey | undefined
  readonly problems: readonly ReplicaProblem[]
}

export function buildKeyIndex(
  consumers: readonly ConsumerSettings[],
  secrets: SecretSource,
): KeyIndex {
  const byDigest = new Map<string, KnownKey>()
  const problems: ReplicaProblem[] = []
  for (const consumer of consumers) {
    const caller = callerOf(consumer)
    for (const key of consumer.apiKeys) {
      const digest = digestOf(key.source, secrets)
      if (digest === undefined) {
        problems.push(missingKeyProblem(consumer, key))
      } else if (!byDigest.has(digest)) {
        byDigest.set(digest, {
          caller,
          digest: Buffer.from(digest, 'hex'),
          expiresAtMs: key.expiresAtMs,
        })
      }
    }
  }
  const found = new Map<string, KnownKey>()
  return {
    problems,
    find(key) {
      const before = found.get(key)
      if (before !== undefined) return before
      const digest = hash('sha256', key, 'hex')
      const known = byDigest.get(digest)
      if (known === undefined) return undefined
      if (!timingSafeEqual(known.digest, Buffer.from(digest, 'hex'))) return undefined
      found.set(key, known)
      return known
    },
  }
}

type ApiKey = ConsumerSettings['apiKeys'][number]

function digestOf(source: ApiKey['source'], secrets: SecretSource): string | undefined {
  if ('sha256' in source) return source.sha256.toLowerCase()
  const value = secrets.get(source.secret)?.trim()
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
