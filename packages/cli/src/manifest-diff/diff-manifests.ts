import { kindVersions, ReferenceGrant } from '@fairlead/api'
import type { Client } from '@fairlead/controller-runtime'
import {
  apiVersionOf,
  isNotFound,
  type KubernetesObject,
  type ResourceType,
  StatusError,
  untyped,
} from '@fairlead/kube-core'
import {
  ConfigMap,
  Deployment,
  Namespace,
  NetworkPolicy,
  Secret,
  Service,
  ServiceAccount,
} from '@fairlead/kube-types'
import type { Manifest } from '../load-manifests.ts'
import { changedFields, type ChangedField } from './changed-fields.ts'

/** What applying a manifest would do. */
export interface ManifestChange {
  readonly file: string
  /** `Kind namespace/name` */
  readonly object: string
  readonly change: 'none' | 'made' | 'changed' | 'refused' | 'unknown'
  /** What would change; without the values of Secrets. */
  readonly fields: readonly ChangedField[]
  /** Why it would be refused, or is not known. */
  readonly reason?: string
}

const types: readonly ResourceType[] = [
  ...kindVersions.flatMap(({ versions }) => Object.values(versions)),
  ReferenceGrant,
  ConfigMap,
  Deployment,
  Namespace,
  NetworkPolicy,
  Secret,
  Service,
  ServiceAccount,
]

/** What the server alone writes. */
const ofServer: readonly string[] = [
  'creationTimestamp',
  'generation',
  'managedFields',
  'resourceVersion',
  'uid',
]
/** What kubectl applied the last time: the server keeps it as it applies. */
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration'
/** Stands for a value of a Secret. */
const hidden = '(hidden)'

interface DiffOptions {
  readonly client: Client
  /** Of the apply that is tried. */
  readonly fieldManager: string
  /** Of objects without one. */
  readonly namespace: string
  readonly signal: AbortSignal
}

/** Asks the API server what a server-side apply of each manifest would change; nothing is stored. */
export async function* diffManifests(
  manifests: readonly Manifest[],
  options: DiffOptions,
): AsyncGenerator<ManifestChange> {
  for (const { file, object } of manifests) {
    const type = types.find(
      (each) => each.kind === object.kind && apiVersionOf(each) === object.apiVersion,
    )
    const placed = type === undefined ? object : inNamespace(object, type, options.namespace)
    const { namespace, name } = placed.metadata
    const shown = `${object.kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`
    const change =
      type === undefined ? unknownKind(object) : await changeOf(placed, untyped(type), options)
    yield { file, object: shown, ...change }
  }
}

type Change = Omit<ManifestChange, 'file' | 'object'>

function unknownKind({ apiVersion, kind }: KubernetesObject): Change {
  const reason = `the kind ${kind} of ${apiVersion} is not compared here: use kubectl diff --server-side`
  return { change: 'unknown', fields: [], reason }
}

async function changeOf(
  object: KubernetesObject,
  type: ResourceType<KubernetesObject>,
  { client, fieldManager, signal }: DiffOptions,
): Promise<Change> {
  try {
    const current = await found(client, type, object, signal)
    const applied = await client.apply(type, object, {
      fieldManager,
      force: true,
      dryRun: true,
      signal,
    })
    if (current === undefined) return { change: 'made', fields: [] }
    const fields = changedFields(comparable(current), comparable(applied))
    return {
      change: fields.length === 0 ? 'none' : 'changed',
      fields: withoutSecrets(type, fields),
    }
  } catch (error) {
    if (!(error instanceof StatusError)) throw error
    return { change: 'refused', fields: [], reason: error.message }
  }
}

async function found(
  client: Client,
  type: ResourceType<KubernetesObject>,
  { metadata: { name = '', namespace } }: KubernetesObject,
  signal: AbortSignal,
): Promise<KubernetesObject | undefined> {
  try {
    const key = namespace === undefined ? { name } : { namespace, name }
    return await client.get(type, key, { signal })
  } catch (error) {
    if (isNotFound(error)) return undefined
    throw error
  }
}

function inNamespace(
  object: KubernetesObject,
  type: ResourceType,
  namespace: string,
): KubernetesObject {
  if (!type.namespaced) return object
  return { ...object, metadata: { namespace, ...object.metadata } }
}

/** Of an object what its writers decide. */
function comparable(object: KubernetesObject): object {
  const { annotations = {}, ...metadata } = object.metadata
  const notes = Object.entries(annotations).filter(([name]) => name !== lastApplied)
  const own = [
    ...Object.entries(metadata).filter(([name]) => !ofServer.includes(name)),
    ['annotations', Object.fromEntries(notes)] as const,
  ]
  const others = Object.entries(object).filter(([name]) => name !== 'status')
  return { ...Object.fromEntries(others), metadata: Object.fromEntries(own) }
}

function withoutSecrets(
  { kind }: ResourceType,
  fields: readonly ChangedField[],
): readonly ChangedField[] {
  if (kind !== Secret.kind) return fields
  const shown = (value: unknown) => (value === undefined ? undefined : hidden)
  return fields.map(({ field, from, to }) =>
    // Annotations may hold what was applied.
    /^(?:kind|type|immutable)$/.test(field)
      ? { field, from, to }
      : { field, from: shown(from), to: shown(to) },
  )
}
