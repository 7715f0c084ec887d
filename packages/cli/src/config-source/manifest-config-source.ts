import { watch } from 'node:fs'
import { compile } from '@fairlead/config'
import type { Capabilities, SecretKeyRef, Snapshot } from '@fairlead/snapshot'
import type { SecretSource, SnapshotSource } from '@fairlead/gateway'
import { apiVersionOf, Secret, type KubernetesObject, type ResourceType } from '@fairlead/kube-core'
import { systemClock, type Logger, type Timer } from '@fairlead/base'
import { loadManifests, ManifestError, type Manifest } from '../load-manifests.ts'
import { Listeners } from './listeners.ts'
import { ManifestChecker } from './manifest-checker.ts'

/** Editors write a file in several steps: how long it must be quiet before it is read. */
const quietMs = 50

interface ManifestConfigSourceOptions {
  readonly folder: string
  readonly gateway: { readonly namespace: string; readonly name: string }
  /** What this process can serve. */
  readonly capabilities: Capabilities
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
  readonly #checker = new ManifestChecker()
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
    const { folder, gateway, capabilities, logger } = this.#options
    const manifests = loadManifests(folder).map(placed)
    refuseRepetition(manifests)
    const byKind = Map.groupBy(
      manifests.map((manifest) => this.#check(manifest)),
      ({ apiVersion, kind }) => `${apiVersion} ${kind}`,
    )
    const list = <T extends KubernetesObject>(type: ResourceType<T>) =>
      (byKind.get(`${apiVersionOf(type)} ${type.kind}`) ??
        []) as readonly KubernetesObject[] as readonly T[]
    const { snapshots, conditions } = compile({ list }, { capabilities })

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

  /** Reloads after every change in the folder, until the signal aborts. */
  watch(signal: AbortSignal): void {
    const { folder, logger } = this.#options
    let timer: Timer | undefined
    const reload = () => {
      try {
        this.load()
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error)
        logger.error({ reason }, 'the manifests cannot be used; the last good ones stay in force')
      }
    }
    const watcher = watch(folder, { recursive: true, signal }, () => {
      timer?.cancel()
      timer = systemClock.setTimer(quietMs, reload)
    })
    watcher.on('error', (error) => logger.error({ error }, 'changes of manifests are not seen'))
    signal.addEventListener('abort', () => timer?.cancel(), { once: true })
  }

  /** As an API server would store it; an older spelling is read, and said. */
  #check(manifest: Manifest): KubernetesObject {
    const { resource, changes } = this.#checker.check(manifest)
    const { kind, metadata } = resource
    for (const change of changes) {
      this.#options.logger.warn(
        { file: manifest.file, kind, name: metadata.name },
        `${manifest.file}: ${kind} "${metadata.name}": ${change}; please change the file`,
      )
    }
    return resource
  }

  #secret(ref: SecretKeyRef): string | undefined {
    return this.#secrets.get(`${ref.namespace}/${ref.name}`)?.[ref.key]
  }
}

/** Adds the metadata that an API server would have set. */
function placed({ file, object }: Manifest): Manifest {
  const metadata = {
    ...object.metadata,
    namespace: object.metadata.namespace ?? 'default',
    generation: 1,
    creationTimestamp: object.metadata.creationTimestamp ?? '1970-01-01T00:00:00Z',
  }
  return { file, object: { ...object, metadata } }
}

/** Refuses two manifests of the same object. Throws ManifestError. */
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
