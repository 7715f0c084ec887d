import { describe, expect, it } from 'vitest'
import type { ModelError } from '../errors/model-error.ts'
import { testDialect } from '../test-support/test-dialect.ts'
import { bedrockErrorBody } from './anthropic-messages/bedrock-errors.ts'
import { dialects } from './dialects.ts'

type Expected = Partial<
  Pick<ModelError, 'failure' | 'kind' | 'status' | 'code' | 'retryAfterSeconds' | 'retryable'>
>
interface Row {
  readonly error: string
  readonly status: number
  readonly body: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly is: Expected
}

const openAiError = (fields: object) => ({
  error: {
    message: 'words of the provider',
    type: 'invalid_request_error',
    param: null,
    ...fields,
  },
})
const anthropicError = (type: string, message = 'words of the provider') => ({
  type: 'error',
  error: { type, message },
  request_id: 'req_1',
})
const googleError = (code: number, status: string, parts: object = {}) => ({
  error: { code, message: 'words of the provider', status, ...parts },
})
const google = (name: string) => `type.googleapis.com/google.rpc.${name}`
const quota = (quotaId: string) => ({
  '@type': google('QuotaFailure'),
  violations: [{ quotaMetric: 'generate_content_free_tier_requests', quotaId }],
})
const retry = (retryDelay: string) => ({ '@type': google('RetryInfo'), retryDelay })

/** What OpenAI's formats share. */
const openAiRows: readonly Row[] = [
  {
    error: 'a limit',
    status: 429,
    body: openAiError({ type: 'tokens', code: 'rate_limit_exceeded' }),
    headers: { 'retry-after-ms': '250', 'retry-after': '1' },
    is: { failure: 'RateLimited', kind: 'rate-limited', status: 429, retryAfterSeconds: 0.25 },
  },
  {
    error: 'a used up quota',
    status: 429,
    body: openAiError({ type: 'insufficient_quota', code: 'insufficient_quota' }),
    is: { failure: 'CreditExhausted' },
  },
  {
    error: 'a balance, in words alone',
    status: 402,
    body: openAiError({ message: 'Insufficient Balance', type: 'unknown_error' }),
    is: { failure: 'CreditExhausted' },
  },
  {
    error: 'a balance behind a proxy',
    status: 400,
    body: openAiError({ message: 'Your credit balance is too low to access the Anthropic API.' }),
    is: { failure: 'CreditExhausted' },
  },
  {
    error: 'an unknown model',
    status: 404,
    body: openAiError({ code: 'model_not_found' }),
    is: { failure: 'ModelUnavailable', kind: 'not-found', code: 'model_not_found' },
  },
  {
    error: 'a deployment of Azure that is missing',
    status: 404,
    body: { error: { code: 'DeploymentNotFound', message: 'The API deployment does not exist.' } },
    is: { failure: 'ModelUnavailable', code: 'DeploymentNotFound' },
  },
  {
    error: 'a prompt that is too long',
    status: 400,
    body: openAiError({ code: 'context_length_exceeded', param: 'messages' }),
    is: { failure: 'InvalidRequest', kind: 'context-length', code: 'context_length_exceeded' },
  },
  {
    error: 'a filter of Azure',
    status: 400,
    body: openAiError({
      code: 'content_filter',
      type: null,
      param: 'prompt',
      status: 400,
      innererror: { code: 'ResponsibleAIPolicyViolation', content_filter_result: {} },
    }),
    is: { failure: 'ContentRefused', kind: 'invalid-request', code: 'content_filter' },
  },
  {
    error: 'a filter of Azure that only innererror names',
    status: 400,
    body: openAiError({ innererror: { code: 'ResponsibleAIPolicyViolation' } }),
    is: { failure: 'ContentRefused', code: 'content_policy_violation' },
  },
  {
    error: 'a moderation',
    status: 403,
    body: openAiError({ message: 'Your input was flagged: violence' }),
    is: { failure: 'ContentRefused', status: 403 },
  },
  {
    error: 'a key without the right',
    status: 403,
    body: openAiError({ message: 'You have insufficient permissions for this operation.' }),
    is: { failure: 'CredentialRefused' },
  },
  {
    error: 'a wrong key',
    status: 401,
    body: openAiError({ code: 'invalid_api_key' }),
    is: { failure: 'CredentialRefused', kind: 'authentication' },
  },
  {
    error: 'too much load',
    status: 503,
    body: openAiError({ type: 'server_error', code: 'slow_down' }),
    is: { failure: 'Overloaded', kind: 'overloaded', status: 503 },
  },
  {
    error: 'a proxy that is overloaded',
    status: 529,
    body: {},
    is: { failure: 'Overloaded', kind: 'overloaded' },
  },
  {
    error: 'a failure',
    status: 500,
    body: openAiError({ type: 'server_error' }),
    is: { failure: 'ServerError', kind: 'upstream', status: 502 },
  },
]

