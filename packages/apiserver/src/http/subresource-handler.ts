import { errors } from '@fairlead/kube-core'

import type { ObjectTarget } from '../resources/resource-target.ts'
import type { ApiRequest } from '../exchange/api-request.ts'
import type { Handled } from '../exchange/api-response.ts'

type Subresource = (request: ApiRequest, target: Required<ObjectTarget>) => Handled

/** Subresources other than status, by `plural.group/subresource` or `*` for every kind. */
export class SubresourceHandler {
  readonly #handlers: ReadonlyMap<string, Subresource>

  constructor(handlers: ReadonlyMap<string, Subresource>) {
    this.#handlers = handlers
  }

  /** @throws StatusError 404 when the kind has no such subresource */
  handle(request: ApiRequest, target: Required<ObjectTarget>): Handled {
    const { storageResource } = target.definition
    const handler =
      this.#handlers.get(`${storageResource}/${target.subresource}`) ??
      this.#handlers.get(`*/${target.subresource}`)
    if (handler === undefined) throw errors.unknownResource()
    return handler(request, target)
  }
}
