import {
  errors,
  StatusError,
  type KubernetesObject,
  type KubernetesList,
  type ListMeta,
} from '@fairlead/kube-core'

import { CompactedError, FutureRevisionError } from '../storage/storage-error.ts'
import type { Snapshot } from '../storage/storage.ts'
import { decodeContinueToken, encodeContinueToken, type ContinueToken } from './continue-token.ts'
import type { ListOptions } from './list-options.ts'
import type { ObjectSelection } from './object-selection.ts'
import type { ResourceContext } from './resource-context.ts'
import { servedApiVersion, toServed } from '../definitions/resource-definition.ts'
import type { CollectionTarget } from './resource-target.ts'

const tooOldToContinue =
  'The provided continue parameter is too old to display a consistent list result. You can start ' +
  'a new list without the continue parameter, or use the continue token in this response to ' +
  'retrieve the remainder of the results. Continuing with the provided token results in an ' +
  'inconsistent list - objects that were created, modified, or deleted between the time the first ' +
  'chunk was returned and now may show up in the list.'

/** One page, or all, of a collection. @throws StatusError 400, 410, 504 */
export function listObjects(
  context: ResourceContext,
  target: CollectionTarget,
  selection: ObjectSelection,
  options: ListOptions,
): KubernetesList {
  const { definition } = target
  const token = options.continue === undefined ? undefined : decodeContinueToken(options.continue)
  const snapshot = readSnapshot(context, target, options, token)
  const rest = token === undefined ? snapshot.objects : after(snapshot.objects, token.after)
  const matching = rest
    .map((stored) => toServed(definition, stored))
    .filter((object) => selection.all || selection.matches(object))
  const page = options.limit === undefined ? matching : matching.slice(0, options.limit)
  return {
    apiVersion: servedApiVersion(definition),
    kind: definition.listKind,
    metadata: listMeta(snapshot.revision, matching, page, selection),
    items: page,
  }
}

function readSnapshot(
  context: ResourceContext,
  target: CollectionTarget,
  options: ListOptions,
  token: ContinueToken | undefined,
): Snapshot {
  const { storage } = context
  const scope = {
    resource: target.definition.storageResource,
    ...(target.namespace === '' ? {} : { namespace: target.namespace }),
  }
  try {
    return storage.list(scope, revisionToRead(options, token, storage.revision))
  } catch (error) {
    if (error instanceof CompactedError) throw expired(token)
    if (error instanceof FutureRevisionError) {
      throw errors.tooLargeResourceVersion(options.resourceVersion ?? '', storage.revision)
    }
    throw error
  }
}

/** The revision to show, undefined for the present. */
function revisionToRead(
  options: ListOptions,
  token: ContinueToken | undefined,
  current: number,
): number | undefined {
  if (token !== undefined) return token.revision < 0 ? undefined : token.revision
  const requested = Number(options.resourceVersion ?? 0)
  if (requested === 0) return undefined
  // Before resourceVersionMatch existed, a limited list at a revision meant exactly that revision.
  const exact =
    options.resourceVersionMatch === 'Exact' ||
    (options.resourceVersionMatch === undefined && options.limit !== undefined)
  return exact || requested > current ? requested : undefined
}

function expired(token: ContinueToken | undefined): StatusError {
  if (token === undefined) {
    return errors.expired('The resourceVersion for the provided list is too old.')
  }
  const { status } = errors.expired(tooOldToContinue)
  const inconsistent = encodeContinueToken({ revision: -1, after: token.after })
  return new StatusError({ ...status, metadata: { continue: inconsistent } })
}

function after(objects: readonly KubernetesObject[], path: string): readonly KubernetesObject[] {
  return objects.filter((object) => pathOf(object) > path)
}

function listMeta(
  revision: number,
  matching: readonly KubernetesObject[],
  page: readonly KubernetesObject[],
  selection: ObjectSelection,
): ListMeta {
  const last = page.at(-1)
  const remaining = matching.length - page.length
  if (remaining === 0 || last === undefined) return { resourceVersion: String(revision) }
  return {
    resourceVersion: String(revision),
    continue: encodeContinueToken({ revision, after: pathOf(last) }),
    ...(selection.all ? { remainingItemCount: remaining } : {}),
  }
}

function pathOf({ metadata }: KubernetesObject): string {
  return `${metadata.namespace ?? ''}/${metadata.name ?? ''}`
}
