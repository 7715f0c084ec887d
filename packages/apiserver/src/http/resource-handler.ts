import { errors, type KubernetesObject } from '@fairlead/kube-core'

import type { ServiceAccountTokens } from '../auth/service-account-token.ts'
import { resourceName, type ResourceDefinition } from '../definitions/resource-definition.ts'
import { negotiate } from '../exchange/accept.ts'
import type { ApiRequest } from '../exchange/api-request.ts'
import { jsonResponse, type Handled } from '../exchange/api-response.ts'
import { presenterFor, type Presenter } from '../printing/represent.ts'
import { createObject } from '../resources/create-object.ts'
import { decodeObject } from '../resources/decode-object.ts'
import { deleteCollection } from '../resources/delete-collection.ts'
import { deleteObject } from '../resources/delete-object.ts'
import { parseDeleteOptions, type DeleteOptions } from '../resources/delete-options.ts'
import { getObject } from '../resources/get-object.ts'
import { listObjects } from '../resources/list-objects.ts'
import { parseListOptions } from '../resources/list-options.ts'
import { parseSelection } from '../resources/object-selection.ts'
import type { ResourceContext } from '../resources/resource-context.ts'
import type { CollectionTarget, ObjectTarget } from '../resources/resource-target.ts'
import { updateObject, type WriteResult } from '../resources/update-object.ts'
import { parseWriteOptions, type WriteOptions } from '../resources/write-options.ts'
import { presentingEncoder, SharedEventEncoder } from '../watch/event-encoder.ts'
import { parseFlag } from '../exchange/query-parameters.ts'
import { decodeBody, mediaTypeOf } from './decode-body.ts'
import { deletedStatus } from './deleted-status.ts'
import { findDuplicateFields } from './duplicate-fields.ts'
import { handlePatch } from './patch-request.ts'
import type { ResourcePath } from './request-path.ts'
import { type RequestedChange, tellingChanges } from './request-changes.ts'
import { verbOf } from './request-verb.ts'
import type { SubresourceHandler } from './subresource-handler.ts'
import { watchResponse } from './watch-response.ts'

/** Who takes part in what requests do. */
interface RequestHooks {
  /** Told of every change that a request makes. */
  readonly onChange?: ((change: RequestedChange) => void) | undefined
  /** What to warn of who has written this object. */
  readonly warningsOf?: ((object: KubernetesObject) => readonly string[]) | undefined
}

/** Handles requests for objects and collections. */
export class ResourceHandler {
  readonly #context: ResourceContext
  readonly #subresources: SubresourceHandler
  readonly #tokens: Pick<ServiceAccountTokens, 'review'>
  readonly #hooks: RequestHooks
  readonly #sharedEncoder = new SharedEventEncoder()

  constructor(
    context: ResourceContext,
    subresources: SubresourceHandler,
    tokens: Pick<ServiceAccountTokens, 'review'>,
    hooks: RequestHooks = {},
  ) {
    this.#context = context
    this.#tokens = tokens
    this.#subresources = subresources
    this.#hooks = hooks
  }

  /** @throws StatusError */
  handle(request: ApiRequest, path: ResourcePath): Handled {
    const definition = this.#context.registry.find(path.group, path.version, path.resource)
    if (definition === undefined) throw errors.unknownResource()
    // A cluster-scoped kind has no namespaced collections; an object of a namespaced kind needs a
    // namespace.
    if (path.namespace !== '' && !definition.namespaced) throw errors.unknownResource()
    requireVerb(request, path, definition)
    if (definition.deprecationWarning) request.warn(definition.deprecationWarning)
    return tellingChanges(this.#context, request, path, definition, this.#hooks.onChange, () =>
      this.#route(request, path, definition),
    )
  }

