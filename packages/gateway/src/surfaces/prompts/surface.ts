import { openAiChat, outlineBody, readNonEmptyString, readOptional } from '@fairlead/llm'
import type { PromptTemplateSettings } from '@fairlead/snapshot'
import { readCallContext } from '../../call/call-context.ts'
import { checkListLengths } from '../../call/check-list-lengths.ts'
import { CallRequest } from '../../call/call-request.ts'
import { promptUser } from '../../call/prompt-user.ts'
import type { Call } from '../../call/call.ts'
import { accessibleTo } from '../../access/named-resource.ts'
import { checkedJsonObject } from '../../http/json-body.ts'
import type { PathParameters, Surface } from '../surface.ts'

/** A PromptTemplate as a REST API, at `/prompts/…` and at the path that it exposes. */
export const prompts: Surface = {
  name: 'prompts',
  dialect: openAiChat,
  routes: [
    {
      method: 'POST',
      path: '/prompts/{namespace}/{name}',
      findAt: (path, { promptsByPath }) => promptsByPath.get(path) ?? encodedName(path),
      reader(call, { namespace, name }) {
        const key = `${namespace}/${name}`
        const prompt = call.runtime.snapshot.promptTemplates.get(key)
        const by = { caller: call.caller, rules: call.runtime.accessRules }
        // As it was asked for: another name would tell a prompt that is hidden from one that is not there.
        const { path } = call.record
        const asked = path.startsWith('/prompts/') ? key : path
        const accessible = accessibleTo(by, 'prompt', asked, prompt)
        return (body) => readPromptCall(body, accessible, call)
      },
    },
  ],
}

/** The prompt in `/prompts/default%2Fsupport`, as clients write it that encode the whole name. */
function encodedName(path: string): PathParameters | undefined {
  const [, namespace, name] = /^\/prompts\/([^/%]+)%2f([^/%]+)$/i.exec(path) ?? []
  return namespace === undefined || name === undefined ? undefined : { namespace, name }
}

/** The body holds the parameters alone, or `parameters` and fields of a chat completion. */
function readPromptCall(body: Buffer, prompt: PromptTemplateSettings, call: Call): CallRequest {
  const { dialect, http, runtime, services } = call
  const { headers } = http.request
  const { limits } = runtime.snapshot.gateway
  const { fields: sent } = checkedJsonObject(body, limits.maxDepth)
  const { parameters, variables, version, ...rest } = sent
  const given = parameters ?? variables
  const isShort = given === undefined
  if (!isShort) {
    // Names of parameters are the template's own; all others are those of a chat completion.
    outlineBody(body, dialect.passage.decidedFields)
    checkListLengths(rest, dialect.passage, limits)
  }
  const context = readCallContext(headers, isShort ? undefined : rest['context'])
  const rendered = services.prompts.render(prompt, {
    version: isShort ? undefined : readOptional(version, 'version', readNonEmptyString),
    parameters: isShort ? sent : given,
    parametersField: 'parameters',
    // A body of parameters alone says nothing of who it is for.
    user: promptUser(call.caller, headers, context, isShort ? {} : rest),
  })
  const wantsStream = headers.get('accept')?.includes('text/event-stream') === true
  const fields = isShort ? (wantsStream ? { stream: true } : {}) : rest
  return new CallRequest({
    body: Buffer.from(JSON.stringify(fields)),
    fields,
    context,
    rendered,
    sent: dialect.passage.inspect(fields, { messagesOptional: true }),
    defaultModel: runtime.snapshot.gateway.defaultModel,
  })
}
