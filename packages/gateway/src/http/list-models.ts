import type { ServerResponse } from 'node:http'
import { gatewayError } from '../gateway-error.ts'
import type { Caller } from '../runtime/caller.ts'
import type { Runtime } from '../runtime/runtime.ts'
import { sendJson } from './send-json.ts'

interface ListedModel {
  readonly id: string
  readonly object: 'model'
  readonly created: number
  readonly owned_by: string
}

/** `GET /v1/models`: every name that the caller may use, in OpenAI's shape. */
export function sendModels(response: ServerResponse, caller: Caller, runtime: Runtime): void {
  const data = [...modelsFor(caller, runtime).values()]
  data.sort((left, right) => (left.id < right.id ? -1 : 1))
  sendJson(response, 200, { object: 'list', data })
}

/** `GET /v1/models/{id}`. */
export function sendModel(
  response: ServerResponse,
  id: string,
  caller: Caller,
  runtime: Runtime,
): void {
  const model = modelsFor(caller, runtime).get(id)
  if (model === undefined) throw gatewayError.modelNotFound(id)
  sendJson(response, 200, model)
}

function modelsFor(caller: Caller, runtime: Runtime): ReadonlyMap<string, ListedModel> {
  const models = new Map<string, ListedModel>()
  const add = (id: string, owner: string) => {
    if (models.has(id) || !caller.mayUseModel(id)) return
    models.set(id, { id, object: 'model', created: 0, owned_by: owner })
  }
  for (const name of runtime.routes.modelNames) add(name, 'fairlead')
  const { defaultModel } = runtime.snapshot.gateway
  if (defaultModel !== undefined) add(defaultModel, 'fairlead')
  for (const { provider } of runtime.defaultProviders) {
    for (const { name, aliases } of provider.models) {
      for (const id of [name, ...aliases]) add(id, provider.name)
    }
  }
  return models
}
