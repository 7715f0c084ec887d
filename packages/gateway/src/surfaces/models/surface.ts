import { openAiChat } from '@fairlead/llm'
import type { Caller } from '../../access/caller.ts'
import { gatewayError } from '../../errors/gateway-error.ts'
import type { Runtime } from '../../runtime/runtime.ts'
import type { Surface, SurfaceRequest } from '../surface.ts'

/** OpenAI's list of models: every name that the caller may use. */
export const models: Surface = {
  name: 'models',
  dialect: openAiChat,
  routes: [
    { method: 'GET', path: '/v1/models', answer: listModels },
    { method: 'GET', path: '/v1/models/{model...}', answer: getModel },
  ],
}

interface ListedModel {
  readonly id: string
  readonly object: 'model'
  readonly created: number
  readonly owned_by: string
}

function listModels({ caller, runtime }: SurfaceRequest): object {
  const data = [...modelsFor(caller, runtime).values()]
  data.sort((left, right) => (left.id < right.id ? -1 : 1))
  return { object: 'list', data }
}

function getModel(request: SurfaceRequest): object {
  const { caller, parameters, runtime } = request
  const { model: id = '' } = parameters
  if (id === '') return listModels(request)
  const model = modelsFor(caller, runtime).get(id)
  if (model === undefined) throw gatewayError.modelNotFound(id)
  return model
}

function modelsFor(caller: Caller, runtime: Runtime): ReadonlyMap<string, ListedModel> {
  const found = new Map<string, ListedModel>()
  const add = (id: string, owner: string) => {
    if (found.has(id) || !caller.mayUseModel(id)) return
    found.set(id, { id, object: 'model', created: 0, owned_by: owner })
  }
  for (const name of runtime.routes.modelNames) add(name, 'fairlead')
  const { defaultModel } = runtime.snapshot.gateway
  if (defaultModel !== undefined) add(defaultModel, 'fairlead')
  for (const { settings } of runtime.defaultProviders) {
    for (const { name, aliases } of settings.models) {
      for (const id of [name, ...aliases]) add(id, settings.name)
    }
  }
  return found
}
