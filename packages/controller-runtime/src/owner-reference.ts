import { apiVersionOf, parseApiVersion } from '@fairlead/kube-core'
import type { OwnerReference, ResourceType, TypedObject } from '@fairlead/kube-core'

/** Thrown when an object already has another controller; it can have only one. */
export class AlreadyOwnedError extends Error {
  override readonly name = 'AlreadyOwnedError'
  readonly owner: OwnerReference
  constructor(object: TypedObject, owner: OwnerReference) {
    super(
      `Object ${object.metadata.namespace ?? ''}/${object.metadata.name ?? ''} is already owned by another ` +
        `${owner.kind} controller ${owner.name}`,
    )
    this.owner = owner
  }
}

/** A reference to a stored owner that makes it the controller: what `owns` looks for. */
export function controllerReference(type: ResourceType, owner: TypedObject): OwnerReference {
  return { ...ownerReference(type, owner), controller: true, blockOwnerDeletion: true }
}

/** A plain reference to a stored owner: the object is deleted when all its owners are. */
export function ownerReference(type: ResourceType, owner: TypedObject): OwnerReference {
  const { name, uid } = owner.metadata
  if (name === undefined || uid === undefined) {
    throw new TypeError(`the owner must be a stored ${type.kind}: it has no name or no uid`)
  }
  return { apiVersion: apiVersionOf(type), kind: type.kind, name, uid }
}

/**
 * The object with the owner as its controller. Throws AlreadyOwnedError if it has another one, and
 * TypeError if the owner's scope does not allow it: a namespaced owner can own only objects in its
 * namespace.
 */
export function setControllerReference<T extends TypedObject>(
  object: T,
  type: ResourceType,
  owner: TypedObject,
): T {
  const existing = controllerOf(object)
  const reference = controllerReference(type, owner)
  if (existing !== undefined && !sameOwner(existing, reference)) {
    throw new AlreadyOwnedError(object, existing)
  }
  return withReference(object, reference, owner)
}

/** The object with the owner added, or with its reference updated. */
export function setOwnerReference<T extends TypedObject>(
  object: T,
  type: ResourceType,
  owner: TypedObject,
): T {
  return withReference(object, ownerReference(type, owner), owner)
}

/** The object without its reference to the owner. */
export function removeOwnerReference<T extends TypedObject>(
  object: T,
  type: ResourceType,
  owner: TypedObject,
): T {
  const reference = ownerReference(type, owner)
  const others = (object.metadata.ownerReferences ?? []).filter((one) => !sameOwner(one, reference))
  return { ...object, metadata: { ...object.metadata, ownerReferences: others } }
}

/** The reference to the object's controller, if it has one. */
export function controllerOf(object: TypedObject): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find(({ controller }) => controller === true)
}

function withReference<T extends TypedObject>(
  object: T,
  reference: OwnerReference,
  owner: TypedObject,
): T {
  checkScope(object, owner)
  const references = object.metadata.ownerReferences ?? []
  const known = references.some((one) => sameOwner(one, reference))
  const ownerReferences = known
    ? references.map((one) => (sameOwner(one, reference) ? reference : one))
    : [...references, reference]
  return { ...object, metadata: { ...object.metadata, ownerReferences } }
}

function checkScope(object: TypedObject, owner: TypedObject): void {
  const { namespace: ownerNamespace } = owner.metadata
  const { namespace } = object.metadata
  if (!ownerNamespace) return
  if (!namespace) {
    throw new TypeError(
      `cluster-scoped resource must not have a namespace-scoped owner, owner's namespace ${ownerNamespace}`,
    )
  }
  if (namespace !== ownerNamespace) {
    throw new TypeError(
      `cross-namespace owner references are disallowed, owner's namespace ${ownerNamespace}, obj's namespace ${namespace}`,
    )
  }
}

/** The version is ignored: an owner is the same in every API version. */
function sameOwner(a: OwnerReference, b: OwnerReference): boolean {
  return (
    parseApiVersion(a.apiVersion).group === parseApiVersion(b.apiVersion).group &&
    a.kind === b.kind &&
    a.name === b.name
  )
}
