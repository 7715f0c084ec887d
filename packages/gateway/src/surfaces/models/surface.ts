import { anthropicMessages, openAiChat } from '@fairlead/llm'
import { gatewayError } from '../../errors/gateway-error.ts'
import { type ListedModel, listedModels } from '../../runtime/listed-models.ts'
import type { Surface, SurfaceRequest } from '../surface.ts'
import { anthropicModels } from './anthropic-models.ts'
import type { ModelsFormat } from './models-format.ts'
import { openAiModels } from './openai-models.ts'

/** The models that the caller may use, in the format of whose SDK asks. */
export const models: Surface = {
  name: 'models',
  dialect: openAiChat,
  dialectOf: (headers) =>
    headers.get('anthropic-version') === undefined ? openAiChat : anthropicMessages,
  routes: [
    { method: 'GET', path: '/v1/models', answer: listModels },
    { method: 'GET', path: '/v1/models/{model...}', answer: getModel },
  ],
}

function listModels(request: SurfaceRequest): object {
  return formatFor(request).list([...listedFor(request).values()], request.query)
}

function getModel(request: SurfaceRequest): object {
  const { model: id = '' } = request.parameters
  if (id === '') return listModels(request)
  const model = listedFor(request).get(id)
  if (model === undefined) throw gatewayError.modelNotFound(id)
  return formatFor(request).model(model)
}

function listedFor({ caller, runtime }: SurfaceRequest): ReadonlyMap<string, ListedModel> {
  return listedModels(caller, runtime)
}

function formatFor({ dialect }: SurfaceRequest): ModelsFormat {
  return dialect === anthropicMessages ? anthropicModels : openAiModels
}
