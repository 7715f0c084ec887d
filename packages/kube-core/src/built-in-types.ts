import type { TypedObject } from './object.ts'
import type { ResourceType } from './resource-type.ts'

export interface Namespace extends TypedObject {
  spec?: { finalizers?: string[] }
  status?: { phase?: 'Active' | 'Terminating' }
}

export interface Secret extends TypedObject {
  type?: string
  /** Base64. */
  data?: Record<string, string>
  /** Write-only: the server merges it into `data`. */
  stringData?: Record<string, string>
  immutable?: boolean
}

export interface ConfigMap extends TypedObject {
  data?: Record<string, string>
  /** Base64. */
  binaryData?: Record<string, string>
  immutable?: boolean
}

export interface ServiceAccount extends TypedObject {
  automountServiceAccountToken?: boolean
  secrets?: ObjectReference[]
  imagePullSecrets?: { name?: string }[]
}

export interface ObjectReference {
  apiVersion?: string
  kind?: string
  namespace?: string
  name?: string
  uid?: string
  resourceVersion?: string
  fieldPath?: string
}

/** An event of the group `events.k8s.io`. */
export interface Event extends TypedObject {
  /** RFC 3339 with microseconds. */
  eventTime?: string | null
  type?: 'Normal' | 'Warning'
  reason?: string
  action?: string
  note?: string
  regarding?: ObjectReference
  related?: ObjectReference
  reportingController?: string
  reportingInstance?: string
  series?: { count: number; lastObservedTime: string }
}

/** An event of the core group, the older form of the same resource. */
export interface CoreEvent extends TypedObject {
  involvedObject: ObjectReference
  type?: string
  reason?: string
  message?: string
  count?: number
  firstTimestamp?: string | null
  lastTimestamp?: string | null
  eventTime?: string | null
  action?: string
  source?: { component?: string; host?: string }
  reportingComponent?: string
  reportingInstance?: string
  related?: ObjectReference
}

export interface Lease extends TypedObject {
  spec?: {
    holderIdentity?: string
    leaseDurationSeconds?: number
    /** RFC 3339 with microseconds. */
    acquireTime?: string
    renewTime?: string
    leaseTransitions?: number
  }
}

export interface Service extends TypedObject {
  spec?: Record<string, unknown>
  status?: Record<string, unknown>
}

export interface Deployment extends TypedObject {
  spec?: Record<string, unknown>
  status?: Record<string, unknown>
}

/** Loosely typed; `CustomResourceDefinitionObject` has the full spec. */
export interface CustomResourceDefinition extends TypedObject {
  spec: Record<string, unknown>
  status?: Record<string, unknown>
}

function type<T extends TypedObject>(
  apiVersion: string,
  kind: string,
  plural: string,
  namespaced: boolean,
): ResourceType<T> {
  const [first = '', second] = apiVersion.split('/')
  const [group, version] = second === undefined ? ['', first] : [first, second]
  return Object.freeze({ group, version, kind, plural, namespaced })
}

export const Namespace = type<Namespace>('v1', 'Namespace', 'namespaces', false)
export const Secret = type<Secret>('v1', 'Secret', 'secrets', true)
export const ConfigMap = type<ConfigMap>('v1', 'ConfigMap', 'configmaps', true)
export const ServiceAccount = type<ServiceAccount>('v1', 'ServiceAccount', 'serviceaccounts', true)
export const CoreEvent = type<CoreEvent>('v1', 'Event', 'events', true)
export const Service = type<Service>('v1', 'Service', 'services', true)
export const Event = type<Event>('events.k8s.io/v1', 'Event', 'events', true)
export const Lease = type<Lease>('coordination.k8s.io/v1', 'Lease', 'leases', true)
export const Deployment = type<Deployment>('apps/v1', 'Deployment', 'deployments', true)
export const CustomResourceDefinition = type<CustomResourceDefinition>(
  'apiextensions.k8s.io/v1',
  'CustomResourceDefinition',
  'customresourcedefinitions',
  false,
)
