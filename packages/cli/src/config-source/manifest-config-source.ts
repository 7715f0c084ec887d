import { watch } from 'node:fs'
import { group, kinds, ReferenceGrant } from '@fairlead/api'
import { compile, resourceSetOf } from '@fairlead/config'
import type { SecretKeyRef, Snapshot } from '@fairlead/snapshot'
import type { SecretSource, SnapshotSource } from '@fairlead/gateway'
import {
  apiVersionOf,
  applyDefaults,
  compileRules,
  deepFreeze,
  evaluateRules,
  fieldErrorMessage,
  pruneUnknownFields,
  Secret,
  validateSchema,
  type KubernetesObject,
  type ResourceType,
} from '@fairlead/kube-core'
import type { Logger } from 'pino'
import { loadManifests, ManifestError, type Manifest } from '../load-manifests.ts'
import { Listeners } from './listeners.ts'

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
    refuseRepetition(manifests)
    const byKind = new Map<string, KubernetesObject[]>()
    for (const manifest of manifests) {
      const { apiVersion, kind } = manifest.object
      const known = byKind.get(`${apiVersion} ${kind}`) ?? []
      byKind.set(`${apiVersion} ${kind}`, [...known, checked(manifest)])
    }
    const list = <T extends KubernetesObject>(type: ResourceType<T>) =>
      (byKind.get(`${apiVersionOf(type)} ${type.kind}`) ??
        []) as readonly KubernetesObject[] as readonly T[]
    const { snapshots, conditions } = compile(resourceSetOf(list))

    for (const { kind, namespace, name, conditions: found } of conditions) {
      for (const { type, reason, message, status } of found) {
        if (status === 'False') logger.warn({ kind, namespace, name, type, reason }, message)
      }
    }
    this.#secrets = secretValues(list(Secret))
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
        const reason = error instanceof Error ? error.message : String(error)
        logger.error({ reason }, 'the manifests cannot be used; the last good ones stay in force')
      }
    }
    const watcher = watch(folder, { recursive: true, signal }, () => {
      clearTimeout(timer)
      timer = setTimeout(reload, quietMs)
    })
    watcher.on('error', (error) => logger.error({ error }, 'changes of manifests are not seen'))
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

/** Two manifests of one object: which of them is meant cannot be known. Throws ManifestError. */
function refuseRepetition(manifests: readonly Manifest[]): void {
  const files = new Map<string, string>()
  for (const { file, object } of manifests) {
    const { kind, metadata } = object
    const identity = `${kind} ${metadata.namespace}/${metadata.name}`
    const other = files.get(`${object.apiVersion} ${identity}`)
    if (other !== undefined) throw new ManifestError(`${file}: ${identity} is also in ${other}`)
    files.set(`${object.apiVersion} ${identity}`, file)
  }
}

/** Pruned, defaulted and validated as an API server would. Throws ManifestError. */
function checked({ file, object }: Manifest): KubernetesObject {
  const kind = [...kinds, ReferenceGrant].find(
    (candidate) => candidate.kind === object.kind && apiVersionOf(candidate) === object.apiVersion,
  )
  if (kind === undefined) {
    if (!object.apiVersion.startsWith(`${group}/`)) return object
    throw new ManifestError(`${file}: there is no kind ${object.kind} in ${object.apiVersion}`)
  }
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
