import type { KubernetesObject } from '@fairlead/kube-core'

import {
  servedApiVersion,
  toServed,
  type ResourceDefinition,
} from '../definitions/resource-definition.ts'
import type { ResourceContext } from '../resources/resource-context.ts'
import type { Binding } from './binding.ts'
import { ConfigurationError } from './configuration-error.ts'
import type { PolicyBase } from './policy-base.ts'

/**
 * The parameters with which a binding's policy is evaluated, once for each; `[undefined]` without
 * any. As CollectParams in Kubernetes' apiserver.
 * @throws ConfigurationError
 */
export function collectParams(
  definition: ResourceDefinition | undefined,
  { params: reference }: Binding,
  requestNamespace: string,
  { storage }: Pick<ResourceContext, 'storage'>,
): readonly (KubernetesObject | undefined)[] {
  if (definition === undefined || reference === undefined) return [undefined]
  const namespace = namespaceOf(definition, reference.namespace, requestNamespace)
  const { storageResource: resource } = definition
  const { name, selector, deniesWithout } = reference
  const named = name === '' ? undefined : storage.get({ resource, namespace, name })
  const found =
    name === ''
      ? storage
          .list(definition.namespaced ? { resource, namespace } : { resource })
          .objects.filter(({ metadata }) => selector.matches(metadata.labels))
      : [named].filter((each) => each !== undefined)
  if (found.length === 0 && deniesWithout) {
    throw new ConfigurationError(
      'no params found for policy binding with `Deny` parameterNotFoundAction',
    )
  }
  return found.map((object) => toServed(definition, object))
}

/** The kind of a policy's parameters. @throws ConfigurationError when it is not served */
export function paramDefinition(
  { paramKind }: Pick<PolicyBase, 'paramKind'>,
  { registry }: Pick<ResourceContext, 'registry'>,
): ResourceDefinition | undefined {
  if (paramKind === undefined) return undefined
  const { apiVersion, kind } = paramKind
  const found = registry.all.find(
    (each) => each.kind === kind && servedApiVersion(each) === apiVersion,
  )
  if (found !== undefined) return found
  const shown = `${apiVersion.includes('/') ? apiVersion : `/${apiVersion}`}, Kind=${kind}`
  throw new ConfigurationError(`failed to find resource referenced by paramKind: '${shown}'`)
}

function namespaceOf(
  { namespaced }: ResourceDefinition,
  given: string,
  requestNamespace: string,
): string {
  if (!namespaced) {
    if (given === '') return ''
    throw new ConfigurationError(
      'paramRef.namespace must not be provided for a cluster-scoped `paramKind`',
    )
  }
  const namespace = given || requestNamespace
  if (namespace !== '') return namespace
  throw new ConfigurationError(
    'cannot use namespaced paramRef in policy binding that matches cluster-scoped resources',
  )
}
