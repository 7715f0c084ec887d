import { isJsonObject, type JsonObject, type Logger, objectOrEmpty } from '@fairlead/base'
import {
  deepFreeze,
  type GroupVersionKind,
  type GroupVersionResource,
  type KubernetesObject,
} from '@fairlead/kube-core'

import type { DeepReadonly } from '../deep-readonly.ts'

/** What a request does to an object. */
export type AdmissionOperation = 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT'

/** Who makes a request, as the API server knows them. */
export interface AdmissionUser {
  readonly username: string
  readonly uid: string
  readonly groups: readonly string[]
  readonly extra: Readonly<Record<string, readonly string[]>>
}

/** What a webhook is asked about: a write on its way into the cluster. Everything in it is frozen. */
export interface AdmissionRequest {
  /** Of this question, not of the object; the API server repeats it in its audit log. */
  readonly uid: string
  readonly operation: AdmissionOperation
  readonly user: AdmissionUser
  /** Of the object, in the version that the webhook's rule names. */
  readonly kind: GroupVersionKind
  readonly resource: GroupVersionResource
  /** Such as `status`; empty for the object itself. */
  readonly subResource: string
  /** Empty for objects that are in no namespace. */
  readonly namespace: string
  /** Empty when the server is still to generate it. */
  readonly name: string
  /** The write is tried and not stored: have no side effects. */
  readonly dryRun: boolean
  /** The options of the write, such as `CreateOptions`. */
  readonly options: JsonObject
  /** What is to be stored; undefined for a deletion. */
  readonly object?: DeepReadonly<KubernetesObject>
  /** What is stored; undefined for a creation. */
  readonly oldObject?: DeepReadonly<KubernetesObject>
  /** Adds the webhook, the object, the user and the requestID to every line. */
  readonly log: Logger
  /** Aborts when the API server waits no longer: pass it on to every call. */
  readonly signal: AbortSignal
}

/** The request as it stands in an AdmissionReview. What is missing becomes empty, as in Go. */
export function admissionRequestFrom(review: JsonObject): Omit<AdmissionRequest, 'log' | 'signal'> {
  const { object, oldObject } = review
  return {
    uid: text(review['uid']),
    // Others are refused by whoever looks at it.
    operation: text(review['operation']) as AdmissionOperation,
    user: deepFreeze(userFrom(objectOrEmpty(review['userInfo']))),
    kind: deepFreeze(kindFrom(objectOrEmpty(review['kind']))),
    resource: deepFreeze(resourceFrom(objectOrEmpty(review['resource']))),
    subResource: text(review['subResource']),
    namespace: text(review['namespace']),
    name: text(review['name']),
    dryRun: review['dryRun'] === true,
    options: deepFreeze(objectOrEmpty(review['options'])),
    ...(isJsonObject(object) ? { object: deepFreeze(object as KubernetesObject) } : {}),
    ...(isJsonObject(oldObject) ? { oldObject: deepFreeze(oldObject as KubernetesObject) } : {}),
  }
}

function userFrom({ username, uid, groups, extra }: JsonObject): AdmissionUser {
  const values = Object.entries(objectOrEmpty(extra))
  return {
    username: text(username),
    uid: text(uid),
    groups: texts(groups),
    extra: Object.fromEntries(values.map(([name, value]) => [name, texts(value)])),
  }
}

function kindFrom({ group, version, kind }: JsonObject): GroupVersionKind {
  return { group: text(group), version: text(version), kind: text(kind) }
}

function resourceFrom({ group, version, resource }: JsonObject): GroupVersionResource {
  return { group: text(group), version: text(version), resource: text(resource) }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : []
}
