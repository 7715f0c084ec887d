import { watch } from 'node:fs'
import { createCompiler, type Compiler } from '@fairlead/config'
import type { Capabilities, SecretKeyRef, Snapshot } from '@fairlead/snapshot'
import type { SecretSource, SnapshotSource } from '@fairlead/gateway'
import {
  apiVersionOf,
  type KubernetesObject,
  type ResourceType,
  secretText,
  type TypedObject,
} from '@fairlead/kube-core'
import { Secret } from '@fairlead/kube-types'
import { systemClock, type Logger, type Timer } from '@fairlead/base'
import { loadManifests, ManifestError, type Manifest } from '../load-manifests.ts'
import { Listeners } from '../listeners.ts'
import { ManifestChecker } from './manifest-checker.ts'

/** Editors write a file in several steps: quiet period before it is read. */
const quietMs = 50

/** Reason of a condition that is False because nobody asks for what it tells. */
const notRequested = 'NotRequested'

interface ManifestConfigSourceOptions {
  readonly folder: string
  readonly gateway: { readonly namespace: string; readonly name: string }
  /** The capabilities of this process. */
  readonly capabilities: Capabilities
  readonly logger: Logger
}

/**
 * Configuration and Secrets from a directory of manifests, without any Kubernetes API. The same
 * defaults and validation apply. An invalid change keeps the last good configuration and is logged
 * with file and field.
 */
export class ManifestConfigSource {
  readonly snapshots: SnapshotSource
  readonly secrets: SecretSource
  readonly #options: ManifestConfigSourceOptions
  readonly #listeners: Listeners
  readonly #checker = new ManifestChecker()
  readonly #compiler: Compiler
  #snapshot: Snapshot | undefined
  #secrets: ReadonlyMap<string, Secret> = new Map()

  constructor(options: ManifestConfigSourceOptions) {
    this.#options = options
    this.#compiler = createCompiler({ capabilities: options.capabilities })
    this.#listeners = new Listeners((error) => options.logger.error({ error }, 'a listener failed'))
    const subscribe = (listener: () => void) => this.#listeners.add(listener)
    this.snapshots = { current: () => this.#snapshot, subscribe }
    this.secrets = { get: (ref) => this.#secret(ref), subscribe }
  }

  /** Reads everything. On ManifestError, the previous configuration stays in use. */
  load(): void {
    const { folder, gateway, logger } = this.#options
    const manifests = loadManifests(folder).map(placed)
    refuseRepetition(manifests)
    const byKind = Map.groupBy(
      this.#check(manifests),
      ({ apiVersion, kind }) => `${apiVersion} ${kind}`,
    )
    const list = <T extends TypedObject>(type: ResourceType<T>) =>
      (byKind.get(`${apiVersionOf(type)} ${type.kind}`) ??
        []) as readonly TypedObject[] as readonly T[]
    const { snapshots, conditions } = this.#compiler.compile({ list })

    for (const { kind, namespace, name, conditions: found } of conditions) {
      for (const { type, reason, message, status } of found) {
        if (status !== 'False' || reason === notRequested) continue
        logger.warn({ kind, namespace, name, type, reason }, message)
      }
    }
    this.#secrets = new Map(
      list(Secret).map((secret) => [
        `${secret.metadata.namespace}/${secret.metadata.name}`,
        secret,
      ]),
    )
    this.#snapshot = snapshots.get(`${gateway.namespace}/${gateway.name}`)
    logger.info({ folder, hash: this.#snapshot?.hash ?? null }, 'configuration loaded')
    this.#listeners.notify()
  }

  /** Reloads after every change in the directory until the signal aborts. */
  watch(signal: AbortSignal): void {
    const { folder, logger } = this.#options
    let timer: Timer | undefined
    const reload = () => {
      try {
        this.load()
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error)
        logger.error({ reason }, 'the manifests cannot be used; the last good ones stay in use')
      }
    }
    const watcher = watch(folder, { recursive: true, signal }, () => {
      timer?.cancel()
      timer = systemClock.setTimer(quietMs, reload)
    })
    watcher.on('error', (error) =>
      logger.error({ error }, 'cannot watch the manifests for changes'),
    )
    signal.addEventListener('abort', () => timer?.cancel(), { once: true })
  }

  /** As an API server would store them; an older shape is accepted and logged. */
  #check(manifests: readonly Manifest[]): readonly KubernetesObject[] {
    return this.#checker.checkAll(manifests).map(({ resource, changes }, index) => {
      const { kind, metadata } = resource
      const file = manifests[index]?.file
      for (const change of changes) {
        this.#options.logger.warn(
          { file, kind, name: metadata.name },
          `${file}: ${kind} "${metadata.name}": ${change}; please update the file`,
        )
      }
      return resource
    })
  }

  #secret(ref: SecretKeyRef): string | undefined {
    return secretText(this.#secrets.get(`${ref.namespace}/${ref.name}`), ref.key)
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

/** Refuses duplicate manifests of one object. Throws ManifestError. */
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
