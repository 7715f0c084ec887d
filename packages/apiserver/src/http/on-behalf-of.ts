import type { ApiRequest } from '../exchange/api-request.ts'
import type { ResourceContext, WriteContext } from '../resources/resource-context.ts'

/** What a request writes with: its user, and its response's warnings. */
export function onBehalfOf(context: ResourceContext, { user, warn }: ApiRequest): WriteContext {
  return { ...context, user, warn }
}
