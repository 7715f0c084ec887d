import type { IncomingHttpHeaders } from 'node:http'
import type { PromptTemplateSettings } from '@fairlead/snapshot'
import { gatewayError } from '../gateway-error.ts'
import {
  type JsonObject,
  optionalBoolean,
  optionalString,
  parseJsonObject,
} from '../http/json-body.ts'
import { findPrompt } from '../prompts/find-prompt.ts'
import type { PromptRenderer, RenderedPrompt } from '../prompts/prompt-renderer.ts'
import type { Caller } from '../runtime/caller.ts'
import type { Runtime } from '../runtime/runtime.ts'
import { readCallContext } from './call-context.ts'
import { type ModelCall, readSentFields } from './model-call.ts'

export interface DecodeParts {
  readonly headers: IncomingHttpHeaders
  readonly caller: Caller
  readonly runtime: Runtime
  readonly prompts: PromptRenderer
}

/** Reads the body of `POST /v1/chat/completions`. Throws a ModelError that names the field at fault. */
export function decodeChatCall(body: Buffer, parts: DecodeParts): ModelCall {
  const fields = parseJsonObject(body)
  const context = readCallContext(parts.headers, fields['context'])
  if (context.prompt === undefined) return modelCall(body, fields, context, undefined, parts)
  const { prompt, version } = findPrompt(context.prompt, parts.caller, parts.runtime)
  const rendered = parts.prompts.render(prompt, {
    version,
    parameters: context.variables,
    parametersField: 'context.variables',
    stickyKey: context.conversation,
  })
  return modelCall(body, fields, context, rendered, parts)
}

/**
 * Reads the body of a prompt's own address: the parameters, or an object with `parameters` and
 * fields of a chat completion beside them.
 */
export function decodePromptCall(
  body: Buffer,
  prompt: PromptTemplateSettings,
  parts: DecodeParts,
): ModelCall {
  const sent = parseJsonObject(body)
  const { parameters, variables, version, ...rest } = sent
  const given = parameters ?? variables
  const short = given === undefined
  const fields = short ? {} : rest
  const context = readCallContext(parts.headers, fields['context'])
  const rendered = parts.prompts.render(prompt, {
    version: short ? undefined : optionalString(version, 'version'),
    parameters: short ? sent : given,
    parametersField: 'parameters',
    stickyKey: context.conversation,
  })
  const wantsStream = parts.headers.accept?.includes('text/event-stream') === true
  const chat = short && wantsStream ? { stream: true } : fields
  return modelCall(Buffer.from(JSON.stringify(chat)), chat, context, rendered, parts)
}

function modelCall(
  body: Buffer,
  fields: JsonObject,
  context: ModelCall['context'],
  prompt: RenderedPrompt | undefined,
  { runtime }: DecodeParts,
): ModelCall {
  const model =
    optionalString(fields['model'], 'model') ??
    prompt?.model ??
    runtime.snapshot.gateway.defaultModel
  if (model === undefined) {
    throw gatewayError.missingField('model', 'name a model; GET /v1/models lists them')
  }
  const sent = readMessages(fields['messages'], prompt)
  const messages = prompt === undefined ? sent : [...prompt.messages, ...sent]
  return {
    body,
    sent: readSentFields(fields, messages),
    edits: {
      ...(prompt === undefined ? {} : { messages }),
      ...(prompt?.responseFormat === undefined || fields['response_format'] !== undefined
        ? {}
        : { response_format: prompt.responseFormat }),
    },
    defaults: prompt?.settings ?? {},
    model,
    stream: optionalBoolean(fields['stream'], 'stream') ?? false,
    context,
    prompt: prompt?.used,
  }
}

function readMessages(value: unknown, prompt: RenderedPrompt | undefined): readonly unknown[] {
  if (value === undefined && prompt !== undefined) return []
  if (value === undefined) {
    throw gatewayError.missingField('messages', 'give at least one message')
  }
  if (!Array.isArray(value) || (value.length === 0 && prompt === undefined)) {
    throw gatewayError.invalidField('messages', 'it must be a list with at least one message')
  }
  return value
}
