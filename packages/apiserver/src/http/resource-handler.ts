import { objectOrEmpty } from '@fairlead/base'
import { errors, type KubernetesList, type KubernetesObject } from '@fairlead/kube-core'

import type { ReviewServices } from '../auth/review-context.ts'
import { recordAt, textAt } from '../definitions/fields.ts'
import { resourceName, type ResourceDefinition } from '../definitions/resource-definition.ts'
import { negotiate, negotiateStream, type Representation } from '../exchange/accept.ts'
import type { ApiRequest } from '../exchange/api-request.ts'
import { jsonResponse, pageNotFound, type Handled } from '../exchange/api-response.ts'
import { presenterFor, type Presenter } from '../printing/represent.ts'
import { createObject } from '../resources/create-object.ts'
import { deleteCollection } from '../resources/delete-collection.ts'
import { deleteObject } from '../resources/delete-object.ts'
import { parseDeleteOptions, type DeleteOptions } from '../resources/delete-options.ts'
import { getObject } from '../resources/get-object.ts'
import { asksForExactly, listObjects } from '../resources/list-objects.ts'
import { parseListOptions } from '../resources/list-options.ts'
import { parseSelection } from '../resources/object-selection.ts'
import type { ResourceContext, WriteContext } from '../resources/resource-context.ts'
import type { CollectionTarget, ObjectTarget } from '../resources/resource-target.ts'
import type { RevisionWaits } from '../resources/revision-waits.ts'
import { updateObject, type WriteResult } from '../resources/update-object.ts'
import type { WriteOptions } from '../resources/write-options.ts'
import { protobufMediaType } from '../protobuf/protobuf-message.ts'
import { jsonEventLine, presentingEncoder, SharedEventEncoder } from '../watch/event-encoder.ts'
import { parseFlag } from '../exchange/query-parameters.ts'
import { listBlueprint } from '../watch/list-blueprint.ts'
import { marksObjects, parseWatchOptions } from '../watch/watch-options.ts'
import { decodeBody, requireMediaType } from './decode-body.ts'
import { decodeDeleteOptions } from './delete-options-body.ts'
import { deletedStatus } from './deleted-status.ts'
import { duplicatesInBody } from './duplicates-in-body.ts'
import { onBehalfOf } from './on-behalf-of.ts'
import { protobufEventFrame } from './encode-answer.ts'
import { optionsOfWrite } from './options-of-write.ts'
import { handlePatch } from './patch-request.ts'
import { patchTypeOf } from './patch-types.ts'
import type { ResourcePath } from './request-path.ts'
import { type RequestedChange, tellingChanges } from './request-changes.ts'
import { handleReview } from './review-request.ts'
import { requireRepresentation } from './route-representations.ts'
import { checkBuiltInRoute, isCustomRoute } from './routes.ts'
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
  readonly #waits: RevisionWaits
  readonly #subresources: SubresourceHandler
  readonly #reviews: ReviewServices
  readonly #hooks: RequestHooks
  readonly #eventEncoders = {
    json: new SharedEventEncoder(jsonEventLine),
    protobuf: new SharedEventEncoder(protobufEventFrame),
  }

  constructor(
    context: ResourceContext,
    waits: RevisionWaits,
    subresources: SubresourceHandler,
    reviews: ReviewServices,
    hooks: RequestHooks = {},
  ) {
    this.#context = context
    this.#waits = waits
    this.#reviews = reviews
    this.#subresources = subresources
    this.#hooks = hooks
  }

  /** @throws StatusError */
  handle(request: ApiRequest, path: ResourcePath): Handled | Promise<Handled> {
    const definition = this.#context.registry.find(path.group, path.version, path.resource)
    if (definition === undefined) {
      if (this.#context.registry.hasBuiltInGroup(path.group)) throw errors.unknownResource()
      return pageNotFound()
    }
    if (definition.origin === 'built-in') {
      checkBuiltInRoute(definition, path, request.method)
      requireRepresentation(request.accept, path, request.method)
    } else if (!isCustomRoute(definition, path, request)) return pageNotFound()
    if (definition.deprecationWarning) request.warn(definition.deprecationWarning)
    const context = onBehalfOf(this.#context, this.#reviews.authorizer, request, path)
    return tellingChanges(context, request, path, definition, this.#hooks.onChange, (recorded) =>
      this.#route(recorded, request, path, definition),
    )
  }

  #route(
    context: WriteContext,
    request: ApiRequest,
    path: ResourcePath,
    definition: ResourceDefinition,
  ): Handled | Promise<Handled> {
    const target = { definition, namespace: path.namespace }
    const { name, subresource } = path
    if (path.watches) return this.#watch(watchingOne(request, name), target)
    if (name === undefined) return this.#collection(context, request, target)
    if (subresource === undefined) return this.#object(context, request, { ...target, name })
    const sub = { ...target, name, subresource }
    const isPartOfIt =
      (subresource === 'status' && definition.hasStatusSubresource) ||
      (subresource === 'approval' && hasApproval(definition)) ||
      definition.objectSubresources?.includes(subresource) === true
    if (isPartOfIt) return this.#object(context, request, sub)
    return this.#subresources.handle(context, request, sub)
  }

  #collection(
    context: WriteContext,
    request: ApiRequest,
    target: CollectionTarget,
  ): Handled | Promise<Handled> {
    switch (request.method) {
      case 'POST':
        return this.#create(context, request, target)
      case 'DELETE':
        return this.#deleteCollection(context, request, target)
      case 'PUT':
      case 'PATCH':
        throw errors.badRequest('name must be provided')
      default:
        return parseFlag(request.query, 'watch')
          ? this.#watch(request, target)
          : this.#list(request, target)
    }
  }

  #object(
    context: WriteContext,
    request: ApiRequest,
    target: ObjectTarget,
  ): Handled | Promise<Handled> {
    switch (request.method) {
      case 'POST':
        return this.#create(context, request, target)
      case 'PUT':
        return this.#update(context, request, target)
      case 'PATCH':
        return this.#patch(context, request, target)
      case 'DELETE':
        return this.#delete(context, request, target)
      default:
        return this.#get(request, target)
    }
  }

  #get(request: ApiRequest, target: ObjectTarget): Handled | Promise<Handled> {
    const presenter = this.#presenter(request, target)
    if (parseFlag(request.query, 'export') === true) {
      throw errors.badRequest(
        'the export parameter, deprecated since v1.14, is no longer supported',
      )
    }
    const waits = this.#waits.reached(request.query.get('resourceVersion') ?? '')
    const answer = (object: KubernetesObject) => jsonResponse(200, presenter.object(object))
    const read = (): Handled | Promise<Handled> => {
      const found = getObject(this.#context, target)
      return found instanceof Promise ? found.then(answer) : answer(found)
    }
    return waits === undefined ? read() : waits.then(read)
  }

  #watch(request: ApiRequest, target: CollectionTarget): Handled | Promise<Handled> {
    const { origin, verbs } = target.definition
    const restrictions = { origin, hasTables: !marksObjects(request.query) }
    const options = parseWatchOptions(request.query, this.#context.random)
    const representation = negotiateStream(request.accept, restrictions)
    if (!verbs.includes('watch')) {
      throw errors.methodNotSupported(resourceName(target.definition), 'watch')
    }
    const { as, encoding } = representation
    const shared = this.#eventEncoders[encoding === 'protobuf' ? 'protobuf' : 'json']
    const presenter = this.#presented(request, target, representation)
    const encode =
      as === 'object'
        ? shared.encode
        : presentingEncoder(shared.write, (object) => presenter.event(object))
    const contentType =
      encoding === 'protobuf' ? `${protobufMediaType};stream=watch` : 'application/json'
    const selection = parseSelection(target.definition, request.query)
    const response = watchResponse(this.#context, target, selection, {
      options,
      encode,
      contentType,
      listBlueprint: () => listBlueprint(target.definition, representation),
    })
    const waits = options.withObjects
      ? this.#waits.reached(request.query.get('resourceVersion') ?? '')
      : undefined
    // A revision that is not reached is told by the first event.
    return (
      waits?.then(
        () => response,
        () => response,
      ) ?? response
    )
  }

  #list(request: ApiRequest, target: CollectionTarget): Handled | Promise<Handled> {
    const options = parseListOptions(request.query)
    const presenter = this.#presenter(request, target)
    const selection = parseSelection(target.definition, request.query)
    const answer = (list: KubernetesList) => jsonResponse(200, presenter.list(list))
    const read = (): Handled | Promise<Handled> => {
      const found = listObjects(this.#context, target, selection, options)
      return found instanceof Promise ? found.then(answer) : answer(found)
    }
    const waits = asksForExactly(options)
      ? undefined
      : this.#waits.reached(options.resourceVersion ?? '')
    return waits === undefined ? read() : waits.then(read)
  }

  /** Who cannot be answered changes nothing: that is found out before everything else. */
  async #create(
    context: WriteContext,
    request: ApiRequest,
    target: CollectionTarget,
  ): Promise<Handled> {
    const presenter = this.#presenter(request, target)
    requireMediaType(request.contentType, target.definition)
    const options = this.#writeOptions(request)
    const body = decodeBody(request.body, request.contentType, target.definition)
    const { review } = target.definition
    if (review !== undefined) {
      const services = { ...this.#reviews, now: this.#context.clock.now() }
      return handleReview(review, services, request, target, body, options)
    }
    if (target.definition.storageResource === 'bindings') {
      const name = textAt(recordAt(objectOrEmpty(body), 'metadata'), 'name')
      return this.#bind(context, request, target, name)
    }
    if (!target.definition.verbs.includes('get')) throw errors.methodNotAllowed()
    const object = await createObject(context, target, body, options)
    return this.#written(request, target, presenter, { object, created: true })
  }

  /** The older way to create what the pod's subresource takes. */
  #bind(
    context: WriteContext,
    request: ApiRequest,
    { namespace }: CollectionTarget,
    name: string,
  ): Handled | Promise<Handled> {
    const definition = this.#context.registry.find('', 'v1', 'pods')
    if (definition === undefined) throw errors.unknownResource()
    if (name === '') throw errors.badRequest('Name parameter required.')
    const target = { definition, namespace, name, subresource: 'binding' }
    return this.#subresources.handle(context, request, target)
  }

  async #update(
    context: WriteContext,
    request: ApiRequest,
    target: ObjectTarget,
  ): Promise<Handled> {
    const presenter = this.#presenter(request, target)
    const options = this.#writeOptions(request)
    const body = decodeBody(request.body, request.contentType, target.definition)
    const result = await updateObject(context, target, body, options)
    return this.#written(request, target, presenter, result)
  }

  async #patch(context: WriteContext, request: ApiRequest, target: ObjectTarget): Promise<Handled> {
    patchTypeOf(request.contentType, target.definition)
    const presenter = this.#presenter(request, target)
    const result = await handlePatch(context, request, target, this.#writeOptions(request))
    return this.#written(request, target, presenter, result)
  }

  async #delete(
    context: WriteContext,
    request: ApiRequest,
    target: ObjectTarget,
  ): Promise<Handled> {
    const presenter = this.#presenter(request, target)
    const options = this.#deleteOptions(request)
    const { object, gone } = await deleteObject(context, target, options)
    if (gone && !target.definition.returnsDeleted) {
      return jsonResponse(200, deletedStatus(target.definition, object))
    }
    const status = !gone && options.orphanDependents === false ? 202 : 200
    return jsonResponse(status, presenter.object(object))
  }

  async #deleteCollection(
    context: WriteContext,
    request: ApiRequest,
    target: CollectionTarget,
  ): Promise<Handled> {
    const presenter = this.#presenter(request, target)
    const listOptions = parseListOptions(request.query)
    const selection = parseSelection(target.definition, request.query)
    const options = this.#deleteOptions(request)
    const list = await deleteCollection(context, target, selection, listOptions, options)
    return jsonResponse(200, presenter.list(list))
  }

  #written(
    request: ApiRequest,
    target: CollectionTarget,
    presenter: Presenter,
    result: WriteResult,
  ): Handled {
    this.#warn(request, target, result)
    return jsonResponse(result.created ? 201 : 200, presenter.object(result.object))
  }

  /** Of what somebody has said of an object, which its status is not. */
  #warn(request: ApiRequest, target: CollectionTarget, { object }: WriteResult): void {
    if ('subresource' in target) return
    for (const warning of this.#hooks.warningsOf?.(object) ?? []) request.warn(warning)
  }

  /** @throws StatusError 406 */
  #presenter(request: ApiRequest, target: CollectionTarget): Presenter {
    return this.#presented(request, target, negotiate(request.accept, target.definition))
  }

  #presented(
    { query }: ApiRequest,
    { definition }: CollectionTarget,
    representation: Representation,
  ): Presenter {
    return presenterFor(definition, representation, query, () => this.#context.clock.now())
  }

  #writeOptions(request: ApiRequest): WriteOptions {
    const options = optionsOfWrite(request)
    if (options.fieldValidation === 'Ignore') return options
    return { ...options, duplicates: duplicatesInBody(request.body, request.contentType) }
  }

  #deleteOptions(request: ApiRequest): DeleteOptions {
    return parseDeleteOptions(decodeDeleteOptions(request.body, request.contentType), request.query)
  }
}

/** A watch of one object by its path is one of a collection by the object's name. */
function watchingOne(request: ApiRequest, name: string | undefined): ApiRequest {
  if (name === undefined) return request
  const query = new URLSearchParams(request.query)
  const wanted = `metadata.name=${name}`
  const given = query.get('fieldSelector') ?? ''
  if (given !== '' && given !== wanted) {
    throw errors.badRequest("fieldSelector metadata.name doesn't match requested name")
  }
  query.set('fieldSelector', wanted)
  return { ...request, query }
}

/** Of a kind that is decided on by an update of a part of it. */
function hasApproval({ subresources }: ResourceDefinition): boolean {
  return subresources?.some(({ name }) => name === 'approval') ?? false
}
