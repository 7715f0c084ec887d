import { isJsonObject, objectOrEmpty, type JsonObject } from '@fairlead/base'

/** `x-kubernetes-action` of an operation. */
export type OperationAction =
  'list' | 'post' | 'deletecollection' | 'get' | 'put' | 'patch' | 'delete'

/** The parameters of operations on objects of any kind, in one version of OpenAPI. */
export interface OperationParameters {
  /** By the operation, without those of its path. */
  readonly of: Readonly<Record<OperationAction, readonly JsonObject[]>>
  readonly pretty: JsonObject
  readonly namespace: JsonObject
}

const collectionPath = '/apis/coordination.k8s.io/v1/namespaces/{namespace}/leases'

/**
 * The parameters that a published document describes: those of leases, which have every operation,
 * are those of custom kinds too. Bodies of v2 that are objects of the kind are left out.
 */
export function operationParameters(document: JsonObject): OperationParameters {
  const paths = objectOrEmpty(document['paths'])
  const collection = objectOrEmpty(paths[collectionPath])
  const object = objectOrEmpty(paths[`${collectionPath}/{name}`])
  const list = parametersOf(collection['get'])
  const common = parametersOf(collection)
  const named = (name: string): JsonObject => common.find((each) => isNamed(each, name)) ?? {}
  return {
    of: {
      list,
      post: parametersOf(collection['post']),
      // Other than that of a built-in kind, it is described without what deletions have.
      deletecollection: list,
      get: list.filter((each) => isNamed(each, 'resourceVersion')),
      put: parametersOf(object['put']),
      patch: parametersOf(object['patch']),
      delete: parametersOf(object['delete']),
    },
    pretty: named('pretty'),
    namespace: named('namespace'),
  }
}

function parametersOf(part: unknown): JsonObject[] {
  const { parameters } = objectOrEmpty(part)
  const all = Array.isArray(parameters) ? parameters.filter(isJsonObject) : []
  return all.filter(({ name }) => name !== 'body')
}

/** In v2, what many operations have stands in one place, under its name and a hash. */
function isNamed({ name, $ref }: JsonObject, wanted: string): boolean {
  return name === wanted || (typeof $ref === 'string' && $ref.startsWith(`#/parameters/${wanted}-`))
}