const rows: Readonly<Record<string, readonly Row[]>> = {
  'openai-chat': [
    ...openAiRows,
    {
      error: "Gemini's limit for each minute",
      status: 429,
      body: [
        googleError(429, 'RESOURCE_EXHAUSTED', {
          details: [quota('GenerateRequestsPerMinutePerProject-FreeTier'), retry('34.074824224s')],
        }),
      ],
      is: { failure: 'RateLimited', retryAfterSeconds: 34.074824224 },
    },
    {
      error: "Moonshot's quota",
      status: 429,
      body: openAiError({ type: 'exceeded_current_quota_error' }),
      is: { failure: 'CreditExhausted' },
    },
    {
      error: "Moonshot's load",
      status: 429,
      body: openAiError({ type: 'engine_overloaded_error' }),
      is: { failure: 'Overloaded', kind: 'overloaded' },
    },
    {
      error: "Mistral's load",
      status: 429,
      body: {
        object: 'error',
        message: 'Service tier capacity exceeded for this model.',
        type: 'service_tier_capacity_exceeded',
        param: null,
        code: '3505',
      },
      is: { failure: 'Overloaded', kind: 'overloaded' },
    },
    {
      error: "DashScope's bill",
      status: 400,
      body: openAiError({ code: 'Arrearage' }),
      is: { failure: 'CreditExhausted' },
    },
    {
      error: "Ark's bill",
      status: 403,
      body: openAiError({ code: 'AccountOverdueError' }),
      is: { failure: 'CreditExhausted' },
    },
    {
      error: "Ark's moderation",
      status: 400,
      body: openAiError({ code: 'InputTextSensitiveContentDetected' }),
      is: { failure: 'ContentRefused' },
    },
    {
      error: "llama.cpp's window",
      status: 400,
      body: { error: { code: 400, message: 'no', type: 'exceed_context_size_error', n_ctx: 4096 } },
      is: { kind: 'context-length' },
    },
    {
      error: "Groq's tokens in a minute, which are no prompt that is too long",
      status: 413,
      body: openAiError({
        message: 'Request too large: too many tokens in a minute. Reduce the length of the prompt.',
        type: 'tokens',
        code: 'rate_limit_exceeded',
      }),
      is: { failure: 'RateLimited', kind: 'request-too-large' },
    },
  ],
  'openai-responses': openAiRows,
  'anthropic-messages': [
    {
      error: 'a limit',
      status: 429,
      body: anthropicError('rate_limit_error'),
      headers: { 'retry-after': '17' },
      is: { failure: 'RateLimited', kind: 'rate-limited', retryAfterSeconds: 17 },
    },
    {
      error: 'too much load',
      status: 529,
      body: anthropicError('overloaded_error', 'Overloaded'),
      is: { failure: 'Overloaded', kind: 'overloaded', status: 503 },
    },
    {
      error: 'a balance',
      status: 400,
      body: anthropicError('invalid_request_error', 'Your credit balance is too low to access'),
      is: { failure: 'CreditExhausted' },
    },
    {
      error: 'a bill',
      status: 402,
      body: anthropicError('billing_error'),
      is: { failure: 'CreditExhausted' },
    },
    {
      error: 'the limit of a workspace',
      status: 400,
      body: anthropicError(
        'invalid_request_error',
        'You have reached your specified API usage limits. You will regain access on 2026-12-01.',
      ),
      is: { failure: 'CreditExhausted' },
    },
    {
      error: 'an organization that is disabled',
      status: 400,
      body: anthropicError('invalid_request_error', 'This organization has been disabled.'),
      is: { failure: 'CredentialRefused' },
    },
    {
      error: 'an unknown model',
      status: 404,
      body: anthropicError('not_found_error', 'model: claude-x'),
      is: { failure: 'ModelUnavailable', kind: 'not-found', code: 'model_not_found' },
    },
    {
      error: 'a prompt that is too long',
      status: 400,
      body: anthropicError('invalid_request_error', 'prompt is too long: 208310 tokens > 200000'),
      is: { failure: 'InvalidRequest', kind: 'context-length', code: 'context_length_exceeded' },
    },
    {
      error: 'a body that is too large',
      status: 413,
      body: anthropicError('request_too_large'),
      is: { failure: 'InvalidRequest', kind: 'request-too-large' },
    },
    {
      error: 'a filter',
      status: 400,
      body: anthropicError('invalid_request_error', 'Output blocked by content filtering policy'),
      is: { failure: 'ContentRefused', code: 'content_policy_violation' },
    },
    {
      error: 'a key without the right',
      status: 403,
      body: anthropicError('permission_error'),
      is: { failure: 'CredentialRefused' },
    },
    {
      error: 'a failure',
      status: 500,
      body: anthropicError('api_error'),
      is: { failure: 'ServerError', kind: 'upstream', status: 502 },
    },
    {
      error: "Bedrock's throttling",
      status: 429,
      body: bedrockErrorBody('ThrottlingException', {
        message: 'Too many tokens, please wait before trying again.',
      }),
      is: { failure: 'RateLimited', kind: 'rate-limited' },
    },
    {
      error: "Bedrock's prompt that is too long",
      status: 400,
      body: bedrockErrorBody('ValidationException', {
        message: 'Input is too long for requested model.',
      }),
      is: { failure: 'InvalidRequest', kind: 'context-length' },
    },
    {
      error: 'a model that Bedrock does not give',
      status: 403,
      body: bedrockErrorBody('AccessDeniedException', {
        message: "You don't have access to the model with the specified model ID.",
      }),
      is: { failure: 'ModelUnavailable' },
    },
    {
      error: "Bedrock's right",
      status: 403,
      body: bedrockErrorBody('AccessDeniedException', { message: 'not authorized to perform' }),
      is: { failure: 'CredentialRefused' },
    },
    {
      error: "Bedrock's expired token",
      status: 403,
      body: bedrockErrorBody('ExpiredTokenException', { message: 'The token is expired' }),
      is: { failure: 'CredentialExpired' },
    },
    {
      error: 'a model of Bedrock that is not ready',
      status: 429,
      body: bedrockErrorBody('ModelNotReadyException', { message: 'wait' }),
      is: { failure: 'Overloaded', kind: 'overloaded' },
    },
    {
      error: 'a model of Bedrock that took too long',
      status: 408,
      body: bedrockErrorBody('ModelTimeoutException', { message: 'wait' }),
      is: { failure: 'Timeout', kind: 'timeout' },
    },
  ],
  gemini: [
    {
      error: 'a limit for each minute, with its delay',
      status: 429,
      body: googleError(429, 'RESOURCE_EXHAUSTED', {
        details: [quota('GenerateRequestsPerMinutePerProjectPerModel-FreeTier'), retry('7.5s')],
      }),
      is: { failure: 'RateLimited', kind: 'rate-limited', retryAfterSeconds: 7.5 },
    },
    {
      error: 'a limit without details',
      status: 429,
      body: googleError(429, 'RESOURCE_EXHAUSTED'),
      is: { failure: 'RateLimited', kind: 'rate-limited' },
    },
    {
      error: 'too much load',
      status: 503,
      body: googleError(503, 'UNAVAILABLE', { message: 'The model is overloaded.' }),
      is: { failure: 'Overloaded', kind: 'overloaded', status: 503 },
    },
    {
      error: 'an unknown model',
      status: 404,
      body: googleError(404, 'NOT_FOUND'),
      is: { failure: 'ModelUnavailable', kind: 'not-found' },
    },
    {
      error: 'a prompt that is too long',
      status: 400,
      body: googleError(400, 'INVALID_ARGUMENT', {
        message: 'The input token count (1196265) exceeds the maximum number of tokens allowed',
      }),
      is: { failure: 'InvalidRequest', kind: 'context-length', code: 'context_length_exceeded' },
    },
    {
      error: 'a wrong key',
      status: 400,
      body: googleError(400, 'INVALID_ARGUMENT', {
        details: [{ '@type': google('ErrorInfo'), reason: 'API_KEY_INVALID' }],
      }),
      is: { failure: 'CredentialRefused' },
    },
    {
      error: 'a key without the right',
      status: 403,
      body: googleError(403, 'PERMISSION_DENIED'),
      is: { failure: 'CredentialRefused' },
    },
    {
      error: 'a deadline',
      status: 504,
      body: googleError(504, 'DEADLINE_EXCEEDED'),
      is: { failure: 'Timeout', kind: 'timeout' },
    },
    {
      error: 'a failure',
      status: 500,
      body: googleError(500, 'INTERNAL'),
      is: { failure: 'ServerError', kind: 'upstream' },
    },
  ],
  'bedrock-converse': [
    {
      error: 'a limit',
      status: 429,
      body: { message: 'Too many tokens, please wait before trying again.' },
      headers: { 'x-amzn-errortype': 'ThrottlingException' },
      is: { failure: 'RateLimited', kind: 'rate-limited', status: 429 },
    },
    {
      error: 'a quota of the account',
      status: 400,
      body: { message: 'You have exceeded the quota' },
      headers: { 'x-amzn-errortype': 'ServiceQuotaExceededException' },
      is: { failure: 'RateLimited' },
    },
    {
      error: 'a prompt that is too long',
      status: 400,
      body: { message: 'Input is too long for requested model.' },
      headers: { 'x-amzn-errortype': 'ValidationException:http://internal.amazon.com/coral/' },
      is: { failure: 'InvalidRequest', kind: 'context-length' },
    },
    {
      error: 'a model that the account has not asked for',
      status: 403,
      body: { message: "You don't have access to the model with the specified model ID." },
      headers: { 'x-amzn-errortype': 'AccessDeniedException' },
      is: { failure: 'ModelUnavailable', code: 'model_not_found' },
    },
    {
      error: 'a right that is missing',
      status: 403,
      body: { message: 'User is not authorized to perform: bedrock:InvokeModel' },
      headers: { 'x-amzn-errortype': 'AccessDeniedException' },
      is: { failure: 'CredentialRefused' },
    },
    {
      error: 'an expired token',
      status: 403,
      body: { message: 'The security token included in the request is expired' },
      headers: { 'x-amzn-errortype': 'ExpiredTokenException' },
      is: { failure: 'CredentialExpired' },
    },
    {
      error: 'a filter',
      status: 400,
      body: { message: 'The request was blocked by our content filters' },
      headers: { 'x-amzn-errortype': 'ValidationException' },
      is: { failure: 'ContentRefused' },
    },
    {
      error: 'a model that is not ready',
      status: 429,
      body: { message: 'The model is not ready' },
      headers: { 'x-amzn-errortype': 'ModelNotReadyException' },
      is: { failure: 'Overloaded', kind: 'overloaded' },
    },
    {
      error: 'a lack of capacity',
      status: 503,
      body: { message: 'The service is unavailable' },
      headers: { 'x-amzn-errortype': 'ServiceUnavailableException' },
      is: { failure: 'Overloaded', kind: 'overloaded', status: 503 },
    },
    {
      error: 'a model that took too long',
      status: 408,
      body: { message: 'The model took too long' },
      headers: { 'x-amzn-errortype': 'ModelTimeoutException' },
      is: { failure: 'Timeout', kind: 'timeout' },
    },
    {
      error: 'a failure',
      status: 500,
      body: { message: 'An internal error' },
      headers: { 'x-amzn-errortype': 'InternalServerException' },
      is: { failure: 'ServerError', kind: 'upstream' },
    },
  ],
  'cohere-chat': [
    {
      error: 'a limit for each minute',
      status: 429,
      body: { message: 'You are using a Trial key, which is limited to 20 API calls / minute.' },
      is: { failure: 'RateLimited', kind: 'rate-limited' },
    },
    {
      error: 'a limit for the month',
      status: 429,
      body: { message: 'You are using a Trial key, which is limited to 1000 API calls / month.' },
      is: { failure: 'CreditExhausted' },
    },
    {
      error: 'a bill',
      status: 402,
      body: { message: 'Please add or update your payment method to continue' },
      is: { failure: 'CreditExhausted' },
    },
    {
      error: 'an unknown model',
      status: 404,
      body: { id: '5e1f', message: "model 'command-x' not found, make sure the id is correct" },
      is: { failure: 'ModelUnavailable', kind: 'not-found', code: 'model_not_found' },
    },
    {
      error: 'a prompt that is too long',
      status: 400,
      body: { message: 'too many tokens: total number of tokens cannot exceed 128000' },
      is: { failure: 'InvalidRequest', kind: 'context-length' },
    },
    {
      error: 'its deny list',
      status: 498,
      body: { message: 'blocked input' },
      is: { failure: 'ContentRefused', status: 400, code: 'content_policy_violation' },
    },
    {
      error: 'a wrong key',
      status: 401,
      body: { message: 'invalid api token' },
      is: { failure: 'CredentialRefused' },
    },
    {
      error: 'a failure',
      status: 500,
      body: { message: 'internal server error' },
      is: { failure: 'ServerError', kind: 'upstream' },
    },
  ],
  ollama: [
    {
      error: 'an unknown model',
      status: 404,
      body: { error: 'model "qwen9" not found, try pulling it first' },
      is: { failure: 'ModelUnavailable', kind: 'not-found', code: 'model_not_found' },
    },
    {
      error: 'too much load',
      status: 503,
      body: { error: 'server busy, please try again.  maximum pending requests exceeded' },
      is: { failure: 'Overloaded', kind: 'overloaded', status: 503 },
    },
    {
      error: 'a prompt that is too long',
      status: 400,
      body: { error: 'prompt too long; exceeded max context length by 12 tokens' },
      is: { failure: 'InvalidRequest', kind: 'context-length' },
    },
    {
      error: 'a limit of its cloud',
      status: 429,
      body: { error: "you've reached your hourly usage limit" },
      is: { failure: 'RateLimited', kind: 'rate-limited' },
    },
    {
      error: 'a failure',
      status: 500,
      body: { error: 'llama runner process has terminated' },
      is: { failure: 'ServerError', kind: 'upstream' },
    },
  ],
}

/** Formats that share the errors of another. */
const alike: Readonly<Record<string, string>> = {
  'ollama-generate': 'ollama',
  'openai-completions': 'openai-chat',
}

describe.each(dialects.map(({ name }) => name))("errors of %s's providers", (name) => {
  const dialect = testDialect(name)

  it.each(rows[alike[name] ?? name] ?? [])('$status: $error', ({ status, body, headers, is }) => {
    const error = dialect.decodeError(status, body, headers ?? {})
    expect(error).toMatchObject(is)
    expect(error.message).not.toBe('')
  })

  it('have rows', () => {
    expect(rows[alike[name] ?? name]?.length ?? 0).toBeGreaterThan(4)
  })
})
