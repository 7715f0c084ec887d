import type { KubernetesObject, OwnerReference } from '@fairlead/kube-core'

import type { Change } from '../../../storage/change.ts'
import type { Storage } from '../../../storage/storage.ts'

type Objects = Map<string, KubernetesObject>

const none: ReadonlyMap<string, KubernetesObject> = new Map()

/** Finds the objects that a controller owns, and those that nobody does, without a search. */
export class OwnedObjects {
  readonly #byOwner = new Map<string, Objects>()
  readonly #unsubscribe: readonly (() => void)[]

  /** @param resources `plural.group` of what is looked for */
  constructor(storage: Storage, resources: readonly string[]) {
    for (const resource of resources) {
      for (const object of storage.list({ resource }).objects) this.#add(resource, object)
    }
    this.#unsubscribe = resources.map((resource) =>
      storage.subscribe(resource, (change) => this.#onChange(resource, change)),
    )
  }

  stop(): void {
    for (const unsubscribe of this.#unsubscribe) unsubscribe()
  }

  /** The objects whose controller has this uid. */
  ownedBy(resource: string, uid: string): readonly KubernetesObject[] {
    return [...(this.#byOwner.get(`${resource} ${uid}`) ?? none).values()]
  }

  /** The objects of a namespace that have no controller. */
  orphans(resource: string, namespace: string): readonly KubernetesObject[] {
    return [...(this.#byOwner.get(`${resource} /${namespace}`) ?? none).values()]
  }

  #onChange(resource: string, { type, object, previous }: Change): void {
    if (previous !== undefined) this.#remove(resource, previous)
    if (type !== 'DELETED') this.#add(resource, object)
  }

  #add(resource: string, object: KubernetesObject): void {
    const owner = ownerOf(resource, object)
    const objects = this.#byOwner.get(owner) ?? new Map<string, KubernetesObject>()
    objects.set(object.metadata.uid ?? '', object)
    this.#byOwner.set(owner, objects)
  }

  #remove(resource: string, object: KubernetesObject): void {
    const owner = ownerOf(resource, object)
    const objects = this.#byOwner.get(owner)
    objects?.delete(object.metadata.uid ?? '')
    if (objects?.size === 0) this.#byOwner.delete(owner)
  }
}

/** The owner that manages an object. */
export function controllerOf({ metadata }: KubernetesObject): OwnerReference | undefined {
  return metadata.ownerReferences?.find(({ controller }) => controller === true)
}

function ownerOf(resource: string, object: KubernetesObject): string {
  const uid = controllerOf(object)?.uid ?? `/${object.metadata.namespace ?? ''}`
  return `${resource} ${uid}`
}
