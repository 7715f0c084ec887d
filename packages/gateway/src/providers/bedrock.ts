import { anthropicMessages } from '@fairlead/llm'
import { awsAuthorizer } from './aws-authorizer.ts'
import { bedrockAnswer } from './bedrock-answer.ts'
import { claudeBody, takeHeader } from './claude-body.ts'
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
    const betas = (takeHeader(headers, 'anthropic-beta') ?? '')
      .split(',')
      .map((beta) => beta.trim())
      .filter((beta) => beta !== '')
    const method = stream ? 'invoke-with-response-stream' : 'invoke'
    return {
      path: `${basePath}/model/${encodeURIComponent(model)}/${method}`,
      headers,
      body: claudeBody(body, anthropicVersion, { remove: ['stream'], betas }),
    }
  },
  adaptAnswer: bedrockAnswer,
}

const apis: ProviderApis = [claude]

/** Claude on Amazon Bedrock. */
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
  needsCredential: true,
  apisOf: () => apis,
  createAuthorizer: awsAuthorizer,
}