  #route(request: ApiRequest, path: ResourcePath, definition: ResourceDefinition): Handled {
    const target = { definition, namespace: path.namespace }
    const { name, subresource } = path
    if (name === undefined) return this.#collection(request, target)
    if (definition.namespaced && path.namespace === '') throw errors.unknownResource()
    if (subresource === undefined) return this.#object(request, { ...target, name })
    const sub = { ...target, name, subresource }
    if (subresource === 'status' && definition.hasStatusSubresource) {
      return this.#object(request, sub)
    }
    return this.#subresources.handle(request, sub)
  }

  #collection(request: ApiRequest, target: CollectionTarget): Handled {
    switch (request.method) {
      case 'GET':
        return parseFlag(request.query, 'watch')
          ? this.#watch(request, target)
          : this.#list(request, target)
      case 'POST':
        return this.#create(request, target)
      case 'DELETE':
        return this.#deleteCollection(request, target)
      default:
        throw errors.methodNotSupported(resourceName(target.definition), request.method)
    }
  }

  #object(request: ApiRequest, target: ObjectTarget): Handled {
    switch (request.method) {
      case 'GET':
        if (parseFlag(request.query, 'watch')) return this.#watchOne(request, target)
        return jsonResponse(
          200,
          this.#presenter(request, target).object(getObject(this.#context, target)),
        )
      case 'PUT':
        return this.#update(request, target)
      case 'PATCH':
        return this.#written(
          request,
          target,
          handlePatch(this.#context, request, target, this.#writeOptions(request)),
        )
      case 'DELETE':
        if (target.subresource === undefined) return this.#delete(request, target)
        throw errors.methodNotSupported(resourceName(target.definition), 'delete')
      default:
        throw errors.methodNotSupported(resourceName(target.definition), request.method)
    }
  }

  #watch(request: ApiRequest, target: CollectionTarget): Handled {
    const presenter = this.#presenter(request, target)
    const encode =
      negotiate(request.accept).as === 'object'
        ? this.#sharedEncoder.encode
        : presentingEncoder((object) => presenter.object(object))
    return watchResponse(this.#context, target, request.query, encode)
  }

  /** The older way to watch one object: its own path with `?watch`. */
  #watchOne(request: ApiRequest, target: ObjectTarget): Handled {
    const query = new URLSearchParams(request.query)
    query.set('fieldSelector', `metadata.name=${target.name}`)
    return this.#watch({ ...request, query }, target)
  }

  #list(request: ApiRequest, target: CollectionTarget): Handled {
    const selection = parseSelection(target.definition, request.query)
    const list = listObjects(this.#context, target, selection, parseListOptions(request.query))
    return jsonResponse(200, this.#presenter(request, target).list(list))
  }

  #create(request: ApiRequest, target: CollectionTarget): Handled {
    if (target.definition.namespaced && target.namespace === '') {
      throw errors.methodNotSupported(resourceName(target.definition), 'create')
    }
    const body = decodeBody(request.body, request.contentType)
    const { review } = target.definition
    if (review !== undefined) {
      const question = decodeObject(target.definition, body, this.#writeOptions(request))
      return jsonResponse(201, review(question, request.user, this.#tokens))
    }
    const object = createObject(this.#context, target, body, this.#writeOptions(request))
    return this.#written(request, target, { object, created: true })
  }

  #update(request: ApiRequest, target: ObjectTarget): Handled {
    const body = decodeBody(request.body, request.contentType)
    const result = updateObject(this.#context, target, body, this.#writeOptions(request))
    return this.#written(request, target, result)
  }

  #delete(request: ApiRequest, target: ObjectTarget): Handled {
    const options = this.#deleteOptions(request)
    const { object, gone } = deleteObject(this.#context, target, options)
    if (gone) return jsonResponse(200, deletedStatus(target.definition, object))
    return this.#written(request, target, { object, created: false })
  }

  #deleteCollection(request: ApiRequest, target: CollectionTarget): Handled {
    const list = deleteCollection(
      this.#context,
      target,
      parseSelection(target.definition, request.query),
      parseListOptions(request.query),
      this.#deleteOptions(request),
    )
    return jsonResponse(200, this.#presenter(request, target).list(list))
  }

  #written(request: ApiRequest, target: CollectionTarget, result: WriteResult): Handled {
    this.#warn(request, target, result)
    const body = this.#presenter(request, target).object(result.object)
    return jsonResponse(result.created ? 201 : 200, body)
  }

  /** Of what somebody has said of an object, which neither its status nor its deletion is. */
  #warn(request: ApiRequest, target: CollectionTarget, { object }: WriteResult): void {
    if (request.method === 'DELETE' || 'subresource' in target) return
    for (const warning of this.#hooks.warningsOf?.(object) ?? []) request.warn(warning)
  }

  #presenter(request: ApiRequest, target: CollectionTarget): Presenter {
    const { clock } = this.#context
    const representation = negotiate(request.accept)
    return presenterFor(target.definition, representation, request.query, () => clock.now())
  }

  #writeOptions(request: ApiRequest): WriteOptions {
    const options = parseWriteOptions(request.query, request.userAgent, request.warn)
    const isJson = mediaTypeOf(request.contentType).endsWith('json')
    if (!isJson || options.fieldValidation === 'Ignore') return options
    return { ...options, duplicateFields: duplicateFieldsOf(request.body) }
  }

  #deleteOptions(request: ApiRequest): DeleteOptions {
    const body =
      request.body.length === 0 ? undefined : decodeBody(request.body, request.contentType)
    return parseDeleteOptions(body, request.query)
  }
}

/** @throws StatusError 405 for verbs that this kind does not support */
function requireVerb(
  request: ApiRequest,
  path: ResourcePath,
  definition: ResourceDefinition,
): void {
  const verb = verbOf(request, path)
  if (path.subresource !== undefined || definition.verbs.includes(verb)) return
  throw errors.methodNotSupported(resourceName(definition), verb)
}

/** Empty for a body that is not JSON, which the decoder reports better. */
function duplicateFieldsOf(body: Buffer): string[] {
  try {
    return findDuplicateFields(body.toString('utf8'))
  } catch {
    return []
  }
}
