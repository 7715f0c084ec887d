import { isJsonObject, parseJsonOrUndefined } from '@fairlead/base'
import { anthropicMessages, bedrockConverse, openAiChat } from '@fairlead/llm'
import type { LLMProviderSettings } from '@fairlead/snapshot'
import { awsAuthorizer } from './aws-authorizer.ts'
import { bearerRequest } from './bearer-request.ts'
import { bedrockAnswer, converseAnswer } from './bedrock-answer.ts'
import { claudeBody, takeList } from './claude-body.ts'
import type { ProviderApi, ProviderApis, ProviderType } from './provider-type.ts'

/** https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-anthropic-claude-messages.html */
const anthropicVersion = 'bedrock-2023-05-31'

/**
 * Claude by InvokeModel. What the Messages API has in headers is in the body, the model in the path.
 */
const claude: ProviderApi = {
  dialect: anthropicMessages,
  encoding: {},
  prepare({ basePath, body, headers, model, stream }) {
    const betas = takeList(headers, 'anthropic-beta')
    const method = stream ? 'invoke-with-response-stream' : 'invoke'
    return {
      path: `${basePath}/model/${encodeURIComponent(model)}/${method}`,
      headers,
      body: claudeBody(body, anthropicVersion, { remove: ['stream'], betas }),
    }
  },
  adaptAnswer: bedrockAnswer,
}

/**
 * OpenAI's models by their own API.
 * https://docs.aws.amazon.com/bedrock/latest/userguide/inference-chat-completions.html
 */
const openAi: ProviderApi = {
  dialect: openAiChat,
  encoding: { outputLimitField: 'max_completion_tokens' },
  prepare: (request) => bearerRequest(request, '/openai/v1/chat/completions', undefined),
}

/**
 * Every other model by Converse, which all models that converse have in common.
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html
 */
const converse: ProviderApi = {
  dialect: bedrockConverse,
  encoding: {},
  prepare({ basePath, body, headers, model, stream }) {
    const betas = takeList(headers, 'anthropic-beta')
    const method = stream ? 'converse-stream' : 'converse'
    return {
      path: `${basePath}/model/${encodeURIComponent(model)}/${method}`,
      headers,
      body: betas.length === 0 ? body : withBetas(body, betas),
    }
  },
  adaptAnswer: converseAnswer,
}

/** What Claude's callers switch on stands among the fields that only a model knows. */
function withBetas(body: Uint8Array, betas: readonly string[]): Uint8Array {
  const fields = parseJsonOrUndefined(Buffer.from(body).toString('utf8'))
  if (!isJsonObject(fields)) return body
  const { additionalModelRequestFields: own } = fields
  const additional = { anthropic_beta: betas, ...(isJsonObject(own) ? own : {}) }
  return Buffer.from(JSON.stringify({ ...fields, additionalModelRequestFields: additional }))
}

const claudeApis: ProviderApis = [claude]
const openAiApis: ProviderApis = [openAi]
const converseApis: ProviderApis = [converse]

/** In a model's ID or the ARN of it, behind the place of an inference profile if there is one. */
const openAiModel = /(?:^|[./])openai\./
const claudeModel = /(?:^|[./])anthropic\./

/** A profile of an application does not say which model it is of, so that it is asked by Converse. */
function apisOf(model: string, { bedrock: settings }: LLMProviderSettings): ProviderApis {
  if (openAiModel.test(model)) return openAiApis
  if (!claudeModel.test(model)) return converseApis
  return settings?.claudeAPI === 'Converse' ? converseApis : claudeApis
}

/** Every model on Amazon Bedrock that converses. */
export const bedrock: ProviderType = {
  type: 'Bedrock',
  remote: true,
  address: undefined,
  addressOf: (region) =>
    `https://bedrock-runtime.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`,
  identityHosts: ['amazonaws.com', 'amazonaws.com.cn', 'api.aws'],
  versionPath: '',
  presets: new Map(),
  telemetryName: 'aws.bedrock',
  catalogueVendor: 'amazon-bedrock',
  needsCredential: true,
  apisOf,
  createAuthorizer: awsAuthorizer,
}
