import { errors, type KubernetesObject } from '@fairlead/kube-core'

import { createObject } from '../resources/create-object.ts'
import { getObject } from '../resources/get-object.ts'
import { parseListOptions } from '../resources/list-options.ts'
import { listObjects } from '../resources/list-objects.ts'
import { parseSelection } from '../resources/object-selection.ts'
import type { ResourceContext } from '../resources/resource-context.ts'
import { resourceName } from '../resources/resource-definition.ts'
import type { CollectionTarget, ObjectTarget } from '../resources/resource-target.ts'
import { parseWriteOptions, type WriteOptions } from '../resources/write-options.ts'
import { SharedEventEncoder } from '../watch/event-encoder.ts'
import { parseFlag } from '../watch/watch-options.ts'
import type { ApiRequest } from './api-request.ts'
import { jsonResponse, type Handled } from './api-response.ts'
import { decodeBody } from './decode-body.ts'
import type { ResourcePath } from './request-path.ts'
import { watchResponse } from './watch-response.ts'

/** Answers requests for objects and collections. */
export class ResourceHandler {
  readonly #context: ResourceContext
  readonly #eventEncoder = new SharedEventEncoder()

  constructor(context: ResourceContext) {
    this.#context = context
  }

  /** @throws StatusError */
  handle(request: ApiRequest, path: ResourcePath): Handled {
    const definition = this.#context.registry.find(path.group, path.version, path.resource)
    if (definition === undefined) throw errors.unknownResource()
    const target = { definition, namespace: path.namespace }
    if (path.name === undefined) return this.#collection(request, target)
    const { name, subresource } = path
    return this.#object(request, {
      ...target,
      name,
      ...(subresource === undefined ? {} : { subresource }),
    })
  }

  #collection(request: ApiRequest, target: CollectionTarget): Handled {
    switch (request.method) {
      case 'GET':
        return parseFlag(request.query, 'watch')
          ? watchResponse(this.#context, target, request.query, this.#eventEncoder.encode)
          : this.#list(request, target)
      case 'POST':
        return this.#create(request, target)
      default:
        throw errors.methodNotSupported(resourceName(target.definition), request.method)
    }
  }

  #object(request: ApiRequest, target: ObjectTarget): Handled {
    switch (request.method) {
      case 'GET':
        return jsonResponse(200, getObject(this.#context, target))
      default:
        throw errors.methodNotSupported(resourceName(target.definition), request.method)
    }
  }

  #list(request: ApiRequest, target: CollectionTarget): Handled {
    const selection = parseSelection(target.definition, request.query)
    const list = listObjects(this.#context, target, selection, parseListOptions(request.query))
    return jsonResponse(200, list)
  }

  #create(request: ApiRequest, target: CollectionTarget): Handled {
    const body = decodeBody(request.body, request.contentType)
    const created: KubernetesObject = createObject(
      this.#context,
      target,
      body,
      this.#writeOptions(request),
    )
    return jsonResponse(201, created)
  }

  #writeOptions(request: ApiRequest): WriteOptions {
    return parseWriteOptions(request.query, request.userAgent, request.warn)
  }
}
