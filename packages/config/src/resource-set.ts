import { ReferenceGrant } from '@fairlead/api'
import { type ResourceType, type TypedObject } from '@fairlead/kube-core'
import { Namespace } from '@fairlead/kube-types'
import type { KindCompiler } from './judging/kind-compiler.ts'
import { kinds } from './kinds/kinds.ts'

/**
 * Every resource that configuration is made of, in the current shape and with the defaults of its
 * schema filled in; `CurrentResources` makes it so.
 */
export interface ResourceSet {
  /** All objects of a kind; empty for a kind that nobody keeps. */
  list<T extends TypedObject>(type: ResourceType<T>): readonly T[]
}

/** Every kind that has a say in a snapshot or in the conditions of others. */
export function configurationTypes(
  compilers: readonly KindCompiler[] = kinds,
): readonly ResourceType[] {
  return [...compilers.map(({ type }) => type), ReferenceGrant, Namespace]
}
