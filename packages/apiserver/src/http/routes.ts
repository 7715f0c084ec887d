import { errors } from '@fairlead/kube-core'

import { resourceName, type ResourceDefinition } from '../definitions/resource-definition.ts'
import type { ResourcePath } from './request-path.ts'
import { verbOf } from './request-verb.ts'

const methodOfVerb: Readonly<Record<string, string>> = {
  create: 'POST',
  delete: 'DELETE',
  deletecollection: 'DELETE',
  get: 'GET',
  list: 'GET',
  patch: 'PATCH',
  update: 'PUT',
  watch: 'GET',
}
const collectionVerbs = ['create', 'deletecollection', 'list'] as const
const objectVerbs = ['delete', 'get', 'patch', 'update'] as const
const customVerbs: ReadonlySet<string> = new Set([...collectionVerbs, ...objectVerbs, 'watch'])

/**
 * Checks that a path and its method lead somewhere. A built-in kind has routes as those that
 * Kubernetes' API installer registers.
 * @throws StatusError 404 or 405
 */
export function checkBuiltInRoute(
  definition: ResourceDefinition,
  path: ResourcePath,
  method: string,
): void {
  const methods = methodsAt(definition, path)
  if (methods.length === 0) throw errors.unknownResource()
  if (!methods.includes(method)) throw errors.methodNotAllowed()
}

function methodsAt(definition: ResourceDefinition, path: ResourcePath): readonly string[] {
  const { namespaced, verbs } = definition
  const { namespace, name, subresource, watches } = path
  if (namespace !== '' && !namespaced) return []
  const isEverywhere = namespaced && namespace === ''
  if (watches) {
    const isRouted = subresource === undefined && (name === undefined || !isEverywhere)
    return isRouted && verbs.includes('watch') ? ['GET'] : []
  }
  if (name === undefined) {
    return methodsOf(verbs, isEverywhere ? ['list'] : collectionVerbs)
  }
  if (isEverywhere) return []
  return subresource === undefined
    ? methodsOf(verbs, objectVerbs)
    : methodsOfSubresource(definition, path)
}

function methodsOfSubresource(
  { subresources = [] }: ResourceDefinition,
  { subresource, subpath }: ResourcePath,
): readonly string[] {
  if (subpath !== undefined && subresource !== 'proxy') return []
  const verbs = subresources.find(({ name }) => name === subresource)?.verbs ?? []
  const methods = verbs.flatMap((verb) => methodOfVerb[verb] ?? [])
  return subresource === 'proxy' && methods.length > 0 ? [...methods, 'HEAD', 'OPTIONS'] : methods
}

function methodsOf(verbs: readonly string[], ofPath: readonly string[]): string[] {
  return ofPath.filter((verb) => verbs.includes(verb)).map((verb) => methodOfVerb[verb] ?? '')
}

/**
 * The same for a custom resource, as the handler of custom resources in apiextensions-apiserver
 * decides it. False: there is nothing at the path, which is not even answered with a Status.
 * @throws StatusError 404 or 405
 */
export function isCustomRoute(
  definition: ResourceDefinition,
  path: ResourcePath,
  request: { readonly method: string; readonly query: URLSearchParams },
): boolean {
  const { namespaced, hasStatusSubresource, scale } = definition
  const verb = verbOf(request, path)
  const isAcrossNamespaces = verb === 'list' || verb === 'watch'
  if (namespaced ? path.namespace === '' && !isAcrossNamespaces : path.namespace !== '')
    return false
  const { subresource, name = '' } = path
  const isServed =
    subresource === undefined ||
    (subresource === 'status' && hasStatusSubresource) ||
    (subresource === 'scale' && scale !== undefined)
  if (!isServed) throw errors.notFound(resourceName(definition), name)
  const verbs = subresource === undefined ? customVerbs : subresourceVerbs
  if (!verbs.has(verb)) throw errors.methodNotSupported(resourceName(definition), verb)
  return true
}

const subresourceVerbs: ReadonlySet<string> = new Set(['get', 'patch', 'update'])
