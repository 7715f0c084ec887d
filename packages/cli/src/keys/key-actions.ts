import { hash } from 'node:crypto'
import type { ConsumerApiKey } from '@fairlead/api'
import type { Client } from '@fairlead/controller-runtime'
import { newApiKey } from '../quickstart/api-key.ts'
import { UsageError } from '../usage-error.ts'
import { changeKeys, type ConsumerName, readConsumer } from './change-keys.ts'
import { baseOf, expiring, keyNamed, nameOfNewKey, timeText } from './consumer-keys.ts'
import { createKeySecret, deleteKeySecret, secretEntry } from './key-secret.ts'

/** Where keys are changed, and when. */
export interface KeyWork {
  readonly client: Client
  readonly consumer: ConsumerName
  /** Unix milliseconds. */
  readonly nowMs: number
  readonly signal: AbortSignal
}

/** What is wanted of a new key. */
export interface NewKeyOptions {
  readonly name: string | undefined
  /** Undefined: it is not said; null: never. */
  readonly expiresInMs: number | null | undefined
  readonly hashed: boolean
  readonly secret: string | undefined
}

/** A key that was made. The only place where it is told. */
export interface MadeKey {
  readonly consumer: string
  readonly name: string
  readonly key: string
  readonly expiresAt: string | null
  /** The Secret that has it; null where only its SHA-256 is kept. */
  readonly secret: {
    readonly namespace: string
    readonly name: string
    readonly key: string
  } | null
}

/** Makes a key. Throws a UsageError where its name is taken. */
export function createKey(work: KeyWork, options: NewKeyOptions): Promise<MadeKey> {
  return addKey(work, options, 'main', (keys) => keys)
}

/** Makes a key in place of another, which stays good for the overlap. */
export async function rotateKey(
  work: KeyWork,
  name: string,
  overlapMs: number,
  options: NewKeyOptions,
): Promise<MadeKey & { readonly replaced: ConsumerApiKey }> {
  const atMs = work.nowMs + overlapMs
  const { spec } = await readConsumer(work.client, work.consumer, work.signal)
  const old = keyNamed(spec.apiKeys, name)
  if (old.expiresAt !== undefined && options.expiresInMs === undefined) {
    throw new UsageError(
      `the key "${name}" expires at ${old.expiresAt}: say how long the new one is good for, with --expires 90d or --expires never`,
    )
  }
  const hashed = options.hashed || (old.sha256 !== undefined && options.secret === undefined)
  const made = await addKey(work, { ...options, hashed }, baseOf(name), (keys) => {
    keyNamed(keys, name)
    return expiring(keys, name, atMs)
  })
  return { ...made, replaced: keyNamed(expiring([old], name, atMs), name) }
}

/** Takes a key away at once, and deletes its Secret if `fairlead key` has made it. */
export async function revokeKey(
  { client, consumer, signal }: KeyWork,
  name: string,
): Promise<{ readonly secretDeleted: boolean }> {
  let revoked: ConsumerApiKey | undefined
  const changed = await changeKeys(
    client,
    consumer,
    (keys) => {
      revoked = keyNamed(keys, name)
      return keys.filter((key) => key !== revoked)
    },
    signal,
  )
  const secretDeleted =
    revoked !== undefined &&
    (await deleteKeySecret(client, changed, revoked, changed.spec.apiKeys, signal))
  return { secretDeleted }
}

/** Adds a key to those that `change` leaves. The Secret comes first, so that it is never missing. */
async function addKey(
  { client, consumer, nowMs, signal }: KeyWork,
  { name: wanted, expiresInMs, hashed, secret }: NewKeyOptions,
  base: string,
  change: (keys: readonly ConsumerApiKey[]) => readonly ConsumerApiKey[],
): Promise<MadeKey> {
  const resource = await readConsumer(client, consumer, signal)
  const name = nameOfNewKey(resource.spec.apiKeys, wanted, base)
  const key = newApiKey()
  const expiresAt =
    expiresInMs === undefined || expiresInMs === null ? undefined : timeText(nowMs + expiresInMs)
  const secretName = secret ?? `${consumer.name}-key-${name.toLowerCase().replaceAll('_', '-')}`
  const entry: ConsumerApiKey = {
    name,
    ...(hashed
      ? { sha256: hash('sha256', key, 'hex') }
      : { secretRef: { name: secretName, key: secretEntry } }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  }
  if (!hashed) await createKeySecret(client, resource, secretName, key, signal)
  try {
    const add = (keys: readonly ConsumerApiKey[]) => {
      nameOfNewKey(keys, name, base)
      return [...change(keys), entry]
    }
    await changeKeys(client, consumer, add, signal)
  } catch (error) {
    if (!hashed) await deleteKeySecret(client, resource, entry, [], signal)
    throw error
  }
  return {
    consumer: `${consumer.namespace}/${consumer.name}`,
    name,
    key,
    expiresAt: expiresAt ?? null,
    secret: hashed ? null : { namespace: consumer.namespace, name: secretName, key: secretEntry },
  }
}
