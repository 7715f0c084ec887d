import type { PromptTemplateSettings, PromptVersion } from '@fairlead/snapshot'
import { renderTemplate } from '@fairlead/context'
import { textVariables } from '../call/call-context.ts'
import type { ModelCall, UsedPrompt } from '../call/model-call.ts'
import type { JsonObject } from '../http/json-body.ts'
import { chooseVersion } from './choose-version.ts'
import { PromptParameters } from './prompt-parameters.ts'

/** A prompt with its parameters filled in, in OpenAI's format. */
export interface RenderedPrompt {
  readonly used: UsedPrompt
  readonly messages: readonly { readonly role: string; readonly content: string }[]
  readonly model: string | undefined
  readonly settings: ModelCall['defaults']
  readonly responseFormat: JsonObject | undefined
}

export interface PromptUse {
  /** Undefined: by the rollout. */
  readonly version: string | undefined
  readonly parameters: unknown
  /** Where the caller gave the parameters, for error messages. */
  readonly parametersField: string
  /** Calls with the same key get the same version. */
  readonly stickyKey: string | undefined
}

export class PromptRenderer {
  readonly #parameters = new PromptParameters()
  readonly #random: () => number

  constructor(random: () => number) {
    this.#random = random
  }

  render(prompt: PromptTemplateSettings, use: PromptUse): RenderedPrompt {
    const stickyKey = use.stickyKey === 'new' ? undefined : use.stickyKey
    const version = chooseVersion(prompt, use.version, stickyKey, this.#random)
    const values = this.#parameters.check(prompt, version, use.parameters, use.parametersField)
    const variables = textVariables(values)
    return {
      used: { namespace: prompt.namespace, name: prompt.name, version: version.version },
      messages: version.messages.map(({ role, content }) => ({
        role,
        content: renderTemplate(content, variables),
      })),
      model: version.model,
      settings: {
        ...(version.temperature === undefined ? {} : { temperature: version.temperature }),
        ...(version.maxOutputTokens === undefined
          ? {}
          : { maxOutputTokens: version.maxOutputTokens }),
      },
      responseFormat: responseFormat(version),
    }
  }
}

function responseFormat({ responseFormat: format }: PromptVersion): JsonObject | undefined {
  switch (format.type) {
    case 'Text':
      return undefined
    case 'JSONObject':
      return { type: 'json_object' }
    case 'JSONSchema':
      return {
        type: 'json_schema',
        json_schema: { name: format.name, schema: format.schema, strict: true },
      }
  }
}
