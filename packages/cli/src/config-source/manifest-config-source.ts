import { watch } from 'node:fs'
import {
  configurationWarnings,
  createCompiler,
  missingGateway,
  type CompileResult,
  type Compiler,
  type ConfigurationWarning,
  type ResourceSet,
  type UpgradedResource,
} from '@fairlead/config'
import type { Capabilities, SecretKeyRef, Snapshot } from '@fairlead/snapshot'
import type { SecretSource, SnapshotSource } from '@fairlead/gateway'
import {
  apiVersionOf,
  type KubernetesObject,
  type ResourceType,
  secretText,
  type TypedObject,
} from '@fairlead/kube-core'
import { ConfigMap, Secret } from '@fairlead/kube-types'
import { systemClock, type Logger, type Timer } from '@fairlead/base'
import { readManifests, type Manifest } from '../load-manifests.ts'
import { Listeners } from '../listeners.ts'
import { type ConfigMapSource, dataOf } from './config-map-source.ts'
import { identityOf, ManifestChecker } from './manifest-checker.ts'
import { unreadPools } from './unread-pools.ts'

/** Editors write a file in several steps: quiet period before it is read. */
const quietMs = 50

interface ManifestConfigSourceOptions {
  readonly folder: string
  readonly gateway: { readonly namespace: string; readonly name: string }
  /** The capabilities of this process. */
  readonly capabilities: Capabilities
  readonly logger: Logger
}

/**
 * Configuration and Secrets from a directory of manifests, without any Kubernetes API. The same
 * defaults and validation apply. What is wrong is logged with file and field; it stays as it was, and
 * does not hold back the rest.
 */
export class ManifestConfigSource {
  readonly snapshots: SnapshotSource
  readonly secrets: SecretSource
  readonly configMaps: ConfigMapSource
  readonly #options: ManifestConfigSourceOptions
  readonly #listeners: Listeners
  readonly #checker = new ManifestChecker()
  readonly #compiler: Compiler
  #snapshot: Snapshot | undefined
  #secrets: ReadonlyMap<string, Secret> = new Map()
  #configMaps: ReadonlyMap<string, ConfigMap> = new Map()
  /** All that could be read the last time. */
  #manifests: readonly Manifest[] = []
  #problems: readonly string[] = []

