import { renderTemplate } from '@fairlead/context'
import type { MessageItem, ResponseFormat, Role } from '@fairlead/llm'
import type { PromptTemplateSettings, PromptVersion } from '@fairlead/snapshot'
import { chooseVersion } from './choose-version.ts'
import { PromptParameters } from './prompt-parameters.ts'
import type { PromptUser } from './rollout-shares.ts'
import { textVariables } from './text-variables.ts'

/** A version of a PromptTemplate with its parameters filled in. */
export interface RenderedPrompt {
  readonly used: UsedPrompt
  readonly items: readonly MessageItem[]
  readonly model: string | undefined
  readonly temperature: number | undefined
  readonly maxOutputTokens: number | undefined
  readonly responseFormat: ResponseFormat | undefined
}

export interface UsedPrompt {
  readonly namespace: string
  readonly name: string
  readonly version: string
}

interface PromptUse {
  /** Its name or a label; undefined: chosen by the rollout. */
  readonly version: string | undefined
  readonly parameters: unknown
  /** The path of the parameters in the request, for error messages. */
  readonly parametersField: string
  readonly user: PromptUser
}

export class PromptRenderer {
  readonly #parameters = new PromptParameters()
  readonly #random: () => number

  constructor(random: () => number) {
    this.#random = random
  }

  render(prompt: PromptTemplateSettings, use: PromptUse): RenderedPrompt {
    const version = chooseVersion(prompt, use.version, use.user, this.#random)
    const values = this.#parameters.check(prompt, version, use.parameters, use.parametersField)
    const variables = textVariables(values)
    return {
      used: { namespace: prompt.namespace, name: prompt.name, version: version.version },
      items: version.messages.map(({ role, content }) =>
        messageItem(role, renderTemplate(content, variables)),
      ),
      model: version.model,
      temperature: version.temperature,
      maxOutputTokens: version.maxOutputTokens,
      responseFormat: responseFormat(version),
    }
  }
}

function messageItem(role: Role, text: string): MessageItem {
  const type = role === 'assistant' ? 'output_text' : 'input_text'
  return { type: 'message', role, content: [{ type, text }] }
}

function responseFormat({ responseFormat: format }: PromptVersion): ResponseFormat | undefined {
  switch (format.type) {
    case 'Text':
      return undefined
    case 'JSONObject':
      return { type: 'json_object' }
    case 'JSONSchema':
      return { type: 'json_schema', name: format.name, schema: format.schema, strict: true }
  }
}
