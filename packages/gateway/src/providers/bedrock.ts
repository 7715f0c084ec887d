import { anthropicMessages, openAiChat } from '@fairlead/llm'
import { awsAuthorizer } from './aws-authorizer.ts'
import { bearerRequest } from './bearer-request.ts'
import { bedrockAnswer } from './bedrock-answer.ts'
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

const claudeApis: ProviderApis = [claude]
const openAiApis: ProviderApis = [openAi]

/** In a model's ID or the ARN of it, behind the place of an inference profile if there is one. */
const openAiModel = /(?:^|[./])openai\./

/** Claude and OpenAI's models on Amazon Bedrock. */
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
  apisOf: (model) => (openAiModel.test(model) ? openAiApis : claudeApis),
  createAuthorizer: awsAuthorizer,
}
