import { watch } from 'node:fs'
import { kinds, ReferenceGrant } from '@fairlead/api'
import { compile, type SecretKeyRef, type Snapshot } from '@fairlead/config'
import type { SecretSource, SnapshotSource } from '@fairlead/gateway'
import {
  applyDefaults,
  compileRules,
  deepFreeze,
  evaluateRules,
  fieldErrorMessage,
  pruneUnknownFields,
  validateSchema,
  type KubernetesObject,
  type ResourceType,
} from '@fairlead/kube-core'
import type { Logger } from 'pino'
import { loadManifests, ManifestError, type Manifest } from '../load-manifests.ts'
import { Listeners } from './listeners.ts'
import { resourceSetOf } from './resource-set.ts'

/** Editors write a file in several steps: wait until it is quiet for so long. */
const quietMs = 50

export interface ManifestConfigSourceOptions {
  readonly folder: string
  readonly gateway: { readonly namespace: string; readonly name: string }
  readonly logger: Logger
}

/**
 * Configuration and Secrets from a folder of manifests, without any Kubernetes API. The same
 * defaults and checks apply. A change that is wrong keeps the last good configuration and is
 * logged with file and field.
 */
export class ManifestConfigSource {
  readonly snapshots: SnapshotSource
  readonly secrets: SecretSource
  readonly #options: ManifestConfigSourceOptions
  readonly #listeners: Listeners
  #snapshot: Snapshot | undefined
  #secrets: ReadonlyMap<string, Readonly<Record<string, string>>> = new Map()

  constructor(options: ManifestConfigSourceOptions) {
    this.#options = options
    this.#listeners = new Listeners((error) => options.logger.error({ error }, 'a listener failed'))
    const subscribe = (listener: () => void) => this.#listeners.add(listener)
    this.snapshots = { current: () => this.#snapshot, subscribe }
    this.secrets = { get: (ref) => this.#secret(ref), subscribe }
  }

  /** Reads everything. Throws ManifestError, and then what was served before is still served. */
  load(): void {
    const { folder, gateway, logger } = this.#options
    const manifests = loadManifests(folder).map(placed)
    const byKind = new Map<string, KubernetesObject[]>()
    for (const manifest of manifests) {
      const known = byKind.get(manifest.object.kind) ?? []
      byKind.set(manifest.object.kind, [...known, checked(manifest)])
    }
    const list = <T extends KubernetesObject>(type: ResourceType<T>) =>
      (byKind.get(type.kind) ?? []) as readonly KubernetesObject[] as readonly T[]
    const { snapshots, conditions } = compile(resourceSetOf(list))

    for (const { kind, namespace, name, conditions: found } of conditions) {
      for (const { type, reason, message, status } of found) {
        if (status === 'False') logger.warn({ kind, namespace, name, type, reason }, message)
      }
    }
    this.#secrets = secretValues(byKind.get('Secret') ?? [])
    this.#snapshot = snapshots.get(`${gateway.namespace}/${gateway.name}`)
    logger.info({ folder, hash: this.#snapshot?.hash ?? null }, 'configuration loaded')
    this.#listeners.notify()
  }

  /** Loads again after every change in the folder, until the signal aborts. */
  watch(signal: AbortSignal): void {
    const { folder, logger } = this.#options
    let timer: NodeJS.Timeout | undefined
    const reload = () => {
      try {
        this.load()
      } catch (error) {
        logger.error({ error }, 'the manifests cannot be used; the last good ones stay in force')
      }
    }
    watch(folder, { recursive: true, signal }, () => {
      clearTimeout(timer)
      timer = setTimeout(reload, quietMs)
    })
    signal.addEventListener('abort', () => clearTimeout(timer), { once: true })
  }

  #secret(ref: SecretKeyRef): string | undefined {
    return this.#secrets.get(`${ref.namespace}/${ref.name}`)?.[ref.key]
  }
}

/** With the metadata that an API server would have given. */
function placed({ file, object }: Manifest): Manifest {
  const metadata = {
    ...object.metadata,
    namespace: object.metadata.namespace ?? 'default',
    generation: 1,
    creationTimestamp: object.metadata.creationTimestamp ?? '1970-01-01T00:00:00Z',
  }
  return { file, object: { ...object, metadata } }
}

/** Pruned, defaulted and validated as an API server would. Throws ManifestError. */
function checked({ file, object }: Manifest): KubernetesObject {
  const kind = [...kinds, ReferenceGrant].find((candidate) => candidate.kind === object.kind)
  if (kind === undefined) return object
  const { object: known, pruned } = pruneUnknownFields(object, kind.schema)
  const complete = applyDefaults(known, kind.schema) as KubernetesObject
  const { rules, errors: broken } = compileRules(kind.schema)
  const wrong = [
    ...broken,
    ...validateSchema(complete, kind.schema),
    ...pruned.map((field) => ({ type: 'Forbidden' as const, field, detail: 'unknown field' })),
  ]
  const errors = wrong.length > 0 ? wrong : evaluateRules(rules, complete, undefined)
  if (errors.length > 0) {
    const reasons = errors.map(fieldErrorMessage).join('; ')
    throw new ManifestError(`${file}: ${object.kind} "${object.metadata.name}": ${reasons}`)
  }
  return deepFreeze(complete)
}

function secretValues(
  secrets: readonly KubernetesObject[],
): ReadonlyMap<string, Readonly<Record<string, string>>> {
  return new Map(
    secrets.map(({ metadata, data, stringData }) => [
      `${metadata.namespace}/${metadata.name}`,
      {
        ...decoded((data ?? {}) as Readonly<Record<string, string>>),
        ...((stringData ?? {}) as Readonly<Record<string, string>>),
      },
    ]),
  )
}

function decoded(data: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [
      key,
      Buffer.from(value, 'base64').toString('utf8'),
    ]),
  )
}
