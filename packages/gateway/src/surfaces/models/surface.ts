import { openAiChat } from '@fairlead/llm'
import { gatewayError } from '../../errors/gateway-error.ts'
import { type ListedModel, listedModels } from '../../runtime/listed-models.ts'
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

interface OpenAiModel {
  readonly id: string
  readonly object: 'model'
  readonly created: number
  readonly owned_by: string
}

function listModels({ caller, runtime }: SurfaceRequest): object {
  return { object: 'list', data: [...listedModels(caller, runtime).values()].map(encodeModel) }
}

function getModel(request: SurfaceRequest): object {
  const { caller, parameters, runtime } = request
  const { model: id = '' } = parameters
  if (id === '') return listModels(request)
  const model = listedModels(caller, runtime).get(id)
  if (model === undefined) throw gatewayError.modelNotFound(id)
  return encodeModel(model)
}

function encodeModel({ id, owner }: ListedModel): OpenAiModel {
  return { id, object: 'model', created: 0, owned_by: owner }
}
