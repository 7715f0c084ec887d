import type { ResourceDefinition } from '../definitions/resource-definition.ts'

/**
 * The paths part of OpenAPI. kubectl reads from it which kinds take `fieldValidation` and `dryRun`,
 * and which take a strategic merge patch; the rest is for people and other tools.
 */
export function publishPaths(
  definitions: readonly ResourceDefinition[],
  openApiVersion: 2 | 3,
): Record<string, object> {
  return Object.fromEntries(
    definitions.flatMap((definition) => pathsOf(definition, openApiVersion)),
  )
}

const jsonTypes = ['application/json', 'application/yaml']
const writeParameters = ['dryRun', 'fieldManager', 'fieldValidation', 'pretty']
const listParameters = [
  'allowWatchBookmarks',
  'continue',
  'fieldSelector',
  'labelSelector',
  'limit',
  'resourceVersion',
  'resourceVersionMatch',
  'sendInitialEvents',
  'timeoutSeconds',
  'watch',
]

function pathsOf(definition: ResourceDefinition, version: 2 | 3): [string, object][] {
  const collection = collectionPath(definition)
  const operation = operationOf(definition, version)
  const verbs = new Set(definition.verbs)
  const collectionItem = {
    ...(verbs.has('list') ? { get: operation('list', listParameters) } : {}),
    ...(verbs.has('create') ? { post: operation('post', writeParameters, jsonTypes) } : {}),
    ...(verbs.has('deletecollection')
      ? { delete: operation('deletecollection', ['dryRun', 'propagationPolicy']) }
      : {}),
  }
  if (!verbs.has('get')) return [[collection, collectionItem]]
  const objectItem = {
    get: operation('get', []),
    put: operation('put', writeParameters, jsonTypes),
    patch: operation('patch', [...writeParameters, 'force'], patchTypes(definition)),
    delete: operation('delete', ['dryRun', 'propagationPolicy'], jsonTypes),
  }
  const { delete: _, ...statusItem } = objectItem
  return [
    [collection, collectionItem],
    [`${collection}/{name}`, objectItem],
    ...(definition.hasStatusSubresource
      ? [[`${collection}/{name}/status`, statusItem] satisfies [string, object]]
      : []),
  ]
}

function collectionPath({ group, version, plural, namespaced }: ResourceDefinition): string {
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`
  return namespaced ? `${root}/namespaces/{namespace}/${plural}` : `${root}/${plural}`
}

function patchTypes({ origin }: ResourceDefinition): string[] {
  return [
    'application/apply-patch+yaml',
    'application/json-patch+json',
    'application/merge-patch+json',
    ...(origin === 'built-in' ? ['application/strategic-merge-patch+json'] : []),
  ]
}

function operationOf({ group, version, kind }: ResourceDefinition, openApiVersion: 2 | 3) {
  return (action: string, queryParameters: readonly string[], bodyTypes?: readonly string[]) => ({
    ...(openApiVersion === 2
      ? { consumes: bodyTypes ?? ['*/*'], produces: jsonTypes }
      : bodyTypes === undefined
        ? {}
        : {
            requestBody: {
              content: Object.fromEntries(bodyTypes.map((type) => [type, { schema: {} }])),
            },
          }),
    parameters: queryParameters.map((name) => ({
      name,
      in: 'query',
      ...(openApiVersion === 2 ? { type: 'string' } : { schema: { type: 'string' } }),
    })),
    responses: { 200: { description: 'OK' } },
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': { group, kind, version },
  })
}
