import { type JsonObject, numberOrUndefined } from '@fairlead/base'
import {
  isGiven,
  readBoolean,
  readModelName,
  readObject,
  readOptional,
} from '../../json/request-field.ts'
import type { DecodeOptions } from '../../operations/chat/chat-format.ts'
import type { SentFields } from '../passage.ts'
import { readPrompts } from './prompt.ts'

const noTools: ReadonlySet<string> = new Set()
/** Of the text that a token stands for, on average. */
const charactersPerToken = 4

/** Inspects a body of `POST /v1/completions` as far as every provider needs it. */
export function inspectRequest(body: JsonObject, options: DecodeOptions = {}): SentFields {
  const isLeftOut = options.messagesOptional === true && body['prompt'] === undefined
  const prompts = isLeftOut ? [] : readPrompts(body)
  const streamOptions = readOptional(body['stream_options'], 'stream_options', readObject) ?? {}
  const { include_usage: asked, ...otherOptions } = streamOptions
  const stream = readOptional(body['stream'], 'stream', readBoolean) ?? false
  const limit = numberOrUndefined(body['max_tokens'])
  return {
    model: readOptional(body['model'], 'model', readModelName),
    stream,
    includeUsage: readOptional(asked, 'stream_options.include_usage', readBoolean) ?? false,
    ...(Object.keys(otherOptions).length === 0 ? {} : { streamOptions: otherOptions }),
    context: body['context'] !== undefined,
    temperature: isGiven(body['temperature']),
    outputLimit: isGiven(body['max_tokens']),
    responseFormat: false,
    customTools: noTools,
    deprecatedTools: false,
    textLength: prompts.reduce(
      (sum, one) => sum + (typeof one === 'string' ? one.length : one.length * charactersPerToken),
      0,
    ),
    features: new Set(stream ? ['Streaming' as const] : []),
    outputTokensMax: limit !== undefined && limit >= 0 ? limit : undefined,
  }
}
