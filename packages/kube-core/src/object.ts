/**
 * The wire form of a set of fields: keys are `.` (the value itself), `f:<field>`, `k:<JSON of a
 * list map key>`, `v:<JSON of a set member>` and `i:<index>`; an empty object marks a leaf member.
 */
export interface FieldsV1 {
  [element: string]: FieldsV1
}

/** A reference to an object's owner, followed by garbage collection. */
export interface OwnerReference {
  apiVersion: string
  kind: string
  name: string
  uid: string
  controller?: boolean
  blockOwnerDeletion?: boolean
}

/** The fields that one manager has set, as recorded by the API server in `metadata.managedFields`. */
export interface ManagedFieldsEntry {
  manager?: string
  operation?: 'Apply' | 'Update'
  apiVersion?: string
  /** RFC 3339, whole seconds. */
  time?: string
  fieldsType?: 'FieldsV1'
  fieldsV1?: FieldsV1
  subresource?: string
}

/** Metadata of every stored object. All fields are plain JSON, timestamps remain strings. */
export interface ObjectMeta {
  name?: string
  generateName?: string
  namespace?: string
  /** Of older servers; never kept. */
  selfLink?: string
  uid?: string
  resourceVersion?: string
  generation?: number
  creationTimestamp?: string
  deletionTimestamp?: string
  deletionGracePeriodSeconds?: number
  labels?: Record<string, string>
  annotations?: Record<string, string>
  finalizers?: readonly string[]
  ownerReferences?: readonly OwnerReference[]
  managedFields?: readonly ManagedFieldsEntry[]
}

/** Metadata of a stored object of a kind whose objects are in namespaces. */
export interface NamespacedObjectMeta extends ObjectMeta {
  name: string
  namespace: string
}

/** Metadata of a stored object of a kind whose objects are in no namespace. */
export interface ClusterObjectMeta extends ObjectMeta {
  name: string
  namespace?: never
}

/**
 * What objects of every kind have. The type of a kind adds its fields, and no index signature, so
 * that a misspelt field is a compile error.
 */
export interface TypedObject {
  apiVersion: string
  kind: string
  metadata: ObjectMeta
}

/** Any Kubernetes object as plain JSON, of whose kind nothing is known. */
export interface KubernetesObject extends TypedObject {
  [field: string]: unknown
}

export interface ListMeta {
  resourceVersion?: string
  continue?: string
  remainingItemCount?: number
}

export interface KubernetesList<T extends TypedObject = KubernetesObject> {
  apiVersion: string
  kind: string
  metadata: ListMeta
  items: T[]
}

/** One observed aspect of an object's state, in the standard form of `status.conditions`. */
export interface Condition {
  type: string
  status: 'True' | 'False' | 'Unknown'
  reason: string
  message: string
  lastTransitionTime: string
  observedGeneration?: number
}

export interface GroupVersionKind {
  group: string
  version: string
  kind: string
}

export interface GroupVersionResource {
  group: string
  version: string
  resource: string
}
