import { ollamaChat, ollamaGenerate, readNonEmptyString } from '@fairlead/llm'
import { readChatRequest } from '../../call/read-chat-request.ts'
import type { Call } from '../../call/call.ts'
import type { CallRequest } from '../../call/call-request.ts'
import { gatewayError } from '../../errors/gateway-error.ts'
import { type ListedModel, listedModels } from '../../runtime/listed-models.ts'
import type { Runtime } from '../../runtime/runtime.ts'
import { readJson } from '../read-json.ts'
import type { Surface, SurfaceRequest } from '../surface.ts'

/**
 * Ollama's own API: https://github.com/ollama/ollama/blob/main/docs/api.md. What manages models on a
 * machine (pull, push, create, copy, delete) is not served: the configuration decides what there is.
 */
export const ollama: Surface = {
  name: 'ollama',
  dialect: ollamaChat,
  routes: [
    { method: 'POST', path: '/api/chat', reader: (call) => (body) => readCall(body, call) },
    { method: 'GET', path: '/api/tags', answer: listModels },
    { method: 'GET', path: '/api/ps', answer: () => ({ models: [] }) },
    { method: 'POST', path: '/api/show', answer: showModel },
    { method: 'GET', path: '/api/version', answer: () => ({ version: servedVersion }) },
  ],
}

/** Ollama's call for a single prompt, whose answers have another form. */
export const ollamaPrompt: Surface = {
  name: 'ollama-generate',
  dialect: ollamaGenerate,
  routes: [
    { method: 'POST', path: '/api/generate', reader: (call) => (body) => readCall(body, call) },
  ],
}

/** The version of the API that is served; some clients refuse older ones. */
const servedVersion = '0.12.0'

function readCall(body: Buffer, { caller, dialect, http, runtime, services }: Call): CallRequest {
  const { headers } = http.request
  return readChatRequest(body, { caller, dialect, headers, runtime, services })
}

function listModels({ caller, runtime }: SurfaceRequest): object {
  const models = [...listedModels(caller, runtime).values()]
  return { models: models.map((model) => encodeModel(model)) }
}

/** What a list tells of a model. There is no file, so that its size and digest are none. */
function encodeModel({ id, owner }: ListedModel): object {
  return {
    name: id,
    model: id,
    modified_at: '1970-01-01T00:00:00Z',
    size: 0,
    digest: '',
    details: {
      parent_model: '',
      format: '',
      family: owner,
      families: [owner],
      parameter_size: '',
      quantization_level: '',
    },
  }
}

async function showModel(request: SurfaceRequest): Promise<object> {
  const { caller, runtime } = request
  const body = await readJson(request)
  const id = readNonEmptyString(body['model'] ?? body['name'], 'model')
  const model = listedModels(caller, runtime).get(id)
  if (model === undefined) throw gatewayError.modelNotFound(id)
  const { contextWindow, capabilities = [] } = declaredModel(id, runtime) ?? {}
  return {
    ...encodeModel(model),
    modelfile: '',
    parameters: '',
    template: '',
    model_info: {
      'general.architecture': model.owner,
      ...(contextWindow === undefined ? {} : { [`${model.owner}.context_length`]: contextWindow }),
    },
    capabilities: [
      'completion',
      ...capabilities.flatMap((capability) => capabilityNames[capability] ?? []),
    ],
  }
}

/** Ollama's words for what LLMProvider `spec.models[].capabilities` lists. */
const capabilityNames: Readonly<Record<string, string>> = {
  Tools: 'tools',
  Vision: 'vision',
  Reasoning: 'thinking',
}

function declaredModel(id: string, runtime: Runtime) {
  for (const provider of runtime.defaultProviders) {
    const model = provider.modelFacts(id)
    if (model !== undefined) return model
  }
  return undefined
}
