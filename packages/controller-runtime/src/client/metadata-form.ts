import { apiVersionOf } from '@fairlead/kube-core'
import type { ResourceType, TypedObject } from '@fairlead/kube-core'

const form = (kind: string) => `application/json;as=${kind};g=meta.k8s.io;v=v1,application/json`

/** What to ask for when only metadata is wanted of the type; undefined if everything is. */
export function acceptOf(type: ResourceType, answer: 'object' | 'list'): string | undefined {
  if (type.metadataOnly !== true) return undefined
  return form(answer === 'list' ? 'PartialObjectMetadataList' : 'PartialObjectMetadata')
}

/**
 * Makes of an answer what readers of the type expect; undefined if it is that already. The server
 * names the form and not the kind of what it reduces to metadata, and sends everything if it does not
 * know the form.
 */
export function formOf<T extends TypedObject>(
  type: ResourceType<T>,
): ((object: T) => T) | undefined {
  if (type.metadataOnly !== true) return undefined
  const { kind } = type
  const apiVersion = apiVersionOf(type)
  return ({ metadata }) => ({ apiVersion, kind, metadata }) as T
}

/** The object as readers of the type expect it. */
export function formed<T extends TypedObject>(type: ResourceType<T>, object: T): T {
  return formOf(type)?.(object) ?? object
}

/** Refuses what needs the whole object: what was not read would be taken away. */
export function refuseMetadata(type: ResourceType, verb: 'create' | 'update'): void {
  if (type.metadataOnly !== true) return
  const instead = verb === 'update' ? ': patch it, or use the type of the whole object' : ''
  throw new TypeError(`cannot ${verb} ${type.kind} using only metadata${instead}`)
}
