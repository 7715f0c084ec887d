import { randomUUID } from 'node:crypto'

import { type KubernetesObject, timestamp } from '@fairlead/kube-core'

import type { ResourceContext } from '../resources/resource-context.ts'
import type { StorageKey } from '../storage/change.ts'

/** Where bootstrap objects are stored, and when. */
export type BootstrapContext = Pick<ResourceContext, 'storage' | 'clock'>

/** An object that every cluster has, before it is stored. */
export interface BootstrapObject {
  /** `plural.group` under which it is stored. */
  readonly resource: string
  readonly apiVersion: string
  readonly kind: string
  readonly namespace?: string
  readonly name: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  readonly generation?: number
  readonly content: Readonly<Record<string, unknown>>
  /** Who owns its fields. Defaults to `kube-apiserver`. */
  readonly manager?: string
  /** The fields of `content` as their manager owns them, such as `{"f:rules":{}}`. */
  readonly owned: Readonly<Record<string, unknown>>
}

export function keyOf({ resource, namespace = '', name }: BootstrapObject): StorageKey {
  return { resource, namespace, name }
}

/** Stores an object as kube-apiserver would have created it. It is not validated again. */
export function storeBootstrapObject(
  { storage, clock }: BootstrapContext,
  object: BootstrapObject,
): void {
  const { apiVersion, kind, namespace, name, labels, annotations, generation, content } = object
  const { manager = 'kube-apiserver' } = object
  const now = timestamp(clock.now())
  const stored = {
    kind,
    apiVersion,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      uid: randomUUID(),
      ...(generation === undefined ? {} : { generation }),
      creationTimestamp: now,
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations }),
      managedFields: [
        {
          manager,
          operation: 'Update',
          apiVersion,
          time: now,
          fieldsType: 'FieldsV1',
          fieldsV1: { ...ownedMetadata(object), ...object.owned },
        },
      ],
    },
    ...content,
  }
  storage.create(keyOf(object), stored as KubernetesObject)
}

function ownedMetadata({ labels, annotations }: BootstrapObject): object {
  if (labels === undefined && annotations === undefined) return {}
  return {
    'f:metadata': {
      ...(annotations === undefined ? {} : { 'f:annotations': ownedMap(annotations) }),
      ...(labels === undefined ? {} : { 'f:labels': ownedMap(labels) }),
    },
  }
}

/** A map that is owned with each of its keys. */
function ownedMap(map: Readonly<Record<string, unknown>>): object {
  return { '.': {}, ...Object.fromEntries(Object.keys(map).map((key) => [`f:${key}`, {}])) }
}

/** Stores an object unless it exists. */
export function ensureBootstrapObject(context: BootstrapContext, object: BootstrapObject): void {
  if (context.storage.get(keyOf(object)) === undefined) storeBootstrapObject(context, object)
}
