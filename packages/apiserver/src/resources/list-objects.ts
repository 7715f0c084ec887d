import {
  errors,
  StatusError,
  type KubernetesObject,
  type KubernetesList,
} from '@fairlead/kube-core'

import {
  servedApiVersion,
  toServed,
  type ResourceDefinition,
} from '../definitions/resource-definition.ts'
import { CompactedError, FutureRevisionError } from '../storage/storage-error.ts'
import type { Scan } from '../storage/storage.ts'
import {
  decodeContinueToken,
  encodeContinueToken,
  tokenAfter,
  type ContinueToken,
} from './continue-token.ts'
import type { ListOptions } from './list-options.ts'
import type { ObjectSelection } from './object-selection.ts'
import type { ResourceContext } from './resource-context.ts'
import type { CollectionTarget } from './resource-target.ts'

const tooOldToContinue =
  'The provided continue parameter is too old to display a consistent list result. You can start ' +
  'a new list without the continue parameter, or use the continue token in this response to ' +
  'retrieve the remainder of the results. Continuing with the provided token results in an ' +
  'inconsistent list - objects that were created, modified, or deleted between the time the first ' +
  'chunk was returned and now may show up in the list.'

/**
 * Lists a collection, whole or one page of it, at once unless a webhook converts its objects.
 * @throws StatusError 400, 410, 504; 500, as a rejection, when they cannot be converted
 */
export function listObjects(
  context: ResourceContext,
  target: CollectionTarget,
  selection: ObjectSelection,
  options: ListOptions,
): KubernetesList | Promise<KubernetesList> {
  const { definition } = target
  const token = options.continue === undefined ? undefined : decodeContinueToken(options.continue)
  if (!definition.verbs.includes('watch')) return emptyList(definition)
  const snapshot = readSnapshot(context, target, selection, options, token)
  const keyOf = keyWithin(target)
  const answer = (read: Scan): KubernetesList => {
    const { items, isCut } = page(read, target, selection, options.limit)
    const last = items.at(-1)
    return {
      apiVersion: servedApiVersion(definition),
      kind: definition.listKind,
      metadata: {
        resourceVersion: String(read.revision),
        ...(isCut && last !== undefined
          ? {
              continue: tokenAfter(keyOf(last), read.revision),
              ...(selection.all ? { remainingItemCount: read.length - items.length } : {}),
            }
          : {}),
      },
      items,
    }
  }
  const remote = definition.conversion?.remote
  if (remote === undefined) return answer(snapshot)
  // While a webhook is asked, others write.
  const kept = { ...snapshot, objects: [...snapshot.objects] }
  const pending = remote.fetchServed(candidates(kept.objects, selection, options.limit))
  return pending === undefined ? answer(kept) : pending.then(() => answer(kept))
}

/** Those of which the served form has to be seen, to tell whether they match. */
function candidates(
  objects: readonly KubernetesObject[],
  selection: ObjectSelection,
  limit: number | undefined,
): readonly KubernetesObject[] {
  if (selection.all) return limit === undefined ? objects : objects.slice(0, limit)
  if (selection.name === undefined) return objects
  return objects.filter(({ metadata }) => metadata.name === selection.name)
}

/** Of what is not stored there is no version either. */
function emptyList(definition: ResourceDefinition): KubernetesList {
  const apiVersion = servedApiVersion(definition)
  return { apiVersion, kind: definition.listKind, metadata: {}, items: [] }
}

/**
 * The first objects that match, as served. A full page is cut when any object follows it, matching
 * or not: what comes is only read with the next page.
 */
function page(
  { objects, length }: Scan,
  { definition }: CollectionTarget,
  selection: ObjectSelection,
  limit = Infinity,
): { readonly items: KubernetesObject[]; readonly isCut: boolean } {
  const items: KubernetesObject[] = []
  let read = 0
  for (const stored of objects) {
    const object = servedWhenWanted(definition, stored, selection)
    read += 1
    if (object !== undefined && (selection.all || selection.matches(object))) items.push(object)
    if (items.length >= limit) return { items, isCut: read < length }
  }
  return { items, isCut: false }
}

/** What has another name than the wanted one need not be converted. */
function servedWhenWanted(
  definition: ResourceDefinition,
  stored: KubernetesObject,
  { name }: ObjectSelection,
): KubernetesObject | undefined {
  return name === undefined || name === stored.metadata.name
    ? toServed(definition, stored)
    : undefined
}

/** The key of an object below that of the listed collection. */
function keyWithin({ definition, namespace }: CollectionTarget) {
  const isShort = !definition.namespaced || namespace !== ''
  return ({ metadata }: KubernetesObject): string =>
    isShort ? (metadata.name ?? '') : `${metadata.namespace ?? ''}/${metadata.name ?? ''}`
}

function readSnapshot(
  context: ResourceContext,
  target: CollectionTarget,
  selection: ObjectSelection,
  options: ListOptions,
  token: ContinueToken | undefined,
): Scan {
  const { storage } = context
  const { definition, namespace } = target
  const isEverywhere = definition.namespaced && namespace === ''
  const resource = definition.storageResource
  const scope = isEverywhere ? { resource } : { resource, namespace }
  const revision = revisionToRead(options, token, storage.revision)
  const { name } = selection
  try {
    const isPast = revision !== undefined && revision !== storage.revision
    if (name !== undefined && token === undefined && !isEverywhere && !isPast) {
      return onlyNamed(storage.get({ resource, namespace, name }), storage.revision)
    }
    return storage.scan(scope, { revision, start: token?.start })
  } catch (error) {
    if (error instanceof CompactedError) throw expired(token)
    if (error instanceof FutureRevisionError) {
      throw errors.tooLargeResourceVersion(options.resourceVersion ?? '', storage.revision)
    }
    throw error
  }
}

/** What can match a selector that fixes the name. */
function onlyNamed(object: KubernetesObject | undefined, revision: number): Scan {
  const objects = object === undefined ? [] : [object]
  return { objects, length: objects.length, revision }
}

/** The revision to list at; undefined for the latest. */
function revisionToRead(
  options: ListOptions,
  token: ContinueToken | undefined,
  current: number,
): number | undefined {
  if (token !== undefined) return token.revision < 0 ? undefined : token.revision
  const requested = Number(options.resourceVersion ?? 0)
  if (requested === 0) return undefined
  return asksForExactly(options) || requested > current ? requested : undefined
}

/** Whether a list is to be of its revision, and not of a later one. */
export function asksForExactly({ resourceVersionMatch, limit }: ListOptions): boolean {
  // Before resourceVersionMatch existed, a limited list at a revision meant exactly that revision.
  return (
    resourceVersionMatch === 'Exact' || (resourceVersionMatch === undefined && limit !== undefined)
  )
}

function expired(token: ContinueToken | undefined): StatusError {
  if (token === undefined) {
    return errors.expired('The resourceVersion for the provided list is too old.')
  }
  const { status } = errors.expired(tooOldToContinue)
  const inconsistent = encodeContinueToken({ ...token, revision: -1 })
  return new StatusError({ ...status, metadata: { continue: inconsistent } })
}