  constructor(options: ManifestConfigSourceOptions) {
    this.#options = options
    this.#compiler = createCompiler({ capabilities: options.capabilities })
    this.#listeners = new Listeners((error) => options.logger.error({ error }, 'a listener failed'))
    const subscribe = (listener: () => void) => this.#listeners.add(listener)
    this.snapshots = { current: () => this.#snapshot, subscribe }
    this.secrets = { get: (ref) => this.#secret(ref), subscribe }
    this.configMaps = { data: (configMap) => this.#configMap(configMap), subscribe }
  }

  /**
   * Reads everything. What is wrong is logged; its last good state stays in use, and what is right is
   * used. Throws ManifestError if the directory cannot be read.
   */
  load(): void {
    const { folder, gateway, logger } = this.#options
    const { objects, problems } = this.#read()
    const byKind = Map.groupBy(objects, ({ apiVersion, kind }) => `${apiVersion} ${kind}`)
    const list = <T extends TypedObject>(type: ResourceType<T>) =>
      (byKind.get(`${apiVersionOf(type)} ${type.kind}`) ??
        []) as readonly TypedObject[] as readonly T[]
    const result = this.#compiler.compile({ list })
    this.#secrets = byName(list(Secret))
    this.#configMaps = byName(list(ConfigMap))
    this.#report(problems, result, { list })
    this.#snapshot = result.snapshots.get(`${gateway.namespace}/${gateway.name}`)
    logger.info({ folder, hash: this.#snapshot?.hash ?? null }, 'configuration loaded')
    this.#listeners.notify()
  }

  /** What is wrong now, in words for a person: of files first, then what conditions would say. */
  problems(): readonly string[] {
    return this.#problems
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
        logger.error({ reason }, 'the manifests cannot be read; the last good ones stay in use')
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

  /** The objects as an API server would store them, and what is wrong with files. */
  #read(): { readonly objects: readonly KubernetesObject[]; readonly problems: readonly string[] } {
    const { manifests, unreadable } = readManifests(this.#options.folder)
    const kept = this.#manifests.filter(({ file }) => unreadable.has(file))
    const broken = [...unreadable].map(([file, { message }]) => {
      const isKept = kept.some((manifest) => manifest.file === file)
      return `${message} (${isKept ? 'its last good state stays in use' : 'not used'})`
    })
    this.#manifests = [...manifests.map(placed), ...kept]
    const { unique, repeated } = withoutRepetition(this.#manifests)
    const { accepted, problems } = this.#checker.checkAll(unique)
    for (const { file, result } of accepted) this.#logUpgrades(file, result)
    const objects = accepted.map(({ result }) => result.resource)
    return { objects, problems: [...broken, ...repeated, ...problems] }
  }

  /** Logs what was not so the last time. */
  #report(problems: readonly string[], result: CompileResult, resources: ResourceSet): void {
    const { gateway, logger } = this.#options
    const reported = new Set(this.#problems)
    const missing = missingGateway(result, gateway)
    const warnings = [
      ...configurationWarnings(result, resources, {
        hasSecret: (secret) => (this.#secret(secret) ?? '') !== '',
        nowMs: systemClock.now(),
      }),
      ...unreadPools(result.snapshots.get(`${gateway.namespace}/${gateway.name}`)),
    ]
    for (const problem of problems) if (!reported.has(problem)) logger.error({}, problem)
    if (missing !== undefined && !reported.has(missing)) logger.warn({}, missing)
    for (const { message, ...fields } of warnings) {
      if (!reported.has(warningText({ message, ...fields }))) logger.warn(fields, message)
    }
    this.#problems = [
      ...problems,
      ...(missing === undefined ? [] : [missing]),
      ...warnings.map(warningText),
    ]
  }

  #logUpgrades(file: string, { resource, changes }: UpgradedResource<KubernetesObject>): void {
    const { kind, metadata } = resource
    for (const change of changes) {
      this.#options.logger.warn(
        { file, kind, name: metadata.name },
        `${file}: ${kind} "${metadata.name}": ${change}; please update the file`,
      )
    }
  }

  #secret(ref: SecretKeyRef): string | undefined {
    return secretText(this.#secrets.get(`${ref.namespace}/${ref.name}`), ref.key)
  }

  #configMap({ namespace, name }: { readonly namespace: string; readonly name: string }) {
    const configMap = this.#configMaps.get(`${namespace}/${name}`)
    return configMap && dataOf(configMap)
  }
}

function byName<T extends TypedObject>(objects: readonly T[]): ReadonlyMap<string, T> {
  return new Map(
    objects.map((object) => [`${object.metadata.namespace}/${object.metadata.name}`, object]),
  )
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

/** The first manifest of each object, and what is to be said of the others. */
function withoutRepetition(manifests: readonly Manifest[]): {
  readonly unique: readonly Manifest[]
  readonly repeated: readonly string[]
} {
  const first = new Map<string, Manifest>()
  const repeated: string[] = []
  for (const manifest of manifests) {
    const { file, object } = manifest
    const identity = identityOf(object)
    const other = first.get(identity)
    if (other === undefined) {
      first.set(identity, manifest)
      continue
    }
    const { namespace, name } = object.metadata
    repeated.push(
      `${file}: ${object.kind} ${namespace}/${name} is also in ${other.file} (not used)`,
    )
  }
  return { unique: [...first.values()], repeated }
}

function warningText({ kind, namespace, name, type, message }: ConfigurationWarning): string {
  return `${kind} ${namespace}/${name}: ${type}: ${message}`
}
