import { ModelError } from '@fairlead/llm'

const notFoundCodes = {
  prompt: { code: 'prompt_not_found' },
  persona: { code: 'persona_not_found' },
  strategy: { code: 'strategy_not_found' },
} as const

const timeoutWords = {
  firstByte: 'sent no content within',
  idle: 'sent no more content for',
  total: 'did not finish within',
} as const

const noTargetCan = (route: string, reasons: readonly string[]): string =>
  `No target of the route ${route} can answer this call: ${reasons.join('; ')}. Ask for less, or correct spec.models of the LLMProviders if their models can do more than it says.`

/** The errors that the gateway itself raises. Each code has its row in docs/errors.md. */
export const gatewayError = {
  notReady: () =>
    new ModelError(
      'unavailable',
      'The gateway has no configuration yet. Retry in a moment; if this persists, check that the LLMGateway exists and is accepted.',
      { code: 'not_ready', retryAfterSeconds: 1 },
    ),
  shuttingDown: () =>
    new ModelError('unavailable', 'The gateway is shutting down. Retry the request.', {
      code: 'shutting_down',
      retryAfterSeconds: 1,
    }),
  malformedRequest: ({ status, message }: { readonly status: number; readonly message: string }) =>
    new ModelError('invalid-request', message, { status, code: 'invalid_request' }),
  referredItemNotFound: (id: string) =>
    new ModelError('not-found', `Item with id '${id.slice(0, 128)}' not found.`, {
      code: 'item_not_found',
      param: 'input',
    }),
  noConversation: (field: string) =>
    new ModelError(
      'invalid-request',
      `context.${field} is about the turns of a conversation: name one, or leave it out.`,
      { param: `context.${field}` },
    ),
  nothingKept: (param: string) =>
    new ModelError(
      'invalid-request',
      `${param} has no effect where nothing is kept of a call: leave it out, or store: false.`,
      { param },
    ),
  notCached: () =>
    new ModelError(
      'timeout',
      'Nothing is in the cache for this call, and Cache-Control: only-if-cached wants no model to be asked. Leave it out to have one asked.',
      { code: 'not_cached', retryable: false },
    ),
  contentRejected: (message: string) =>
    new ModelError('invalid-request', message, { code: 'content_rejected' }),
  unknownPath: (method: string, path: string, served: readonly string[]) =>
    new ModelError(
      'not-found',
      `Nothing is served at ${method} ${path}. This gateway serves: ${served.join(', ')}.`,
      { code: 'unknown_url' },
    ),
  methodNotAllowed: (method: string, path: string, allowed: readonly string[]) =>
    new ModelError(
      'invalid-request',
      `${method} is not allowed at ${path}; use ${allowed.join(' or ')}.`,
      { status: 405, code: 'method_not_allowed' },
    ),
  unsupportedMediaType: (got: string) =>
    new ModelError(
      'unsupported-media-type',
      `The body must be sent with Content-Type: application/json, not ${got}.`,
    ),
  unsupportedEncoding: (got: string) =>
    new ModelError(
      'unsupported-media-type',
      `The body must be sent without Content-Encoding, not as ${got}.`,
    ),
  requestTooLarge: (limitBytes: number) =>
    new ModelError(
      'request-too-large',
      `The body is larger than the ${limitBytes} bytes that this gateway accepts. Send less, or raise LLMGateway spec.limits.maxRequestBytes.`,
    ),
  invalidJson: (detail: string) =>
    new ModelError('invalid-request', `The body is not valid JSON: ${detail}.`, {
      code: 'invalid_json',
    }),
  tooDeep: (limit: number) =>
    new ModelError(
      'invalid-request',
      `The body is nested deeper than the ${limit} levels that this gateway accepts. Send a flatter one, or raise LLMGateway spec.limits.maxDepth.`,
      { code: 'too_deep', param: 'body' },
    ),
  tooManyMessages: (given: number, limit: number) =>
    new ModelError(
      'invalid-request',
      `The call has ${given} messages; this gateway accepts ${limit}. Send fewer, or raise LLMGateway spec.limits.maxMessages.`,
      { code: 'too_many_messages', param: 'messages' },
    ),
  tooManyTools: (given: number, limit: number) =>
    new ModelError(
      'invalid-request',
      `The call has ${given} tools; this gateway accepts ${limit}. Send fewer, or raise LLMGateway spec.limits.maxTools.`,
      { code: 'too_many_tools', param: 'tools' },
    ),
  missingApiKey: () =>
    new ModelError(
      'authentication',
      'No API key was given. Send it as Authorization: Bearer <key>, x-api-key, x-goog-api-key or x-fairlead-key.',
      { code: 'missing_api_key' },
    ),
  anonymousRefused: () =>
    new ModelError(
      'authentication',
      'No API key was given, and callers without one may use nothing here. Send a key as Authorization: Bearer <key>, x-api-key, x-goog-api-key or x-fairlead-key; or list what they may use in LLMGateway spec.auth.anonymous.access.',
      { code: 'missing_api_key' },
    ),
  invalidApiKey: () =>
    new ModelError(
      'authentication',
      'The API key is not known to this gateway. Check it, or ask for one: keys are in Consumer spec.apiKeys.',
    ),
  expiredApiKey: () =>
    new ModelError('authentication', 'The API key has expired. Ask for a new one.', {
      code: 'api_key_expired',
    }),
  /** `reason` says which check failed, and repeats nothing of the token. */
  invalidToken: (reason: string, cause?: unknown) =>
    new ModelError('authentication', `The token is not accepted: ${reason}. Ask for a new one.`, {
      code: 'invalid_token',
      cause,
    }),
  issuerUnavailable: (issuer: string, retryAfterSeconds: number, cause?: unknown) =>
    new ModelError(
      'unavailable',
      `Tokens of ${issuer} cannot be verified now, because it cannot be reached. Retry in a moment.`,
      { code: 'issuer_unavailable', retryAfterSeconds, cause },
    ),
  unknownConsumer: (who: string) =>
    new ModelError(
      'permission',
      `${who} is known, but there is no Consumer for it here. Ask for one.`,
      { code: 'unknown_consumer' },
    ),
  toolNotAllowed: (tool: string) =>
    new ModelError(
      'permission',
      `The tool "${tool}" may not be offered to a model here. Leave it out, or ask whoever runs the gateway to allow it.`,
      { code: 'tool_not_allowed', param: 'tools' },
    ),
  featureNotAllowed: (feature: string) =>
    new ModelError(
      'permission',
      `Calls with ${feature} are not allowed here. Call without, or ask whoever runs the gateway to allow it.`,
      { code: 'feature_not_allowed' },
    ),
  anonymousConversation: () =>
    new ModelError(
      'permission',
      'Without an API key the id of a conversation cannot be chosen. Start one with "new" and use the id that x-fairlead-conversation returns, or send a key.',
      { code: 'conversation_id_not_allowed', param: 'context.conversation' },
    ),
  anonymousKey: () =>
    new ModelError(
      'permission',
      'Without an API key no Idempotency-Key can be used to start a conversation: whoever guesses it would find the conversation. Leave it out, or send an API key.',
      { code: 'conversation_id_not_allowed', param: 'Idempotency-Key' },
    ),
  anonymousTenant: () =>
    new ModelError(
      'permission',
      'Callers without an API key are one tenant here, so what concerns all of its conversations is not for each of them. Send a key.',
      { code: 'api_key_needed' },
    ),
  memoryNotEnabled: () =>
    new ModelError(
      'invalid-request',
      'No ContextStrategy of this gateway has spec.memory, so nothing would use the note. Notes that there are can be listed and deleted.',
      { code: 'memory_not_enabled' },
    ),
  anonymousUsage: () =>
    new ModelError(
      'permission',
      'What calls have used is told to the Consumer that made them, which alone can rate them, and this request names none. Send a key.',
      { code: 'api_key_needed' },
    ),
  usageUnavailable: (cause: unknown) =>
    new ModelError(
      'unavailable',
      'The figures of usage cannot be read at the moment. Retry shortly; if this persists, the log of the gateway says why.',
      { code: 'usage_unavailable', retryAfterSeconds: 1, cause },
    ),
  vectorStoreNotFound: (id: string) =>
    new ModelError(
      'not-found',
      `The vector store "${id.slice(0, 128)}" does not exist, or you may not search it. Check the name of the KnowledgeBase and its access.`,
      { code: 'vector_store_not_found' },
    ),
  knowledgeUnavailable: (base: string) =>
    new ModelError(
      'unavailable',
      `The knowledge base ${base} cannot be searched, and this request cannot be answered without it. Retry shortly; the status of the KnowledgeBase says why.`,
      { code: 'knowledge_unavailable', retryAfterSeconds: 1 },
    ),
  modelNotFound: (model: string) =>
    new ModelError(
      'not-found',
      `The model "${model}" is not served by this gateway. GET /v1/models lists what is; to add it, route it with a RoutingPolicy, or name a provider that serves it in the LLMGateway's spec.defaults.providers.`,
      { code: 'model_not_found', param: 'model' },
    ),
  requestNotFound: (id: string) =>
    new ModelError(
      'not-found',
      `There is no request "${id.slice(0, 64)}" of yours among the last ones. A request is kept for a while after it has ended, for the Consumer that made it.`,
      { code: 'request_not_found', param: 'id' },
    ),
  ratedCallNotFound: (id: string) =>
    new ModelError(
      'not-found',
      `There is no call "${id.slice(0, 64)}" of yours that can be rated. A call that used a prompt is remembered for 24 hours after its end, for the Consumer that made it; its id is in the header x-fairlead-request-id of the answer.`,
      { code: 'request_not_found', param: 'request_id' },
    ),
  nameNotFound: (what: 'prompt' | 'persona' | 'strategy', name: string, kind: string) =>
    new ModelError(
      'not-found',
      `The ${what} "${name}" does not exist or is not accepted. Check the ${kind} of this name and its status.`,
      { ...notFoundCodes[what], param: `context.${what}` },
    ),
  promptVersionNotFound: (prompt: string, version: string, known: readonly string[]) =>
    new ModelError(
      'not-found',
      `The prompt "${prompt}" has no version "${version}". It has: ${known.join(', ')}.`,
      { code: 'prompt_version_not_found', param: 'context.prompt' },
    ),
  invalidParameter: (param: string, detail: string) =>
    new ModelError('invalid-request', detail, { code: 'invalid_prompt_parameter', param }),
  noTargets: (route: string) =>
    new ModelError(
      'unavailable',
      `The route ${route} has no usable target. Check the targets of its RoutingPolicy and the status of their providers.`,
      { code: 'no_targets' },
    ),
  noCapableTarget: (route: string, reasons: readonly string[]) =>
    new ModelError('invalid-request', noTargetCan(route, reasons), { code: 'no_capable_target' }),
  /** For every target it is too long. */
  contextTooLong: (route: string, reasons: readonly string[]) =>
    new ModelError('context-length', noTargetCan(route, reasons)),
  tooManyCalls: () =>
    new ModelError(
      'overloaded',
      'The gateway has reached its limit of concurrent calls. Retry shortly, or raise LLMGateway spec.limits.maxConcurrentRequests.',
      { code: 'too_many_concurrent_requests', retryAfterSeconds: 1 },
    ),
  tooManyOwnCalls: () =>
    new ModelError(
      'overloaded',
      'The gateway makes as many calls of its own as it may, for summaries, searches and the like, and as many wait. Retry shortly.',
      { code: 'too_many_own_calls', retryAfterSeconds: 1 },
    ),
  ownAnswerEmpty: (model: string) =>
    new ModelError(
      'upstream',
      `The model "${model}" answered a call of the gateway without any text. Name a model that answers in fewer tokens, or allow it more.`,
      { code: 'upstream_invalid_response' },
    ),
  ownAnswerCut: (model: string, finishReason: string) =>
    new ModelError(
      'upstream',
      `The model "${model}" did not end its answer to a call of the gateway (${finishReason}). Name a model that answers in fewer tokens, or allow it more.`,
      { code: 'upstream_invalid_response' },
    ),
  formatNotMet: (problems: readonly string[]) =>
    new ModelError(
      'upstream',
      `The answer does not have the format that it must have: ${problems.join('; ')}. Ask again, ask for less in one answer, or name a model that keeps to a schema.`,
      { code: 'format_not_met' },
    ),
  requestTimeout: (timeoutMs: number) =>
    new ModelError(
      'timeout',
      `The call did not end within ${timeoutMs} ms. Ask for less, or raise LLMGateway spec.limits.requestTimeout.`,
      { code: 'request_timeout', status: 504 },
    ),
  upstreamTimeout: (provider: string, which: 'firstByte' | 'idle' | 'total', limitMs: number) =>
    new ModelError(
      'timeout',
      `The provider ${provider} ${timeoutWords[which]} ${limitMs} ms. Retry, or raise timeouts.${which} of the LLMProvider, or of the RoutingPolicy's rule, which wins over it.`,
      { failure: 'Timeout' },
    ),
  upstreamUnreachable: (provider: string, reason: string, cause: unknown) =>
    new ModelError(
      'upstream',
      `The provider ${provider} could not be reached (${reason}). Retry, and check baseURL or backendRef, proxyURL and tls of the LLMProvider.`,
      { code: 'upstream_unreachable', failure: 'Connect', cause },
    ),
  upstreamAuthentication: (provider: string) =>
    new ModelError(
      'upstream',
      `The provider ${provider} refused the gateway's own credentials. Your API key is fine: the Secret of the LLMProvider needs a valid key.`,
      { code: 'upstream_authentication', retryable: false },
    ),
  upstreamCreditExhausted: (provider: string) =>
    new ModelError(
      'upstream',
      `The account at the provider ${provider} has no credit left. Your API key is fine: whoever runs the gateway has to settle the provider's bill.`,
      { code: 'upstream_credit_exhausted', retryable: false },
    ),
  providerKeyMissing: (provider: string, headers: readonly string[]) =>
    new ModelError(
      'authentication',
      `The provider ${provider} is asked with your own key for it, and this call has none. Send that key as ${headers.join(' or ')}, and your key for this gateway as x-fairlead-key.`,
      { code: 'provider_key_missing' },
    ),
  providerKeyRefused: (provider: string, error: ModelError) =>
    error.with({
      message: `The provider ${provider} refused your own key for it: ${error.message}`,
      code: 'provider_key_refused',
      retryable: false,
      failure: 'InvalidRequest',
      cause: error,
    }),
  providerKeyForAnother: (provider: string) =>
    new ModelError(
      'unavailable',
      `The provider ${provider} is asked with the caller's own key for it, and the key of this call is for another provider of the same rule.`,
      { code: 'no_targets' },
    ),
  credentialsMissing: (provider: string) =>
    new ModelError(
      'unavailable',
      `The provider ${provider} has no key: no Secret that its spec.credentials name has one, or they name none. Name a Secret there, and create it.`,
      { code: 'upstream_credentials_missing' },
    ),
  identityFailed: (provider: string, detail: string, cause: unknown) =>
    new ModelError(
      'upstream',
      `The gateway could not prove to the provider ${provider} who it is: ${detail}.`,
      { code: 'upstream_identity_failed', cause },
    ),
  tlsUnusable: (provider: string, detail: string) =>
    new ModelError(
      'unavailable',
      `The provider ${provider} is not called, because its TLS cannot be as spec.tls of the LLMProvider says: ${detail}. Correct the Secret.`,
      { code: 'upstream_tls_unusable' },
    ),
  egressDenied: (provider: string, detail: string) =>
    new ModelError(
      'upstream',
      `The gateway may not connect to the provider ${provider}: ${detail}. Private addresses need LLMGateway spec.egress.privateNetworks: Allow; link-local and metadata addresses are never allowed.`,
      { code: 'egress_denied', retryable: false },
    ),
  poolUnusable: (provider: string, detail: string) =>
    new ModelError(
      'unavailable',
      `The provider ${provider} cannot be called: ${sentence(detail)}`,
      { code: 'inference_pool_unusable', failure: 'Misconfigured' },
    ),
  endpointPickerFailed: (
    provider: string,
    detail: string,
    failure: 'Connect' | 'Timeout' | 'InvalidAnswer',
    cause?: unknown,
  ) =>
    new ModelError(
      'unavailable',
      `The endpoint picker of the provider ${provider} chose no server: ${sentence(detail)} Retry, and check the Service that the InferencePool names in spec.endpointPickerRef.`,
      { code: 'endpoint_picker_failed', failure, cause },
    ),
  upstreamRedirect: (provider: string, status: number) =>
    new ModelError(
      'upstream',
      `The provider ${provider} answered with a redirect (${status}), which is not followed. Set its baseURL to the final address.`,
      { code: 'upstream_redirect', retryable: false },
    ),
  upstreamInvalidResponse: (provider: string, detail: string, cause?: unknown) =>
    new ModelError(
      'upstream',
      `The provider ${provider} sent an answer that is ${sentence(detail)}`,
      {
        code: 'upstream_invalid_response',
        failure: 'InvalidAnswer',
        cause,
      },
    ),
  upstreamCut: (provider: string, cause?: unknown) =>
    new ModelError(
      'upstream',
      `The provider ${provider} closed the connection before its answer was complete. What was received is not the whole answer: retry.`,
      { code: 'upstream_stream_cut', failure: 'Cut', cause },
    ),
  answerTooLarge: (limitBytes: number) =>
    new ModelError(
      'upstream',
      `The answer is longer than the ${limitBytes} bytes that this gateway holds of one. Ask for less, or raise LLMGateway spec.limits.maxResponseBytes.`,
      { code: 'answer_too_large', retryable: false },
    ),
  tooManyBytes: () =>
    new ModelError(
      'overloaded',
      'The gateway holds as many bytes of requests as it may. Retry shortly, or raise LLMGateway spec.limits.maxBufferedBytes.',
      { code: 'too_many_buffered_bytes', retryAfterSeconds: 1 },
    ),
  internal: (cause: unknown) =>
    new ModelError(
      'internal',
      'The gateway failed to handle this request. Its log has the details under the request id.',
      { cause },
    ),
}

/**
 * The caller disconnected, so nobody is left to answer. The status, which nginx uses too, is only
 * logged.
 */
export class CallerGone extends ModelError {
  constructor() {
    super('unavailable', 'The caller closed the connection.', { status: 499, code: 'caller_left' })
  }
}

/** The response that the call makes was cancelled or deleted. */
export class ResponseCancelled extends ModelError {
  constructor() {
    super('unavailable', 'The response was cancelled.', {
      status: 499,
      code: 'response_cancelled',
      retryable: false,
    })
  }
}

/** The error for the caller, whatever was thrown. Unknown errors are logged, never sent. */
export function toModelError(error: unknown): ModelError {
  return error instanceof ModelError ? error : gatewayError.internal(error)
}

function sentence(text: string): string {
  return text.endsWith('.') ? text : `${text}.`
}
