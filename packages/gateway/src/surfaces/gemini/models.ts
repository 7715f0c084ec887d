import { gatewayError } from '../../errors/gateway-error.ts'
import { type ListedModel, listedModels } from '../../runtime/listed-models.ts'
import type { SurfaceRequest } from '../surface.ts'

/** Google's default and greatest page: https://ai.google.dev/api/models#method:-models.list */
const pageSizeDefault = 50
const pageSizeMax = 1000

const methods = ['generateContent', 'streamGenerateContent', 'countTokens']

/** A page of the models that the caller may use; the token of the next one is the last name. */
export function listModels({ caller, query, runtime }: SurfaceRequest): object {
  const after = query.get('pageToken') ?? ''
  const asked = Number(query.get('pageSize') ?? '')
  const size = Number.isInteger(asked) && asked > 0 ? Math.min(asked, pageSizeMax) : pageSizeDefault
  const left = [...listedModels(caller, runtime).values()].filter(({ id }) => id > after)
  const page = left.slice(0, size)
  return {
    models: page.map(presented),
    ...(left.length > page.length ? { nextPageToken: page.at(-1)?.id } : {}),
  }
}

export function getModel(request: SurfaceRequest): object {
  const { caller, parameters, runtime } = request
  const { model: name = '' } = parameters
  if (name === '') return listModels(request)
  const model = listedModels(caller, runtime).get(name)
  if (model === undefined) throw gatewayError.modelNotFound(name)
  return presented(model)
}

function presented({ id: name, settings }: ListedModel): object {
  const { contextWindow, maxOutputTokens } = settings ?? {}
  return {
    name: `models/${name}`,
    baseModelId: name,
    version: '1',
    displayName: name,
    ...(contextWindow === undefined ? {} : { inputTokenLimit: contextWindow }),
    ...(maxOutputTokens === undefined ? {} : { outputTokenLimit: maxOutputTokens }),
    supportedGenerationMethods: methods,
  }
}
