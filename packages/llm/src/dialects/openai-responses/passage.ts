import { isJsonObject } from '@fairlead/base'
import { outlineMessages } from '../../classification/prompt-outline.ts'
import { asBuffer } from '../../framing/as-buffer.ts'
import { cutSseFrames } from '../../framing/cut-sse-frames.ts'
import { formatSseEvent } from '../../framing/sse.ts'
import { openAiAnswerHeaders, openAiRequestHeaders } from '../../headers/openai-headers.ts'
import { openAiRateLimits } from '../../headers/openai-rate-limits.ts'
import type { Passage } from '../passage.ts'
import { decidedFields } from './decided-fields.ts'
import { editBody } from './edit-body.ts'
import { answerFailure, errorEvent } from './errors.ts'
import { createProgressWatch } from './progress.ts'
import { repeatedFields } from './response-fields.ts'
import { inspectRequest, messagesOf, promptPrefix } from './sent-fields.ts'
import { createStreamScanner, readUsage, scanUsage } from './usage-scan.ts'

/** How a response passes through undecoded. */
export const passage: Passage = {
  decidedFields,
  lists: { messages: ['input'], tools: ['tools'] },
  inspect: inspectRequest,
  outline: (body) =>
    outlineMessages(messagesOf(body), { instructions: body['instructions'], tools: body['tools'] }),
  promptPrefix,
  repeatedFields,
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
  errorFrame: (error, sent) =>
    formatSseEvent({
      event: 'error',
      data: JSON.stringify(errorEvent(error, lastSequenceNumber(sent) + 1)),
    }),
}

const sequenceKey = '"sequence_number":'

/** The number of the last event in frames; -1 if there is none. */
function lastSequenceNumber(frames: Uint8Array | undefined): number {
  if (frames === undefined) return -1
  const bytes = asBuffer(frames)
  const position = bytes.lastIndexOf(sequenceKey)
  if (position === -1) return -1
  const start = position + sequenceKey.length
  return Number.parseInt(bytes.toString('latin1', start, start + 20), 10)
}
