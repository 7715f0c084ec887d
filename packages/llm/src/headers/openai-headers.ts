import { openAiRateLimits } from './openai-rate-limits.ts'

/** Headers that callers of OpenAI's APIs send to the provider; in lower case. */
export const openAiRequestHeaders: readonly string[] = [
  'accept',
  'traceparent',
  'tracestate',
  'baggage',
  'openai-beta',
]

/** Headers of answers that callers of OpenAI's APIs read; in lower case. */
export const openAiAnswerHeaders: readonly string[] = [
  'content-type',
  'content-language',
  'cache-control',
  'x-request-id',
  'openai-processing-ms',
  'openai-version',
  'openai-model',
  ...openAiRateLimits.names,
]
