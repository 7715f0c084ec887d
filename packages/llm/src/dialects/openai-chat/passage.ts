import { isJsonObject } from '@fairlead/base'
import { outlineMessages } from '../../classification/prompt-outline.ts'
import { cutSseFrames } from '../../framing/cut-sse-frames.ts'
import { formatSseEvent } from '../../framing/sse.ts'
import { openAiAnswerHeaders, openAiRequestHeaders } from '../../headers/openai-headers.ts'
import { openAiRateLimits } from '../../headers/openai-rate-limits.ts'
import type { Passage } from '../passage.ts'
import { decidedFields } from './decided-fields.ts'
import { editBody } from './edit-body.ts'
import { answerFailure, encodeErrorBody } from './errors.ts'
import { createProgressWatch } from './progress.ts'
import { inspectRequest, promptPrefix } from './sent-fields.ts'
import { withoutUsageFrames } from './usage-frames.ts'
import { createStreamScanner, readUsage, scanUsage } from './usage-scan.ts'

/** How a chat completion passes through undecoded. */
export const passage: Passage = {
  decidedFields,
  lists: { messages: ['messages'], tools: ['tools', 'functions'] },
  inspect: inspectRequest,
  outline: ({ messages, tools, functions }) =>
    outlineMessages(messages, { tools: [tools, functions].flat() }),
  promptPrefix,
  edit: editBody,
  requestHeaders: openAiRequestHeaders,
  answerHeaders: openAiAnswerHeaders,
  rateLimits: openAiRateLimits,
  isErrorBody: (body) => isJsonObject(body) && isJsonObject(body['error']),
  answerFailure,
  readUsage,
  scanUsage,
  cutFrames: cutSseFrames,
  createStreamScanner,
  createProgressWatch,
  withoutUsage: withoutUsageFrames,
  errorFrame: (error) =>
    formatSseEvent({ event: '', data: JSON.stringify(encodeErrorBody(error)) }),
}
