import { errors } from '@fairlead/kube-core'

import type { ApiRequest } from '../exchange/api-request.ts'
import type { Handled } from '../exchange/api-response.ts'
import type { WriteContext } from '../resources/resource-context.ts'
import type { ObjectTarget } from '../resources/resource-target.ts'

/** Answers requests for a subresource. @throws StatusError */
export type Subresource = (
  context: WriteContext,
  request: ApiRequest,
  target: Required<ObjectTarget>,
) => Handled | Promise<Handled>

/** Subresources other than status, by `plural.group/subresource`, or `*` for every kind. */
export class SubresourceHandler {
  readonly #handlers: ReadonlyMap<string, Subresource>

  constructor(handlers: ReadonlyMap<string, Subresource>) {
    this.#handlers = handlers
  }

  /** @throws StatusError 404 when the kind has no such subresource */
  handle(
    context: WriteContext,
    request: ApiRequest,
    target: Required<ObjectTarget>,
  ): Handled | Promise<Handled> {
    const { storageResource } = target.definition
    const handler =
      this.#handlers.get(`${storageResource}/${target.subresource}`) ??
      this.#handlers.get(`*/${target.subresource}`)
    if (handler === undefined) throw errors.unknownResource()
    return handler(context, request, target)
  }
}
